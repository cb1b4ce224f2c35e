package io.lockstep.spark.ml;

import io.lockstep.datasets.Batch;
import io.lockstep.spark.frames.FrameColumns;
import io.lockstep.spark.frames.RowReader;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.util.TaskCompletionListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds predictions to the rows of a partition, a batch at a time, as they are asked for.
 *
 * @param columns how whole rows are read
 * @param names of the columns that are added, see {@link PredictedColumns#names}
 */
record PartitionPrediction(
        String uid, Broadcast<TrainedNetwork> sent, FrameColumns columns, List<String> names, int batch)
        implements MapPartitionsFunction<Row, Row> {
    private static final Logger LOG = LoggerFactory.getLogger(LockstepModel.class);

    @Override
    public Iterator<Row> call(Iterator<Row> rows) {
        return rows.hasNext() ? new Predicted(rows) : rows;
    }

    private static int threads() {
        int here = Runtime.getRuntime().availableProcessors();
        return Math.max(1, Math.min(here, SparkEnv.get().conf().getInt("spark.executor.cores", here)));
    }

    private final class Predicted implements Iterator<Row> {
        private final Iterator<Row> rows;
        private final RowReader reader = columns.reader(TaskContext.getPartitionId());
        private final ExecutorNetworks.Lease lease;
        private final AskedNetwork network;
        private final BatchFiller filler;
        private final Predictions predictions;
        private final Batch examples;
        private final List<Row> waiting = new ArrayList<>();
        private int next;
        private List<Row> done = List.of();
        private long count;
        private long nanos;

        Predicted(Iterator<Row> rows) {
            this.rows = rows;
            TrainedNetwork trained = sent.value();
            String key = uid + "/" + sent.id() + "/" + batch;
            lease = ExecutorNetworks.here().lease(key, () -> new AskedNetwork(trained, batch, threads()));
            TaskContext task = TaskContext.get();
            if (task != null) { // which may end before all rows were asked for
                task.addTaskCompletionListener((TaskCompletionListener) context -> end());
            }
            network = lease.network();
            examples = network.batch(batch);
            filler = new BatchFiller(trained.facts(), columns, network.layout());
            predictions = new Predictions(trained.facts(), names);
        }

        private void end() {
            lease.close();
            if (count > 0) {
                LOG.info(
                        "{}: {} rows of partition {} predicted at {} rows/s",
                        uid,
                        count,
                        TaskContext.getPartitionId(),
                        Math.round(count / Math.max(1e-9, nanos / 1e9)));
            }
        }

        @Override
        public boolean hasNext() {
            return next < done.size() || rows.hasNext();
        }

        @Override
        public Row next() {
            if (next == done.size()) {
                if (!rows.hasNext()) {
                    throw new NoSuchElementException();
                }
                predict();
            }
            return done.get(next++);
        }

        private void predict() {
            waiting.clear();
            examples.clear();
            while (waiting.size() < batch && rows.hasNext()) {
                Row row = rows.next();
                filler.put(reader, row, examples, waiting.size());
                waiting.add(row);
            }
            long start = System.nanoTime();
            examples.present(waiting.size(), 0);
            float[] outputs = network.ask(examples);
            nanos += System.nanoTime() - start;
            count += waiting.size();
            List<Row> extended = new ArrayList<>(waiting.size());
            for (int i = 0; i < waiting.size(); i++) {
                extended.add(extended(waiting.get(i), outputs, i));
            }
            done = extended;
            next = 0;
        }

        private Row extended(Row row, float[] outputs, int place) {
            Object[] values = new Object[row.size() + predictions.size()];
            for (int i = 0; i < row.size(); i++) {
                values[i] = row.get(i);
            }
            predictions.put(outputs, place, values, row.size());
            return RowFactory.create(values);
        }
    }
}
