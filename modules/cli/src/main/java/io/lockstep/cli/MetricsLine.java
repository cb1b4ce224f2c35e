package io.lockstep.cli;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import io.lockstep.training.StepReport;

/** A line of metrics.jsonl: what all ranks did since the line before. Loss without regularisation; times per step. */
@JsonIgnoreProperties(ignoreUnknown = true)
record MetricsLine(
        long step,
        int epoch,
        long examples,
        double loss,
        double accuracy,
        double learningRate,
        double examplesPerSecond,
        long skippedSteps,
        StepReport.TimeMs timeMs) {

    static MetricsLine of(StepReport report) {
        return new MetricsLine(
                report.step(),
                report.epoch(),
                report.examples(),
                report.loss(),
                report.accuracy(),
                report.learningRate(),
                report.examplesPerSecond(),
                report.skippedSteps(),
                report.timeMs());
    }
}
