package io.lockstep.datasets.loading;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.Dataset;
import io.lockstep.datasets.LoaderOptions;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * A rank's training batches by step, in any order: the same examples, augmented alike, that a {@link BatchLoader} hands
 * out in order and ahead of time. One thread; the memory of a batch is filled anew by the next call.
 */
public final class StepBatches {
    private final PlannedBatches batches;
    private final Batch batch;

    /** @param dataset the whole training set: the sampler's examples */
    public StepBatches(Dataset dataset, Sampler sampler, int rank, int worldSize, LoaderOptions options) {
        batches = PlannedBatches.training(dataset, sampler, rank, worldSize, options);
        batch = Batch.allocate(batches.fields(), batches.largestBatch());
    }

    /** The rank's batch of a global step; its size is 0 where the rank has no share of it. */
    public Batch at(long step) {
        try {
            batches.fill(step, batch);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return batch;
    }
}
