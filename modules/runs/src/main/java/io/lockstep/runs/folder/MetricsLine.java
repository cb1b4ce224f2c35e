package io.lockstep.runs.folder;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.lockstep.training.Metrics;
import io.lockstep.training.StepReport;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A line of metrics.jsonl: what all ranks did since the line before. Loss without regularisation; bytes and times per
 * step, times also by rank. What else was measured is in measures, but for accuracy, which has a place of its own.
 *
 * @param time when the driver heard of it, ISO 8601, UTC
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record MetricsLine(
        @JsonInclude(JsonInclude.Include.NON_NULL) String time,
        long step,
        int epoch,
        long examples,
        double loss,
        @JsonInclude(JsonInclude.Include.NON_NULL) Double accuracy,
        double learningRate,
        double examplesPerSecond,
        long skippedSteps,
        long bytesSent,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Double> measures,
        StepReport.TimeMs timeMs,
        List<StepReport.TimeMs> ranks) {
    public MetricsLine {
        measures = measures == null ? Map.of() : measures; // of a log before there were any, too
    }

    /** A mean over these steps, by name; NaN where it was not measured. */
    double measure(String word) {
        if (word.equals(Metrics.ACCURACY.word())) {
            return accuracy == null ? Double.NaN : accuracy;
        }
        return measures.getOrDefault(word, Double.NaN);
    }

    public static String now() {
        return Instant.now().truncatedTo(ChronoUnit.MILLIS).toString();
    }

    private static Map<String, Double> withoutAccuracy(Map<String, Double> measures) {
        Map<String, Double> others = new LinkedHashMap<>(measures);
        others.remove(Metrics.ACCURACY.word());
        return others;
    }

    public static MetricsLine of(StepReport report) {
        return new MetricsLine(
                now(),
                report.step(),
                report.epoch(),
                report.examples(),
                report.loss(),
                report.measures().get(Metrics.ACCURACY.word()),
                report.learningRate(),
                report.examplesPerSecond(),
                report.skippedSteps(),
                report.bytesSent(),
                withoutAccuracy(report.measures()),
                report.timeMs(),
                report.ranks());
    }
}
