package io.lockstep.datasets;

/**
 * A rank's training batches by step, in any order: the same examples, augmented alike, that a {@link BatchLoader} hands
 * out in order and ahead of time. One thread; the memory of a batch is filled anew by the next call.
 */
public final class StepBatches {
    private final BatchPlan plan;
    private final Dataset.Assembler assembler;
    private final Batch batch;

    /** @param dataset the whole training set: the sampler's examples */
    public StepBatches(Dataset dataset, Sampler sampler, int rank, int worldSize, LoaderOptions options) {
        if (sampler.examples() != dataset.examples()) {
            throw new IllegalArgumentException(
                    "a sampler of " + sampler.examples() + " examples for " + dataset.examples());
        }
        this.plan = BatchPlan.training(sampler, rank, worldSize);
        this.assembler = dataset.assembler(sampler.seed(), options, true);
        this.batch = Batch.allocate(assembler.fields(), plan.largestBatch());
    }

    /** The rank's batch of a global step; its size is 0 where the rank has no share of it. */
    public Batch at(long step) {
        plan.select(step);
        plan.fill(batch, assembler);
        return batch;
    }
}
