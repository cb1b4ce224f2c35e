package io.lockstep.engine.operations;

import io.lockstep.engine.Shape;

/** Where elements lie. */
final class Places {
    private Places() {}

    /** In an example's memory: (height, width, channels). */
    static int of(Shape shape, int h, int w, int c) {
        return (h * shape.width() + w) * shape.channels() + c;
    }
}
