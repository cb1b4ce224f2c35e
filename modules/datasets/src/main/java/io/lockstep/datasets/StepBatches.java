package io.lockstep.datasets;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;

/**
 * A rank's training batches by step, in any order: the same examples, augmented alike, that a {@link BatchLoader} hands
 * out in order and ahead of time. One thread; the memory of a batch is filled anew by the next call.
 */
public final class StepBatches {
    private final BatchPlan plan;
    private final Dataset.Assembler assembler;
    private final Dataset dataset;
    private final ByteBuffer features;
    private final FloatBuffer floats;
    private final IntBuffer labels;
    private final Mixture mixture;

    /** @param dataset the whole training set: the sampler's examples */
    public StepBatches(Dataset dataset, Sampler sampler, int rank, int worldSize, LoaderOptions options) {
        if (sampler.examples() != dataset.examples()) {
            throw new IllegalArgumentException(
                    "a sampler of " + sampler.examples() + " examples for " + dataset.examples());
        }
        this.dataset = dataset;
        this.plan = BatchPlan.training(sampler, rank, worldSize);
        this.assembler = dataset.assembler(sampler.seed(), options, true);
        int bytes = Math.multiplyExact(
                plan.largestBatch(), Math.multiplyExact(dataset.shape().size(), Float.BYTES));
        this.features = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
        this.floats = features.asFloatBuffer();
        this.mixture = assembler.mixes() ? Mixture.allocate(plan.largestBatch()) : null;
        this.labels = IntBuffer.allocate(Math.multiplyExact(plan.largestBatch(), dataset.labelsOfExample()));
    }

    /** The rank's batch of a global step; its size is 0 where the rank has no share of it. */
    public Batch at(long step) {
        plan.select(step);
        int size = plan.size();
        int exampleSize = dataset.shape().size();
        labels.clear();
        for (int i = 0; i < size; i++) {
            int example = plan.example(i);
            assembler.assemble(example, plan.epoch(), floats, i * exampleSize, labels, i * dataset.labelsOfExample());
            if (mixture != null) {
                assembler.putMixture(mixture, i);
            }
        }
        features.position(0).limit(size * exampleSize * Float.BYTES);
        labels.position(0).limit(size * dataset.labelsOfExample());
        return new Batch(size, plan.start(), features, labels, mixture == null ? null : mixture.slice(0, size));
    }
}
