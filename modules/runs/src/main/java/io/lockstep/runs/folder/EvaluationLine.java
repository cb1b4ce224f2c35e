package io.lockstep.runs.folder;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.training.Evaluation;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A line of evaluations.jsonl: the test set after so many steps. In JSON {@code test_loss}, and {@code test_accuracy} or
 * whatever metrics the network's task has.
 *
 * @param time when the driver heard of it, ISO 8601, UTC; null in logs before lines had their time
 */
public record EvaluationLine(String time, long step, int epoch, Evaluation test) {
    private static final String TEST = "test_";
    private static final String LOSS = TEST + "loss";

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static EvaluationLine of(JsonNode line) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        for (Iterator<String> names = line.fieldNames(); names.hasNext(); ) {
            String name = names.next();
            if (name.startsWith(TEST) && !name.equals(LOSS)) {
                metrics.put(name.substring(TEST.length()), number(line, name));
            }
        }
        return new EvaluationLine(
                line.path("time").textValue(),
                line.path("step").longValue(),
                line.path("epoch").intValue(),
                new Evaluation(line.path("examples").longValue(), number(line, LOSS), metrics));
    }

    private static double number(JsonNode line, String name) {
        return line.path(name).asDouble(Double.NaN);
    }

    @JsonValue
    Map<String, Object> json() {
        Map<String, Object> line = new LinkedHashMap<>();
        if (time != null) {
            line.put("time", time);
        }
        line.put("step", step);
        line.put("epoch", epoch);
        line.put("examples", test.examples());
        line.putAll(tested(test));
        return line;
    }

    /** By the names that they have in files. */
    public static Map<String, Double> tested(Evaluation test) {
        Map<String, Double> named = new LinkedHashMap<>();
        named.put(LOSS, test.loss());
        test.metrics().forEach((word, value) -> named.put(TEST + word, value));
        return named;
    }
}
