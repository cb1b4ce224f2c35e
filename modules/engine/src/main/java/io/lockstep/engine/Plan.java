package io.lockstep.engine;

import java.nio.ByteBuffer;
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

    /** A pass of the plan's own, for whoever needs no other. */
    Pass pass();

    /**
     * Forward and backward. Afterwards {@link #gradients()} holds the sum over the examples of the gradient of the losses;
     * at running statistics the change that this batch makes; and {@link #sums} what the losses told. The result is a
     * function of the pass and the parameters.
     *
     * @param watermark told, on the calling thread and while backward goes on, from which element on the gradients are
     *     final; falls, and ends at 0
     */
    void forwardBackward(Pass pass, LongConsumer watermark);

    /** Forward as in inference, and {@link #sums}. */
    void evaluate(Pass pass);

    /**
     * Forward of a graph that ends with {@link Operation.Output}; {@link #scores} has what is handed out.
     *
     * @param asTraining with noise and this batch's statistics; otherwise as in inference
     */
    void forward(Pass pass, boolean asTraining);

    /** What the losses told of the last pass. */
    Sums sums();

    /**
     * A node's output in the last pass, of that pass's examples: (examples, height, width, channels) float32, native order.
     * Valid until the next pass.
     *
     * @param node marked by {@link GraphBuilder#output}; what a loss that is told reads, after an evaluation, and what a
     *     graph hands out that ends with {@link Operation.Output}, need no mark
     * @throws IllegalArgumentException if the node's output is not kept
     */
    ByteBuffer output(String node);

    /** {@link #output} of what the last node reads. */
    ByteBuffer scores();

    /** After a pass of a graph {@link Graph#towardsInput}: (examples, height, width, channels). */
    ByteBuffer inputGradient();

    /** Bytes outside the heap that are the plan's own: packed weights, activations, and vectors that nobody gave it. */
    long nativeBytes();

    /** Whether the precision shows: whether a layer is such that its products' factors are rounded. */
    boolean rounds();

    int threads();

    /** Runs on each of the plan's threads, and waits for all of them. */
    void onEveryThread(SharedWork work);

    /** Counts the time of every task from now on. */
    void startProfile();

    /**
     * What each task of training passes has taken since {@link #startProfile}, in the order of execution; empty from a backend
     * that does not count.
     */
    List<TaskProfile> profile();

    @Override
    void close();

    // ------------------------------------------------------------------ short forms, for a graph of one input and
    // labels

    /** {@link #forwardBackward(Pass, LongConsumer)} of features and class numbers. */
    default PassResult forwardBackward(
            ByteBuffer features, IntBuffer labels, int examples, long firstExample, long seed, LongConsumer watermark) {
        forwardBackward(
                labelled(features, labels, examples).firstExample(firstExample).seed(seed), watermark);
        return PassResult.of(sums());
    }

    /**
     * {@link #evaluate(Pass)} of features and class numbers.
     *
     * @param predictions receives the most probable class of each example, time step or pixel; null: nobody asks
     */
    default PassResult evaluate(ByteBuffer features, IntBuffer labels, int examples, int[] predictions) {
        evaluate(labelled(features, labels, examples));
        if (predictions != null && examples > 0) {
            MostProbable.classes(scores(), graph().last().shape(), examples, predictions);
        }
        return PassResult.of(sums());
    }

    /** {@link #forward(Pass, boolean)} of features. */
    default void forward(ByteBuffer features, int examples, long firstExample, long seed, boolean asTraining) {
        Pass pass = pass().clear().features(features).examples(examples);
        forward(pass.firstExample(firstExample).seed(seed), asTraining);
    }

    private Pass labelled(ByteBuffer features, IntBuffer labels, int examples) {
        return pass().clear().features(features).set(Columns.LABELS, labels).examples(examples);
    }

    /**
     * Of the graph's last loss.
     *
     * @param lossSum over the labels
     * @param correct labels that are the most probable class
     */
    record PassResult(double lossSum, int correct) {
        static PassResult of(Sums sums) {
            return new PassResult(sums.of(Loss.LOSS), (int) sums.of(Loss.CORRECT));
        }
    }

    /** Work that a plan's threads share. */
    interface SharedWork {
        /** @param thread from 0 (inclusive) to threads (exclusive) */
        void run(int thread, int threads);
    }
}
