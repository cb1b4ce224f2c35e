package io.lockstep.datasets.images.changes;

import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.PictureChanges;
import io.lockstep.datasets.PictureChanges.Policy;
import io.lockstep.datasets.SplitMix64;

/** Makes the changes to one picture after the other, as (seed, epoch, example) say. One thread's. */
public final class PictureEditor {
    private static final long JITTER_STREAM = 0x6a6974;
    private static final long POLICY_STREAM = 0x706f6c;
    private static final long ERASING_STREAM = 0x657261;
    /** Of a rectangle that fits; torchvision's. */
    private static final int ATTEMPTS = 10;

    private static final double LEAST_ERASED = 0.02;
    private static final double MOST_ERASED = 0.33;
    private static final double LEAST_RATIO = 0.3;
    private static final double MOST_RATIO = 3.3;

    private final ImageShape shape;
    private final PictureChanges changes;
    private final long seed;
    private final SplitMix64 random = new SplitMix64();
    private final Colours colours;
    private final Geometry geometry;

    /** @throws IllegalArgumentException if colours are to be changed of pictures that have none */
    public PictureEditor(ImageShape shape, PictureChanges changes, long seed) {
        this.shape = shape;
        this.changes = changes;
        this.seed = seed;
        if (changes.changeBytes() && shape.channels() != 1 && shape.channels() != 3) {
            throw new IllegalArgumentException("colours are changed of pictures of 1 or 3 channels, not of " + shape);
        }
        colours = new Colours(shape);
        geometry = new Geometry(shape);
    }

    /** Changes a picture's bytes, (C, H, W). */
    public void edit(byte[] picture, int example, long epoch) {
        if (!changes.jitter().isNone()) {
            jitter(picture, example, epoch);
        }
        random.start(seed + POLICY_STREAM, epoch, example);
        switch (changes.policy()) {
            case NONE -> {}
            case RANDAUGMENT -> {
                for (int i = 0; i < changes.operations(); i++) {
                    apply(picture, changes.magnitude());
                }
            }
            case TRIVIALAUGMENT -> apply(picture, -1);
        }
    }

    /** @param bin of the magnitude; -1: any */
    private void apply(byte[] picture, int bin) {
        PictureOperation operation = PictureOperation.ALL.get(random.nextInt(PictureOperation.ALL.size()));
        int drawn = random.nextInt(Policy.BINS);
        boolean turned = random.nextInt(2) == 1 && operation.isSigned();
        double magnitude = operation.magnitude(changes.policy(), bin < 0 ? drawn : bin, shape);
        operation.apply(picture, turned ? -magnitude : magnitude, colours, geometry);
    }

    private void jitter(byte[] picture, int example, long epoch) {
        random.start(seed + JITTER_STREAM, epoch, example);
        PictureChanges.Jitter most = changes.jitter();
        float brightness = factor(most.brightness());
        float contrast = factor(most.contrast());
        float saturation = factor(most.saturation());
        double hue = random.nextDouble(-most.hue(), most.hue());
        int[] order = {0, 1, 2, 3};
        for (int i = order.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int other = order[j];
            order[j] = order[i];
            order[i] = other;
        }
        for (int each : order) {
            if (each == 0 && most.brightness() > 0) {
                colours.brightness(picture, brightness);
            } else if (each == 1 && most.contrast() > 0) {
                colours.contrast(picture, contrast);
            } else if (each == 2 && most.saturation() > 0) {
                colours.saturation(picture, saturation);
            } else if (each == 3 && most.hue() > 0) {
                colours.hue(picture, hue);
            }
        }
    }

    private float factor(double most) {
        return (float) random.nextDouble(Math.max(0, 1 - most), 1 + most);
    }

    /**
     * A rectangle of a picture.
     *
     * @param top its first row
     * @param left its first column
     */
    public record Box(int top, int left, int height, int width) {}

    /** What of a picture is erased; null: nothing. */
    public Box erased(int example, long epoch) {
        random.start(seed + ERASING_STREAM, epoch, example);
        return random.nextDouble(0, 1) < changes.erasing()
                ? box(random, shape.height(), shape.width(), new Range(LEAST_ERASED, MOST_ERASED), LEAST_RATIO, false)
                : null;
    }

    private record Range(double least, double most) {}

    /**
     * Random resized crop: Szegedy et al. 2014, "Going deeper with convolutions", section 6, as torchvision has it.
     *
     * @param leastShare of the picture's area; 0.08 is usual for ImageNet
     */
    public static Box crop(SplitMix64 random, int height, int width, double leastShare) {
        Box found = box(random, height, width, new Range(leastShare, 1), 3.0 / 4, true);
        return found != null ? found : middle(height, width);
    }

    /** As large a part as may be whose sides are in a ratio from 3/4 to 4/3. */
    private static Box middle(int height, int width) {
        double ratio = (double) width / height;
        int high = ratio < 3.0 / 4 ? (int) Math.rint(width / (3.0 / 4)) : height;
        int wide = ratio > 4.0 / 3 ? (int) Math.rint(height * (4.0 / 3)) : width;
        return new Box((height - high) / 2, (width - wide) / 2, high, wide);
    }

    /**
     * @param leastRatio of width to height; the greatest is its inverse, or torchvision's 3.3 where it erases
     * @param whole whether it may be as large as the picture
     */
    private static Box box(SplitMix64 random, int height, int width, Range share, double leastRatio, boolean whole) {
        double mostRatio = leastRatio == LEAST_RATIO ? MOST_RATIO : 1 / leastRatio;
        for (int i = 0; i < ATTEMPTS; i++) {
            double area = (double) height * width * random.nextDouble(share.least, share.most);
            double ratio = StrictMath.exp(random.nextDouble(StrictMath.log(leastRatio), StrictMath.log(mostRatio)));
            int wide = (int) Math.rint(Math.sqrt(area * ratio));
            int high = (int) Math.rint(Math.sqrt(area / ratio));
            int slack = whole ? 0 : 1;
            if (wide > 0 && high > 0 && wide <= width - slack && high <= height - slack) {
                int top = random.nextInt(height - high + 1);
                return new Box(top, random.nextInt(width - wide + 1), high, wide);
            }
        }
        return null;
    }
}
