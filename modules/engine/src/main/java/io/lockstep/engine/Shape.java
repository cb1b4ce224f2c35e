package io.lockstep.engine;

/** The activation of one example, in memory (height, width, channels); (1, 1, n) for a vector, (T, 1, n) for T steps. */
public record Shape(int height, int width, int channels) {
    public Shape {
        if (height < 1 || width < 1 || channels < 1) {
            throw new IllegalArgumentException("shape " + height + " x " + width + " x " + channels);
        }
    }

    public static Shape vector(int length) {
        return new Shape(1, 1, length);
    }

    public static Shape sequence(int steps, int features) {
        return new Shape(steps, 1, features);
    }

    public int pixels() {
        return height * width;
    }

    public int elements() {
        return Math.multiplyExact(pixels(), channels);
    }

    @Override
    public String toString() {
        return height + "x" + width + "x" + channels;
    }
}
