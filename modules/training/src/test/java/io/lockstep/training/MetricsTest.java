package io.lockstep.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.Column;
import io.lockstep.datasets.Field;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Each metric against its definition, computed in another way. */
class MetricsTest {
    /** Numbers of NumPy, by the definitions that scikit-learn's pages give for several outputs. */
    @Test
    void errorsOfARegressionAreMeansOverExamplesAndOutputs() {
        float[] targets = {0.5f, 1, -1, 1, 7, -6};
        float[] said = {0, 2, -1, 2, 8, -5};

        Answers answers = numbers(2, targets, said);

        assertThat(value(Metrics.R2, answers)).isCloseTo(0.936800, within(1e-6)); // mean of 0.96544 and 0.90816
        assertThat(value(Metrics.MEAN_ABSOLUTE_ERROR, answers)).isCloseTo(0.75, within(1e-9));
        assertThat(value(Metrics.MEAN_SQUARED_ERROR, answers)).isCloseTo(4.25 / 6, within(1e-9));
    }

    @Test
    void anOutputWhoseTargetsAreAllTheSameHasNoR2() {
        float[] said = {0, 2, -1, 2, 8, -5};

        assertThat(value(Metrics.R2, numbers(2, new float[] {0.5f, 0.1f, -1, 0.1f, 7, 0.1f}, said)))
                .isCloseTo(0.965438, within(1e-6)); // of the first alone
        assertThat(value(Metrics.R2, numbers(1, new float[] {3, 3, 3, 3, 3, 3}, said)))
                .isNaN();
    }

    @Test
    void aLabelThatIsNoProbabilityIsRefused() {
        assertThatThrownBy(() -> value(Metrics.F1, numbers(1, new float[] {0, 2}, new float[] {0.1f, 0.9f})))
                .hasMessageContaining("label 2.0");
    }

    @Test
    void whatIsMaskedDoesNotCount() {
        Column targets = Column.ofFloats(Field.float32(Batch.LABELS, 3, 1), 1, 2, 30, 4, 50, 60);
        Column mask = Column.ofFloats(Field.float32(Batch.MASK, 3), 1, 1, 0, 1, 0, 0);
        FloatBuffer said = FloatBuffer.wrap(new float[] {1, 3, 0, 6, 0, 0});

        Answers answers = Answers.of(new Batch(2, 0, targets, mask), BatchResult.EMPTY, null, said, 1);

        assertThat(value(Metrics.MEAN_ABSOLUTE_ERROR, answers)).isEqualTo(1);
    }

    @Test
    void labelsThatMayHoldTogetherAreCountedByTheirDefinitions() {
        float[] holds = {1, 0, 1, 1, 0, 0, 1, 0};
        float[] said = {0.9f, 0.8f, 0.7f, 0.3f, 0.2f, 0.6f, 0.5f, 0.1f};

        Answers answers = numbers(4, holds, said);

        assertThat(value(Metrics.PRECISION, answers)).isEqualTo(3 / 5.0);
        assertThat(value(Metrics.RECALL, answers)).isEqualTo(3 / 4.0);
        assertThat(value(Metrics.F1, answers)).isCloseTo(2 / (1 / 0.6 + 1 / 0.75), within(1e-12));
        assertThat(value(Metrics.LABEL_ACCURACY, answers)).isEqualTo(5 / 8.0);
        assertThat(value(Metrics.AREA_UNDER_CURVE, answers)).isCloseTo(pairsInOrder(holds, said), within(1e-12));
    }

    @Test
    void theAreaUnderTheCurveIsTheShareOfPairsInOrderToABin() {
        Random random = new Random(4);
        float[] holds = new float[2000];
        float[] said = new float[holds.length];
        for (int i = 0; i < holds.length; i++) {
            holds[i] = random.nextInt(3) == 0 ? 1 : 0;
            said[i] = (float) Math.min(1, Math.max(0, 0.4 + 0.2 * holds[i] + 0.2 * random.nextGaussian()));
        }
        assertThat(value(Metrics.AREA_UNDER_CURVE, numbers(1, holds, said)))
                .isCloseTo(pairsInOrder(holds, said), within(1e-3))
                .isBetween(0.6, 0.9);
    }

    private static double pairsInOrder(float[] holds, float[] said) {
        double sum = 0;
        int pairs = 0;
        for (int i = 0; i < holds.length; i++) {
            for (int j = 0; j < holds.length; j++) {
                if (holds[i] == 1 && holds[j] == 0) {
                    sum += said[i] > said[j] ? 1 : said[i] == said[j] ? 0.5 : 0;
                    pairs++;
                }
            }
        }
        return sum / pairs;
    }

