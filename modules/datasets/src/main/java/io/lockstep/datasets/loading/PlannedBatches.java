package io.lockstep.datasets.loading;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.DataFaultException;
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
    /** Null: an example that cannot be read is a failure. */
    private final LeftOut leftOut;

    PlannedBatches(BatchPlan plan, List<Field> fields, ExampleWriter writer) {
        this(plan, fields, writer, null);
    }

    private PlannedBatches(BatchPlan plan, List<Field> fields, ExampleWriter writer, LeftOut leftOut) {
        this.plan = plan;
        this.writer = writer;
        this.fields = writer.fields(fields);
        this.leftOut = leftOut;
    }

    static PlannedBatches of(Dataset set, BatchPlan plan, long seed, LoaderOptions options, boolean training) {
        ExampleWriter own = set.writer(seed, options, training);
        ExampleWriter writer = TransposingWriter.over(own, set.fields(), options.layout());
        return new PlannedBatches(plan, set.fields(), writer, options.skipsUnreadable() ? new LeftOut() : null);
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
        int written = 0;
        for (int i = 0; i < size; i++) {
            written += write(step, plan.example(i), batch, written) ? 1 : 0;
        }
        batch.present(written, plan.start());
        readAhead();
        return true;
    }

    /** @return whether it is in the batch, and was not left out */
    private boolean write(long step, int example, Batch batch, int place) {
        try {
            writer.write(example, plan.epoch(), batch, place);
            return true;
        } catch (DataFaultException e) {
            if (leftOut == null) {
                throw e;
            }
            leftOut.add(step, example, e.getMessage());
            return false;
        }
    }

    private void readAhead() {
        try {
            plan.readAhead();
        } catch (DataFaultException e) {
            if (leftOut == null) {
                throw e;
            } // otherwise whoever draws its examples finds it again
        }
    }

    @Override
    public List<UnreadExample> leftOut(long beforeStep) {
        return leftOut == null ? List.of() : leftOut.before(beforeStep);
    }
}
