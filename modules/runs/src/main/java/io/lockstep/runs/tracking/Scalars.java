package io.lockstep.runs.tracking;

import io.lockstep.runs.folder.EvaluationLine;
import io.lockstep.runs.folder.MetricsLine;
import io.lockstep.training.Metrics;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The numbers of a line of the logs, by the names that they have there.
 *
 * @param isTest of evaluations.jsonl, rather than of metrics.jsonl
 * @param epochMillis when the driver heard of it, 0 in logs of before lines had their time
 * @param values never NaN nor infinite
 */
public record Scalars(boolean isTest, long step, long epochMillis, Map<String, Double> values) {
    public Scalars {
        values = Map.copyOf(values);
    }

    static Scalars of(MetricsLine line) {
        Map<String, Double> values = new LinkedHashMap<>(line.measures());
        values.put("loss", line.loss());
        if (line.accuracy() != null) {
            values.put(Metrics.ACCURACY.word(), line.accuracy());
        }
        values.put("learning_rate", line.learningRate());
        values.put("examples_per_second", line.examplesPerSecond());
        values.put("skipped_steps", (double) line.skippedSteps());
        values.put("bytes_sent", (double) line.bytesSent());
        values.put("time_ms.data_wait", line.timeMs().dataWait());
        values.put("time_ms.forward_backward", line.timeMs().forwardBackward());
        values.put("time_ms.reduce_wait", line.timeMs().reduceWait());
        values.put("time_ms.update", line.timeMs().update());
        return new Scalars(false, line.step(), millis(line.time()), finite(values));
    }

    static Scalars of(EvaluationLine line) {
        return new Scalars(true, line.step(), millis(line.time()), finite(EvaluationLine.tested(line.test())));
    }

    private static long millis(String time) {
        return time == null ? 0 : Instant.parse(time).toEpochMilli();
    }

    private static Map<String, Double> finite(Map<String, Double> values) {
        Map<String, Double> finite = new LinkedHashMap<>(values);
        finite.values().removeIf(value -> !Double.isFinite(value));
        return finite;
    }
}
