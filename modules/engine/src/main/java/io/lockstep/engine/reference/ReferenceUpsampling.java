package io.lockstep.engine.reference;

import io.lockstep.engine.Shape;
import io.lockstep.engine.operations.Resampling.Upsampling;

/** Which pixel each pixel of an enlarged picture is. */
final class ReferenceUpsampling {
    private ReferenceUpsampling() {}

    interface Pair {
        void visit(int from, int to);
    }

    static void forEach(Upsampling operation, Shape from, int examples, Pair pair) {
        int height = operation.height();
        int width = operation.width();
        Shape to = new Shape(from.height() * height, from.width() * width, from.channels());
        for (int n = 0; n < examples; n++) {
            for (int h = 0; h < to.height(); h++) {
                for (int w = 0; w < to.width(); w++) {
                    for (int c = 0; c < to.channels(); c++) {
                        pair.visit(
                                ReferenceNetwork.index(from, n, h / height, w / width, c),
                                ReferenceNetwork.index(to, n, h, w, c));
                    }
                }
            }
        }
    }
}
