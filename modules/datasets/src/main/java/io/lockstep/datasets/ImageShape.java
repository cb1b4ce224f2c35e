package io.lockstep.datasets;

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
