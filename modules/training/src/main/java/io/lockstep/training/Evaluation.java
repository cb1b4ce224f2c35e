package io.lockstep.training;

import io.lockstep.collectives.ProcessGroup;
import io.lockstep.datasets.Batch;
import io.lockstep.datasets.loading.BatchLoader;
import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How a replica does on a set of examples.
 *
 * @param examples seen, over all ranks; where an example has a label for each of its steps, labels
 * @param loss mean, without regularisation
 * @param metrics of the replica's task, by {@link Metric#word}; those that its answers gave nothing for are left out
 */
public record Evaluation(long examples, double loss, Map<String, Double> metrics) implements Serializable {
    public Evaluation {
        metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    }

    /** Of a classifier. */
    public Evaluation(long examples, double loss, double accuracy) {
        this(examples, loss, Map.of(Metrics.ACCURACY.word(), accuracy));
    }

    /** From 0 to 1; NaN where there is none. */
    public double accuracy() {
        return metric(Metrics.ACCURACY);
    }

    /** NaN where there is none. */
    public double metric(Metric metric) {
        return metric == Metrics.LOSS ? loss : metrics.getOrDefault(metric.word(), Double.NaN);
    }

    /**
     * A collective: each rank runs its shard, and all learn the whole.
     *
     * @param shard this rank's share of the examples; may be empty, but not on all ranks
     * @throws IllegalArgumentException on all ranks, if no rank has an example: there would be no mean of anything
     */
    public static Evaluation over(Replica replica, BatchLoader shard, ProcessGroup group) {
        Meter meter = new Meter(replica.task());
        while (shard.hasNext()) {
            Batch batch = shard.next();
            if (batch.size() > 0) { // none of its examples may have been readable
                meter.add(replica.evaluate(batch));
            }
        }
        return meter.over(group);
    }
}
