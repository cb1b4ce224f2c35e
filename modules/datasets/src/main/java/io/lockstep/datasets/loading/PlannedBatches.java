package io.lockstep.datasets.loading;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.DataFaultException;
import io.lockstep.datasets.Dataset;
import io.lockstep.datasets.ExampleWriter;
import io.lockstep.datasets.Field;
import io.lockstep.datasets.LoaderOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Batches of a set whose examples can be asked for by their numbers, in the order of a plan. */
final class PlannedBatches implements BatchSource {
    private final BatchPlan plan;
    private final ExampleWriter writer;
    private final List<Field> fields;
    /** Null: one writer writes one example after the other. */
    private final WriterThreads threads;
    /** Null: an example that cannot be read is a failure. */
    private final UnreadExamples leftOut;

    PlannedBatches(BatchPlan plan, List<Field> fields, ExampleWriter writer) {
        this(plan, fields, List.of(writer), null);
    }

    /** @param writers one for each thread that writes */
    private PlannedBatches(BatchPlan plan, List<Field> fields, List<ExampleWriter> writers, UnreadExamples leftOut) {
        writer = writers.get(0);
        threads = writers.size() > 1 ? new WriterThreads(writers) : null;
        this.plan = plan;
        this.fields = writer.fields(fields);
        this.leftOut = leftOut;
    }

    static PlannedBatches of(Dataset set, BatchPlan plan, long seed, LoaderOptions options, boolean training) {
        List<ExampleWriter> writers = new ArrayList<>();
        for (int i = 0; i < Math.max(1, Math.min(set.writerThreads(), plan.largestBatch())); i++) {
            ExampleWriter own = set.writer(seed, options, training);
            writers.add(TransposingWriter.over(own, set.fields(), options.layout()));
        }
        return new PlannedBatches(plan, set.fields(), writers, options.skipsUnreadable() ? new UnreadExamples() : null);
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
    public boolean fill(long step, Batch batch) throws IOException {
        plan.select(step);
        batch.clear();
        batch.present(threads == null ? writeInTurn(step, batch) : writeAtOnce(step, batch), plan.start());
        readAhead();
        return true;
    }

    private int writeInTurn(long step, Batch batch) {
        int size = plan.size();
        int written = 0;
        for (int i = 0; i < size; i++) {
            written += write(step, plan.example(i), batch, written) ? 1 : 0;
        }
        return written;
    }

    private int writeAtOnce(long step, Batch batch) throws IOException {
        int[] examples = new int[plan.size()];
        for (int i = 0; i < examples.length; i++) {
            examples[i] = plan.example(i);
        }
        RuntimeException[] faults = threads.write(examples, plan.epoch(), batch);
        int written = 0;
        for (int i = 0; i < examples.length; i++) {
            if (faults[i] == null) {
                batch.move(i, written++);
            } else if (leftOut != null && faults[i] instanceof DataFaultException) {
                leftOut.add(step, examples[i], faults[i].getMessage());
            } else {
                throw faults[i];
            }
        }
        return written;
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

    @Override
    public void close() {
        if (threads != null) {
            threads.close();
        }
    }
}
