package io.lockstep.datasets.images;

import io.lockstep.datasets.Dataset;
import io.lockstep.datasets.DatasetException;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.ExampleWriter;
import io.lockstep.datasets.Field;
import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.LoaderOptions;
import io.lockstep.datasets.Normalization;
import java.util.List;

/**
 * Labelled images in memory, one byte a value: CIFAR-10's training set is 154 MB here and would be 614 MB as float32.
 *
 * <pre>
 *   pixels  (examples, C, H, W) uint8
 *   labels  (examples)          uint8, below classes()
 * </pre>
 *
 * <p>Immutable: the arrays given are owned by the set from then on and must not be written again. {@link #range} shares
 * them. Any thread may call.
 */
public final class ImageDataset implements Dataset, BytePictures {
    private final String name;
    private final ImageShape shape;
    private final List<String> classNames;
    private final byte[] pixels;
    private final byte[] labels;
    private final int first;
    private final int examples;

    /** @throws IllegalArgumentException when the lengths disagree or a label is no class */
    public ImageDataset(String name, ImageShape shape, List<String> classNames, byte[] pixels, byte[] labels) {
        this(name, shape, List.copyOf(classNames), pixels, labels, 0, labels.length);
        if (classNames.isEmpty() || classNames.size() > 256) {
            throw new IllegalArgumentException(name + ": " + classNames.size() + " classes; 1 to 256 can be held");
        }
        if (pixels.length != (long) labels.length * shape.size()) {
            throw new IllegalArgumentException(
                    name + ": " + pixels.length + " bytes of pixels for " + labels.length + " images of " + shape);
        }
        for (int i = 0; i < labels.length; i++) {
            if (label(i) >= classNames.size()) {
                throw new IllegalArgumentException(
                        name + ": example " + i + " has label " + label(i) + " of " + classNames.size() + " classes");
            }
        }
    }

    private ImageDataset(
            String name,
            ImageShape shape,
            List<String> classNames,
            byte[] pixels,
            byte[] labels,
            int first,
            int examples) {
        this.name = name;
        this.shape = shape;
        this.classNames = classNames;
        this.pixels = pixels;
        this.labels = labels;
        this.first = first;
        this.examples = examples;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public ImageShape shape() {
        return shape;
    }

    @Override
    public int examples() {
        return examples;
    }

    @Override
    public List<String> classNames() {
        return classNames;
    }

    @Override
    public int label(int example) {
        return labels[first + checked(example)] & 0xff;
    }

    /** One value, 0 to 255. */
    public int pixel(int example, int channel, int y, int x) {
        return pixels[pixelOffset(example) + (channel * shape.height() + y) * shape.width() + x] & 0xff;
    }

    /** Copies an example's bytes, (C, H, W). */
    public void copyPixels(int example, byte[] destination, int offset) {
        System.arraycopy(pixels, pixelOffset(example), destination, offset, shape.size());
    }

    @Override
    public List<Field> fields() {
        return Field.ofPictures(shape);
    }

    /** See {@link Normalization#ofBytes}. */
    @Override
    public Normalization normalization() {
        if (examples == 0) {
            throw new IllegalArgumentException(this + " has no mean");
        }
        long[] sums = new long[2 * shape.channels()];
        for (int c = 0; c < shape.channels(); c++) {
            measure(c, sums);
        }
        return Normalization.ofBytes(sums, (long) examples * shape.planeSize());
    }

    private void measure(int channel, long[] sums) {
        int plane = shape.planeSize();
        long sum = 0;
        long squares = 0;
        for (int i = 0; i < examples; i++) {
            int start = pixelOffset(i) + channel * plane;
            for (int p = start; p < start + plane; p++) {
                int value = pixels[p] & 0xff;
                sum += value;
                squares += value * value;
            }
        }
        sums[channel] = sum;
        sums[shape.channels() + channel] = squares;
    }

    @Override
    public ExampleWriter writer(long seed, LoaderOptions options, boolean training) {
        return pictureWriter(seed, options, training);
    }

    @Override
    public int[] classCounts() {
        int[] counts = new int[classes()];
        for (int i = 0; i < examples; i++) {
            counts[label(i)]++;
        }
        return counts;
    }

    /** A view: shares this set's memory. */
    public ImageDataset range(ExampleRange range) {
        if (range.end() > examples) {
            throw new IndexOutOfBoundsException(range + " of " + examples + " examples");
        }
        return new ImageDataset(name, shape, classNames, pixels, labels, first + range.start(), range.size());
    }

    /** All pixels, not only this view's. */
    @Override
    public byte[] pixels(int example) {
        return pixels;
    }

    @Override
    public int pixelOffset(int example) {
        return (first + checked(example)) * shape.size();
    }

    private int checked(int example) {
        if (example < 0 || example >= examples) {
            throw new IndexOutOfBoundsException("example " + example + " of " + examples + " in " + name);
        }
        return example;
    }

    @Override
    public String toString() {
        return name + ": " + examples + " examples of " + shape + ", " + classes() + " classes";
    }

    /** Memory for the pixels of {@code examples}, or an error that says how much is wanted and how much there is. */
    public static byte[] allocatePixels(String name, ImageShape shape, int examples) throws DatasetException {
        long bytes = (long) examples * shape.size();
        long heap = Runtime.getRuntime().maxMemory();
        if (bytes > Integer.MAX_VALUE - 8 || bytes > heap - heap / 8) {
            throw new DatasetException(name + ": " + examples + " examples of " + shape + " are " + (bytes >> 20)
                    + " MiB, more than the Java heap of " + (heap >> 20)
                    + " MiB (or the 2047 MiB of an array) takes; use fewer examples or more memory");
        }
        return new byte[(int) bytes];
    }
}
