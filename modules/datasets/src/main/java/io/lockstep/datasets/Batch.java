package io.lockstep.datasets;

import java.nio.ByteBuffer;
import java.nio.IntBuffer;

/**
 * The examples of one forward and backward pass, ready for a network.
 *
 * @param size examples; may be below the capacity (a short last batch), and 0 where a rank has no share of one
 * @param firstExample place of its first example in the epoch's order: what is random about an example (dropout) is
 *     drawn by its place, so that it does not depend on the rank that has the example
 * @param features float32, direct, native order, (size, C, H, W) or (size, H, W, C); position 0, limit at the end of
 *     the last example
 * @param labels class of each example, (size), or of each of its steps, (size, T), where -1 is no label; position 0,
 *     limit at the end of the last example
 * @param mixture what was mixed into the pictures, or null
 */
public record Batch(int size, int firstExample, ByteBuffer features, IntBuffer labels, Mixture mixture) {
    /** Nothing was mixed into it. */
    public Batch(int size, int firstExample, ByteBuffer features, IntBuffer labels) {
        this(size, firstExample, features, labels, null);
    }

    /** A batch that is no part of another. */
    public Batch(int size, ByteBuffer features, IntBuffer labels) {
        this(size, 0, features, labels);
    }
}
