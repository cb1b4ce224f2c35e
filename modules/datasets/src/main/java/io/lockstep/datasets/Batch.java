package io.lockstep.datasets;

import java.nio.ByteBuffer;
import java.nio.IntBuffer;

/**
 * The examples of one forward and backward pass, ready for a network.
 *
 * @param size examples; may be below the capacity (a short last batch), and 0 where a rank has no share of one
 * @param features float32, direct, native order, (size, C, H, W) or (size, H, W, C); position 0, limit at the end of
 *     the last example
 * @param labels class of each example, (size), or of each of its steps, (size, T), where -1 is no label; position 0,
 *     limit at the end of the last example
 */
public record Batch(int size, ByteBuffer features, IntBuffer labels) {}
