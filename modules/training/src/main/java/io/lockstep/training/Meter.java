package io.lockstep.training;

import io.lockstep.collectives.ProcessGroup;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Adds up what metrics are computed from: over batches, then over ranks. */
final class Meter {
    private static final double[] NOTHING = {};

    private final List<Metric> metrics;
    private final List<double[]> sums = new ArrayList<>();
    private long labels;
    private double lossSum;

    Meter(Task task) {
        this(task.metrics());
    }

    private Meter(List<Metric> metrics) {
        this.metrics = metrics;
        metrics.forEach(metric -> sums.add(NOTHING));
    }

    void add(Answers answers) {
        labels += answers.result().labels();
        lossSum += answers.result().lossSum();
        for (int i = 0; i < sums.size(); i++) {
            double[] more = metrics.get(i).sums(answers);
            sums.set(i, more == null ? sums.get(i) : BatchResult.sum(sums.get(i), more));
        }
    }

    /** A collective; see {@link Evaluation#over}. */
    Evaluation over(ProcessGroup group) {
        Meter all = new Meter(metrics);
        group.allGatherRecords(toBytes()).forEach(all::addBytes);
        if (all.labels == 0) {
            throw new IllegalArgumentException(
                    "the test set has no label that counts: it has no examples, or none of them"
                            + " has a class (-1 is for none), a mask of 1 or a weight above 0");
        }
        return all.evaluation();
    }

    private Evaluation evaluation() {
        Map<String, Double> values = new LinkedHashMap<>();
        for (int i = 0; i < sums.size(); i++) {
            if (sums.get(i).length > 0) {
                values.put(metrics.get(i).word(), metrics.get(i).value(sums.get(i)));
            }
        }
        return new Evaluation(labels, lossSum / labels, values);
    }

    /** Labels, loss, then of each metric the number of its sums, and they. */
    private byte[] toBytes() {
        int doubles = sums.stream().mapToInt(each -> each.length).sum();
        ByteBuffer out = ByteBuffer.allocate((2 + doubles) * Double.BYTES + sums.size() * Integer.BYTES)
                .putLong(labels)
                .putDouble(lossSum);
        for (double[] each : sums) {
            out.putInt(each.length);
            for (double value : each) {
                out.putDouble(value);
            }
        }
        return out.array();
    }

    private void addBytes(byte[] record) {
        ByteBuffer in = ByteBuffer.wrap(record);
        labels += in.getLong();
        lossSum += in.getDouble();
        for (int i = 0; i < sums.size(); i++) {
            double[] theirs = new double[in.getInt()];
            for (int j = 0; j < theirs.length; j++) {
                theirs[j] = in.getDouble();
            }
            sums.set(i, BatchResult.sum(sums.get(i), theirs));
        }
    }
}
