package io.lockstep.runs.folder;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.training.Evaluation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What files say of tests: of a classifier as ever, of others what their tasks have. */
class EvaluationLineTest {
    private static final String CLASSIFIERS = "{\"time\":\"2026-01-02T03:04:05.500Z\",\"step\":300,\"epoch\":7,"
            + "\"examples\":100,\"test_loss\":0.25,\"test_accuracy\":0.75}\n";

    @Test
    void aClassifiersLineIsAsEver() throws Exception {
        var line = new EvaluationLine("2026-01-02T03:04:05.500Z", 300, 7, new Evaluation(100, 0.25, 0.75));

        assertThat(Json.line(line)).isEqualTo(CLASSIFIERS);
        assertThat(Json.parse(CLASSIFIERS, EvaluationLine.class)).isEqualTo(line);
    }

    @Test
    void aLineOfOtherMetricsComesBackAsItWas() throws Exception {
        Map<String, Double> metrics = new LinkedHashMap<>();
        metrics.put("mae", 1.5);
        metrics.put("r2", Double.NaN);
        var line = new EvaluationLine(null, 3, 0, new Evaluation(10, 2.5, metrics));

        String text = Json.line(line);

        assertThat(text)
                .isEqualTo("{\"step\":3,\"epoch\":0,\"examples\":10,\"test_loss\":2.5,\"test_mae\":1.5,"
                        + "\"test_r2\":null}\n");
        assertThat(Json.parse(text, EvaluationLine.class)).isEqualTo(line);
    }

    @Test
    void aSummaryHasAFieldOfEachMetric() throws Exception {
        var summary = Json.parse(Json.pretty(summary(new Evaluation(10, 2.5, Map.of("mae", 1.5)))));

        assertThat(summary.get("test_loss").asDouble()).isEqualTo(2.5);
        assertThat(summary.get("test_mae").asDouble()).isEqualTo(1.5);
        assertThat(summary.get("best_test_mae").asDouble()).isEqualTo(1.5);
        assertThat(summary.has("test_accuracy")).isFalse();
        assertThat(summary.has("test")).isFalse();
    }

    @Test
    void aClassifiersSummaryHasTheNamesThatItEverHad() throws Exception {
        var summary = Json.parse(Json.pretty(summary(new Evaluation(10, 2.5, 0.5))));

        assertThat(summary.get("best_step").asLong()).isEqualTo(7);
        assertThat(summary.get("best_test_accuracy").asDouble()).isEqualTo(0.5);
        assertThat(summary.get("test_accuracy").asDouble()).isEqualTo(0.5);
    }

    private static Summary summary(Evaluation test) {
        return new Summary(
                "own", "a task", "data", 1, "ddp", 2, 8, 9, 1, 72, 1, 1, 0, 1, test, 7L, test, List.of(), 1, null, 0,
                null, Map.of());
    }

    @Test
    void aLineOfAnOlderLogMayLackWhatWasNotToldThen() throws Exception {
        var line = Json.parse("{\"step\":3,\"loss\":null}", MetricsLine.class);

        assertThat(line.accuracy()).isNull();
        assertThat(line.loss()).isNaN();
        assertThat(line.learningRate()).isZero();
    }
}
