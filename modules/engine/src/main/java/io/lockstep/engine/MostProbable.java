package io.lockstep.engine;

import java.nio.ByteBuffer;

/** What a classifier takes examples for. */
public final class MostProbable {
    private MostProbable() {}

    /**
     * The class of the largest score, of equals the first; of one number z, class 1 where it is above 0.
     *
     * @param scores float32, of examples of this shape
     * @param into receives a class for each example, step or pixel
     * @throws IllegalArgumentException if there is no room
     */
    public static void classes(ByteBuffer scores, Shape shape, int examples, int[] into) {
        int rows = examples * shape.pixels();
        int classes = shape.channels();
        if (into.length < rows) {
            throw new IllegalArgumentException("room for " + into.length + " predictions, of " + rows);
        }
        for (int i = 0; i < rows; i++) {
            into[i] = classes == 1
                    ? (scores.getFloat(i * Float.BYTES) > 0 ? 1 : 0)
                    : largest(scores, i * classes, classes);
        }
    }

    private static int largest(ByteBuffer scores, int from, int classes) {
        int best = 0;
        for (int c = 1; c < classes; c++) {
            if (scores.getFloat((from + c) * Float.BYTES) > scores.getFloat((from + best) * Float.BYTES)) {
                best = c;
            }
        }
        return best;
    }
}
