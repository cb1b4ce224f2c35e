package io.lockstep.spark;

import java.util.Map;
import org.apache.spark.scheduler.SparkListenerEvent;

/**
 * How a run did on its test set, for a {@code SparkListener}'s {@code onOtherEvent} and Spark's event log.
 *
 * @param step updates done
 * @param epoch from 0
 * @param loss mean
 * @param accuracy from 0 to 1; NaN for a network that tells no classes
 * @param metrics all that the network's task has, by name, accuracy among them
 */
public record TrainingTest(long step, int epoch, double loss, double accuracy, Map<String, Double> metrics)
        implements SparkListenerEvent {}
