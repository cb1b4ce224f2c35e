package io.lockstep.engine;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * A {@link Graph} made ready to run on a backend: everything that depends on shapes has been decided and allocated.
 *
 * <p>One thread owns a plan: it creates it, calls it and closes it. The buffers live until {@link #close}.
 */
public interface Plan extends AutoCloseable {
    Graph graph();

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

    /**
     * Forward of a graph that ends with {@link Operation.Output}; {@link #scores} has what is handed out.
     *
     * @param asTraining with noise and this batch's statistics; otherwise as in inference
     */
    void forward(ByteBuffer features, int examples, long firstExample, long seed, boolean asTraining);

    /**
     * What the last node read in the last {@link #evaluate} or {@link #forward}: (examples, steps, classes) float32,
     * native order, of that pass's examples. Valid until the next pass.
     */
    ByteBuffer scores();

    /** The numbers that a graph ending with a {@code Judgement} gave in its last pass; an example each. */
    float[] judgements();

    /**
     * What the loss of each example counts, of a graph that ends with a {@code Judgement}, from the next pass on.
     *
     * @param weights at least as many as examples; null: 1 each
     */
    void weighExamples(float[] weights);

    /**
     * Second labels of a classifier's examples, from the next pass on: the target of a softmax is (1 - share) of the label
     * and share of the other one.
     *
     * @param others as many as the pass has examples; null: there are none
     * @param shares from 0 to 1, as many
     * @throws IllegalStateException if the loss is one of each step, or no softmax
     */
    void mixLabels(IntBuffer others, FloatBuffer shares);

    /** After a pass of a graph {@link Graph#towardsInput}: (examples, height, width, channels). */
    ByteBuffer inputGradient();

    /** Bytes outside the heap that are the plan's own: packed weights, activations, and vectors that nobody gave it. */
    long nativeBytes();

    /** Whether the precision shows: whether a layer is such that its products' factors are rounded. */
    boolean rounds();

    int threads();

    /** Runs on each of the plan's threads, and waits for all of them. */
    void onEveryThread(SharedWork work);

    /** Counts the time of every step from now on. */
    void startProfile();

    /**
     * What each step of training has taken since {@link #startProfile}, in the order of execution; empty from a backend
     * that does not count.
     */
    List<StepProfile> profile();

    @Override
    void close();

    /**
     * @param lossSum over the labels
     * @param correct labels that are the most probable class
     */
    record PassResult(double lossSum, int correct) {}

    /** Work that a plan's threads share. */
    interface SharedWork {
        /** @param thread from 0 (inclusive) to threads (exclusive) */
        void run(int thread, int threads);
    }
}
