package io.lockstep.engine.operations;

import io.lockstep.engine.Shape;

/** What operations ask of shapes that are no images. */
final class Vectors {
    private Vectors() {}

    /** The shape itself, if it is a vector or a sequence. */
    static Shape of(Shape shape) {
        if (shape.width() != 1) {
            throw new IllegalArgumentException("wants a vector or a sequence, not " + shape + "; flatten it first");
        }
        return shape;
    }

    /** Of a sequence. */
    static int steps(Shape shape) {
        if (shape.width() != 1) {
            throw new IllegalArgumentException("wants a sequence, not " + shape);
        }
        return shape.height();
    }

    /** @param masked whether there is a mask at all */
    static void requireMask(Shape mask, boolean masked, int steps) {
        if (masked && (mask.channels() != 1 || steps(mask) != steps)) {
            throw new IllegalArgumentException("a mask of " + mask + " for " + steps + " time steps");
        }
    }
}