    @Test
    void theFirstFiveAreThoseOfTheHighestScores() {
        int width = 12;
        float[] scores = new float[3 * width];
        for (int c = 0; c < width; c++) {
            scores[c] = c; // the last five classes come first
            scores[width + c] = -c; // the first five
            scores[2 * width + c] = 0; // equals: the earlier
        }
        int[] labels = {7, 5, 4};

        Answers answers = classes(width, labels, new int[] {11, 0, 0}, scores);

        assertThat(value(Metrics.TOP_5_ACCURACY, answers)).isCloseTo(2 / 3.0, within(1e-12));
        assertThat(value(Metrics.ACCURACY, answers)).isZero();
        assertThat(Metrics.TOP_5_ACCURACY.sums(classes(10, labels, labels, new float[30])))
                .as("of ten classes five are half of all")
                .isNull();
    }

    @Test
    void intersectionOverUnionIsAMeanOverTheClassesThatThereAre() {
        int[] labels = {0, 0, 1, 1, 1, -1, 2, 2};
        int[] told = {0, 1, 1, 1, 0, 2, 2, 2};

        Answers answers = classes(4, labels, told, new float[32]);

        assertThat(value(Metrics.MEAN_INTERSECTION_OVER_UNION, answers))
                .isCloseTo((1 / 3.0 + 2 / 4.0 + 1) / 3, within(1e-12));
    }

    @Test
    void perplexityIsTheNumberOfClassesBetweenWhichAGuessIsOpen() {
        var guess = new BatchResult(10, 10 * Math.log(27), 1);

        assertThat(value(Metrics.PERPLEXITY, new Answers(guess, null, null, null, null, 0)))
                .isCloseTo(27, within(1e-9));
    }

    @Test
    void sumsOfPartsAddUpToTheSumsOfTheWhole() {
        Random random = new Random(5);
        float[] targets = new float[60];
        float[] said = new float[60];
        for (int i = 0; i < targets.length; i++) {
            targets[i] = random.nextFloat();
            said[i] = random.nextFloat();
        }
        for (Metric metric : List.of(
                Metrics.MEAN_ABSOLUTE_ERROR,
                Metrics.MEAN_SQUARED_ERROR,
                Metrics.R2,
                Metrics.F1,
                Metrics.AREA_UNDER_CURVE)) {
            double[] whole = metric.sums(numbers(3, targets, said));
            List<double[]> parts = new ArrayList<>();
            for (int start = 0; start < 60; start += 15) {
                parts.add(metric.sums(numbers(3, part(targets, start), part(said, start))));
            }
            double[] sum = parts.stream().reduce(new double[0], BatchResult::sum);
            assertThat(metric.value(sum)).as(metric.word()).isCloseTo(metric.value(whole), within(1e-9));
        }
    }

    private static float[] part(float[] values, int start) {
        float[] part = new float[15];
        System.arraycopy(values, start, part, 0, 15);
        return part;
    }

    @Test
    void metricsThatAnswersHaveNothingForAreLeftOut() {
        Answers answers = classes(4, new int[] {1}, new int[] {1}, null);

        for (Metrics metric : List.of(Metrics.R2, Metrics.F1, Metrics.AREA_UNDER_CURVE, Metrics.TOP_5_ACCURACY)) {
            assertThat(metric.sums(answers)).as(metric.word()).isNull();
        }
    }

    @Test
    void tasksTravelToExecutors() throws Exception {
        for (Task task : List.of(Task.CLASSIFICATION, Task.REGRESSION, Task.GAME, Task.OTHER)) {
            var bytes = new ByteArrayOutputStream();
            try (var out = new ObjectOutputStream(bytes)) {
                out.writeObject(task);
            }
            try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
                assertThat(in.readObject()).isEqualTo(task);
            }
        }
    }

    private static double value(Metric metric, Answers answers) {
        return metric.value(metric.sums(answers));
    }

    private static Answers numbers(int width, float[] targets, float[] said) {
        Column labels = Column.ofFloats(Field.float32(Batch.LABELS, width), targets);
        Batch batch = new Batch(targets.length / width, 0, labels);
        return Answers.of(batch, BatchResult.EMPTY, null, FloatBuffer.wrap(said), width);
    }

    /** @param scores null: not handed out */
    private static Answers classes(int width, int[] labels, int[] told, float[] scores) {
        Batch batch = new Batch(labels.length, 0, Column.ofInts(Field.int32(Batch.LABELS), labels));
        int right = (int) IntStream.range(0, labels.length)
                .filter(i -> labels[i] == told[i])
                .count();
        return Answers.of(
                batch,
                new BatchResult(labels.length, 0, right),
                told,
                scores == null ? null : FloatBuffer.wrap(scores),
                width);
    }
}
