package io.lockstep.spark;

import io.lockstep.training.StepReport;
import org.apache.spark.scheduler.SparkListenerEvent;

/**
 * What ranks did since the event before, for a {@code SparkListener}'s {@code onOtherEvent} and Spark's event log.
 *
 * @param step updates done
 * @param epoch from 0
 * @param loss mean, without regularisation
 * @param accuracy from 0 to 1, as seen in training; NaN for a network that tells no classes
 */
public record TrainingProgress(
        long step, int epoch, double loss, double accuracy, double learningRate, double examplesPerSecond)
        implements SparkListenerEvent {
    static TrainingProgress of(StepReport report) {
        return new TrainingProgress(
                report.step(),
                report.epoch(),
                report.loss(),
                report.accuracy(),
                report.learningRate(),
                report.examplesPerSecond());
    }
}
