package io.lockstep.datasets.pictures;

import java.io.Serializable;

/**
 * How files of pictures become examples.
 *
 * @param size that all are resized to
 * @param channels 1 (grey) or 3 (colour); 0: as the first picture of each class has them
 * @param background of transparent pixels
 * @param testShare of each class, in (0, 1): kept apart to test on, where a set has no test pictures of its own
 * @param testSeed which ones: another number keeps others apart
 * @param crop which part of a picture is resized
 */
public record PictureOptions(Size size, int channels, Background background, double testShare, long testSeed, Crop crop)
        implements Serializable {
    public static final PictureOptions DEFAULT =
            new PictureOptions(Size.AS_IT_IS, 0, Background.UNKNOWN, 0.1, 0, Crop.NONE);

    public PictureOptions {
        if (channels != 0 && channels != 1 && channels != 3) {
            throw new IllegalArgumentException("pictures of " + channels + " channels; 1 and 3 can be decoded");
        }
        if (!(testShare > 0 && testShare < 1)) {
            throw new IllegalArgumentException("a share of " + testShare + " to test on; it is between 0 and 1");
        }
        if (crop.isRandom() && !size.isGiven()) {
            throw new IllegalArgumentException("random crops are resized to one size, which is not given");
        }
        if (crop.shorterSide() > 0 && (!size.isGiven() || crop.shorterSide() < Math.max(size.height(), size.width()))) {
            throw new IllegalArgumentException(
                    "the shorter side becomes " + crop.shorterSide() + " pixels, and " + size + " are to be cut out");
        }
    }

    public PictureOptions resizedTo(Size changed) {
        return new PictureOptions(changed, channels, background, testShare, testSeed, crop);
    }

    public PictureOptions withChannels(int changed) {
        return new PictureOptions(size, changed, background, testShare, testSeed, crop);
    }

    public PictureOptions withBackground(Background changed) {
        return new PictureOptions(size, channels, changed, testShare, testSeed, crop);
    }

    public PictureOptions withTest(double share, long seed) {
        return new PictureOptions(size, channels, background, share, seed, crop);
    }

    public PictureOptions cropped(Crop changed) {
        return new PictureOptions(size, channels, background, testShare, testSeed, changed);
    }

    /**
     * Which part of a picture becomes an example.
     *
     * @param shorterSide that the picture is resized to before its middle is cut out; 0: all of it is resized, whatever its
     *     sides
     * @param leastShare of a training picture's area: a part of at least so much, at a random place and with sides in a ratio
     *     from 3/4 to 4/3, is resized in its stead; 0: as in a test
     */
    public record Crop(int shorterSide, double leastShare) implements Serializable {
        public static final Crop NONE = new Crop(0, 0);

        public Crop {
            if (shorterSide < 0 || !(leastShare >= 0 && leastShare <= 1)) {
                throw new IllegalArgumentException("a crop of " + shorterSide + " pixels, " + leastShare);
            }
        }

        public boolean isRandom() {
            return leastShare > 0;
        }
    }

    /** Pixels; {@link #AS_IT_IS} leaves pictures as they are. */
    public record Size(int height, int width) implements Serializable {
        public static final Size AS_IT_IS = new Size(0, 0);

        /** Far above what a network reads. */
        private static final int LARGEST = 1 << 14;

        public Size {
            if (height < 0 || width < 0 || height > LARGEST || width > LARGEST || (height == 0) != (width == 0)) {
                throw new IllegalArgumentException("pictures of " + height + "x" + width);
            }
        }

        public boolean isGiven() {
            return height > 0;
        }

        /** {@code 32x48}: height first, as in a shape. */
        @Override
        public String toString() {
            return height + "x" + width;
        }
    }
}
