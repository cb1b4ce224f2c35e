package io.lockstep.training;

import io.lockstep.collectives.ProcessGroup;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * What ranks exchange to stay, or to come back, together, and how. A strategy holds what is trained and the group; the
 * {@code Trainer} calls it, in this order, from the thread that owns the replica:
 *
 * <pre>{@code
 * strategy.placeParameters();
 * for each step:
 *     listener = strategy.begin(step);
 *     trainee.forwardBackward(batch, seed, listener);
 *     exchange = strategy.finish(step);
 * }</pre>
 *
 * <p>After {@link #finish} the trainee is ready for the next forward pass. Those that there are lie in {@link
 * io.lockstep.training.strategies}, a file each; to add one, write another beside them and name it in {@link
 * io.lockstep.training.strategies.Strategies}.
 */
public interface Strategy {
    /** The word that chooses it: {@code ddp}. A checkpoint keeps it, as what ranks know alone is one strategy's. */
    String name();

    /** Makes all ranks' trainees equal to rank 0's, before the first step. */
    void placeParameters();

    /** Returns what is to be told about gradients that became final. */
    GradientListener begin(Step step);

    /** Exchanges what is left to exchange, and updates the trainee. */
    Exchange finish(Step step);

    /**
     * What this rank alone knows beside the trainee and a checkpoint must therefore hold: direct buffers, always the
     * same ones, in the same order. Empty where all that matters is in the trainee.
     */
    default List<ByteBuffer> rankState() {
        return List.of();
    }

    /**
     * Takes up what ranks knew when a checkpoint was written; called after {@link #placeParameters}.
     *
     * @param states this rank's share: what the former ranks {@code rank}, {@code rank + worldSize}, ... wrote, their
     *     {@link #rankState} one behind the other. One in a world of the same size; none where there are more ranks now
     */
    default void loadRankStates(List<byte[]> states) {}

    /**
     * What finishing a step took.
     *
     * @param waitNanos the calling thread waited for communication: what overlap did not hide
     * @param communicationNanos the communication thread was busy with this step, hidden or not
     * @param updateNanos scaling, clipping, encoding and the updater
     * @param skipped the gradient was not finite, so it was not applied
     * @param replicasEqual all ranks hold the same parameters now
     */
    record Exchange(
            long waitNanos, long communicationNanos, long updateNanos, boolean skipped, boolean replicasEqual) {}

    /** Makes a rank's strategy, on the rank. Travels to the executors. */
    interface Factory extends Serializable {
        /** The word that chooses it: {@code ddp}. */
        String name();

        Strategy create(Setup setup);
    }

    /**
     * What a strategy is made for.
     *
     * @param clipNorm global norm to clip gradients to, 0 for none
     * @param rehearsal what measures, for a strategy that chooses by measurement
     */
    record Setup(Trainee trainee, ProcessGroup group, double clipNorm, Calibration rehearsal) {}
}
