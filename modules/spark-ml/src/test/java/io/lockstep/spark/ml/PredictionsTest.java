package io.lockstep.spark.ml;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.spark.ml.linalg.Vectors;
import org.junit.jupiter.api.Test;

class PredictionsTest {
    private static Object[] of(boolean classes, int width, float[] outputs, int place, String... names) {
        var facts = new TrainedNetwork.Facts(List.of(), List.of(), classes, width, List.of(), null, null);
        var predictions = new Predictions(facts, List.of(names));
        Object[] row = new Object[1 + predictions.size()];
        predictions.put(outputs, place, row, 1);
        return row;
    }

    @Test
    void theMostProbableClassIsPredictedOfEqualOnesTheFirst() {
        float[] outputs = {0.25f, 0.25f, 0.5f, 0.5f, 0.5f, 0};

        assertThat(of(true, 3, outputs, 0, "prediction", "probability", "raw"))
                .containsExactly(
                        null,
                        2.0,
                        Vectors.dense(0.25, 0.25, 0.5),
                        Vectors.dense(Math.log(0.25), Math.log(0.25), Math.log(0.5)));
        assertThat(of(true, 3, outputs, 1, "prediction", "", "raw"))
                .containsExactly(null, 0.0, Vectors.dense(Math.log(0.5), Math.log(0.5), Math.log(Float.MIN_VALUE)));
    }

    @Test
    void aSingleOutputIsTheProbabilityOfClassOne() {
        assertThat(of(true, 1, new float[] {0.75f}, 0, "prediction", "probability", ""))
                .containsExactly(null, 1.0, Vectors.dense(0.25, 0.75));
    }

    @Test
    void numbersAreANumberOrAVector() {
        assertThat(of(false, 1, new float[] {1, 2}, 1, "prediction")).containsExactly(null, 2.0);
        assertThat(of(false, 2, new float[] {1, 2}, 0, "prediction")).containsExactly(null, Vectors.dense(1, 2));
    }
}
