package io.lockstep.cli;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.lockstep.training.StepReport;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

/**
 * A line of metrics.jsonl: what all ranks did since the line before. Loss without regularisation; bytes and times per
 * step, times also by rank.
 *
 * @param time when the driver heard of it, ISO 8601, UTC
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record MetricsLine(
        @JsonInclude(JsonInclude.Include.NON_NULL) String time,
        long step,
        int epoch,
        long examples,
        double loss,
        double accuracy,
        double learningRate,
        double examplesPerSecond,
        long skippedSteps,
        long bytesSent,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Double> measures,
        StepReport.TimeMs timeMs,
        List<StepReport.TimeMs> ranks) {
    MetricsLine {
        measures = measures == null ? Map.of() : measures; // of a log before there were any, too
    }

    static String now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS).toString();
    }

    static MetricsLine of(StepReport report) {
        return new MetricsLine(
                now(),
                report.step(),
                report.epoch(),
                report.examples(),
                report.loss(),
                report.accuracy(),
                report.learningRate(),
                report.examplesPerSecond(),
                report.skippedSteps(),
                report.bytesSent(),
                report.measures(),
                report.timeMs(),
                report.ranks());
    }
}
