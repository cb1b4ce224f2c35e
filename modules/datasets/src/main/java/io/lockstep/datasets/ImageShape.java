package io.lockstep.datasets;

import java.util.List;

/** The shape of one example in memory: planar bytes, (C, H, W), as CIFAR-10's files have it. */
public record ImageShape(int channels, int height, int width) {
    /** Far above any data set read here; keeps the product of three hostile numbers within a long. */
    private static final int LARGEST_SIDE = 1 << 16;

    public ImageShape {
        if (channels < 1
                || height < 1
                || width < 1
                || channels > 256
                || height > LARGEST_SIDE
                || width > LARGEST_SIDE) {
            throw new IllegalArgumentException("an image of " + channels + "x" + height + "x" + width);
        }
        Math.multiplyExact(Math.multiplyExact(channels, height), width);
    }

    /**
     * Of the field {@code features}, or where there is none of that name, of the first one: (C, H, W) as it is, (T, F) as T
     * rows of F numbers in one channel, (F) as one row.
     *
     * @throws IllegalArgumentException if there is no field, or it has another number of dimensions
     */
    public static ImageShape ofFeatures(List<Field> fields) {
        if (fields.isEmpty()) {
            throw new IllegalArgumentException("examples without a field");
        }
        List<Integer> shape = fields.stream()
                .filter(field -> field.name().equals(Batch.FEATURES))
                .findFirst()
                .orElse(fields.get(0))
                .shape();
        return switch (shape.size()) {
            case 3 -> new ImageShape(shape.get(0), shape.get(1), shape.get(2));
            case 2 -> new ImageShape(1, shape.get(0), shape.get(1));
            case 1 -> new ImageShape(1, 1, shape.get(0));
            default ->
                throw new IllegalArgumentException("features of shape " + shape
                        + ", which is no picture (C, H, W), no sequence (T, F) and no row (F); give a volume as a row of all"
                        + " its numbers, in the order in which the network reads them");
        };
    }

    /** Bytes of one example, and as well the number of its features. */
    public int size() {
        return channels * height * width;
    }

    public int planeSize() {
        return height * width;
    }

    @Override
    public String toString() {
        return channels + "x" + height + "x" + width;
    }
}
