package io.lockstep.engine;

import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.function.LongConsumer;

/**
 * A {@link Graph} made ready to run on a backend: everything that depends on shapes has been decided and allocated.
 *
 * <p>One thread owns a plan: it creates it, calls it and closes it. The buffers live until {@link #close}.
 */
public interface Plan extends AutoCloseable {
    /** The flat vector, float32, direct, native order. */
    ByteBuffer parameters();

    /** As long as {@link #parameters}. */
    ByteBuffer gradients();

    /** Most examples in one call. */
    int capacity();

    /**
     * Forward and backward. Afterwards {@link #gradients()} holds the sum over the examples of the gradient of the loss;
     * at running statistics the change that this batch makes. The result is a function of the arguments and parameters.
     *
     * @param features float32, direct, native order, (examples, height, width, channels)
     * @param labels (examples), or (examples, steps) where the loss is one of each step
     * @param examples 0 gives zeros
     * @param firstExample place of the first one in a larger batch that this is a part of: noise is drawn by place, so that
     *     all parts together draw what the larger batch does
     * @param seed of noise
     * @param watermark told, on the calling thread and while backward goes on, from which element on the gradients are
     *     final; falls, and ends at 0
     */
    PassResult forwardBackward(
            ByteBuffer features, IntBuffer labels, int examples, long firstExample, long seed, LongConsumer watermark);

    /**
     * Forward as in inference.
     *
     * @param predictions receives the most probable class of each example, or step
     */
    PassResult evaluate(ByteBuffer features, IntBuffer labels, int examples, int[] predictions);

    @Override
    void close();

    /**
     * @param lossSum over the labels
     * @param correct labels that are the most probable class
     */
    record PassResult(double lossSum, int correct) {}
}
