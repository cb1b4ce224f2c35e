package io.lockstep.training;

/**
 * What ranks exchange to stay, or to come back, together, and how. A strategy holds the replica and the group; the
 * {@link Trainer} calls it, in this order, from the thread that owns the replica:
 *
 * <pre>{@code
 * strategy.placeParameters();
 * for each step:
 *     listener = strategy.begin(step);
 *     replica.forwardBackward(batch, seed, listener);
 *     exchange = strategy.finish(step);
 * }</pre>
 *
 * <p>After {@link #finish} the replica is ready for the next forward pass.
 */
public interface Strategy {
    /** The word that chooses it: {@code ddp}. */
    String name();

    /** Makes all replicas equal to rank 0's, before the first step. */
    void placeParameters();

    /** Returns what is to be told about gradients that became final. */
    GradientListener begin(Step step);

    /** Exchanges what is left to exchange, and updates the replica. */
    Exchange finish(Step step);

    /**
     * What finishing a step took.
     *
     * @param waitNanos the calling thread waited for communication: what overlap did not hide
     * @param communicationNanos the communication thread was busy with this step, hidden or not
     * @param updateNanos scaling, clipping and the updater
     * @param skipped the gradient was not finite, so no rank applied it
     */
    record Exchange(long waitNanos, long communicationNanos, long updateNanos, boolean skipped) {}
}
