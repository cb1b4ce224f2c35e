package io.lockstep.datasets.loading;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.Dataset;
import io.lockstep.datasets.ExampleWriter;
import io.lockstep.datasets.Field;
import io.lockstep.datasets.LoaderOptions;
import java.util.List;

/** Batches of a set whose examples can be asked for by their numbers, in the order of a plan. */
final class PlannedBatches implements BatchSource {
    private final BatchPlan plan;
    private final ExampleWriter writer;
    private final List<Field> fields;

    PlannedBatches(BatchPlan plan, List<Field> fields, ExampleWriter writer) {
        this.plan = plan;
        this.writer = writer;
        this.fields = writer.fields(fields);
    }

    static PlannedBatches of(Dataset set, BatchPlan plan, long seed, LoaderOptions options, boolean training) {
        ExampleWriter own = set.writer(seed, options, training);
        return new PlannedBatches(plan, set.fields(), TransposingWriter.over(own, set.fields(), options.layout()));
    }

    /** Of a whole training set, shuffled and augmented. */
    static PlannedBatches training(Dataset set, Sampler sampler, int rank, int worldSize, LoaderOptions options) {
        BatchPlan plan = BatchPlan.training(sampler, ExampleOrder.of(set, sampler), rank, worldSize);
        return of(set, plan, sampler.seed(), options, true);
    }

    @Override
    public List<Field> fields() {
        return fields;
    }

    @Override
    public int largestBatch() {
        return plan.largestBatch();
    }

    @Override
    public long endStep() {
        return plan.endStep();
    }

    @Override
    public boolean fill(long step, Batch batch) {
        plan.select(step);
        int size = plan.size();
        batch.clear();
        for (int i = 0; i < size; i++) {
            writer.write(plan.example(i), plan.epoch(), batch, i);
        }
        batch.present(size, plan.start());
        plan.readAhead();
        return true;
    }
}
