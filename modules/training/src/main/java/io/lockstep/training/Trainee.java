package io.lockstep.training;

import io.lockstep.datasets.Batch;

/**
 * What is trained in one {@link Turn} of a step, by a {@link Strategy} of its own: a network, or one of the parts of a
 * network that play against each other. Its vectors are the replica's, or a part of them.
 *
 * <p>The thread that owns the replica calls it. {@link #gradients()} may be read and written by another thread between the
 * announcement of a part and {@link #update}.
 */
public interface Trainee extends NetworkVectors {
    /**
     * Forward and backward. Afterwards {@link #gradients()} holds the <em>sum</em> over the batch's examples of the
     * gradient of the loss, without regularisation; at running statistics the change that this batch alone would make.
     * For an empty batch all of it is zero.
     *
     * <p>It is computed in float32 unless configured otherwise, and the result is a function of parameters, batch and
     * {@code randomSeed} alone.
     *
     * @param randomSeed what dropout and other noise are drawn from, by the place of an example in the epoch: the same
     *     on all ranks
     * @param listener called on this thread while backward goes on
     */
    BatchResult forwardBackward(Batch batch, long randomSeed, GradientListener listener);

    /**
     * One optimizer update. {@link #gradients()} holds the mean gradient over the global batch; regularisation, the
     * updater and constraints are applied to {@link #parameters()}. The gradients are undefined afterwards.
     *
     * @param step number of this update, from 0
     * @param epoch epoch it belongs to, from 0
     */
    void update(long step, int epoch, double learningRate);

    /**
     * The same, for networks that are updated by the sum over the examples and not by their mean (DL4J's {@code
     * miniBatch(false)}), which must know how many they are. Without the number they take those of their own batches since the
     * last update.
     *
     * @param examples whose mean {@link #gradients()} holds, on whichever ranks they were
     */
    default void update(long step, int epoch, double learningRate, int examples) {
        update(step, epoch, learningRate);
    }
}
