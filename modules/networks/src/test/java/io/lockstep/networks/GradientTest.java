package io.lockstep.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.datasets.Batch;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.training.BatchResult;
import io.lockstep.training.Range;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.dataset.DataSet;

class GradientTest {
    private static final int BATCH = 11;

    @Test
    void theGradientIsTheSlopeOfTheLoss() {
        for (NetworkDefinition definition :
                List.of(Networks.perceptron(Hyperparameters.defaults()), Networks.residual(CNN2DFormat.NHWC, false))) {
            try (Dl4jReplica replica = new Dl4jReplica(definition, BATCH, 0.1)) {
                Batch batch = Networks.batch(definition, 1, 0, BATCH);
                replica.forwardBackward(batch, 1, watermark -> {});
                float[] gradient = withoutStatistics(replica);
                for (int trial = 0; trial < 5; trial++) {
                    float[] direction = direction(gradient.length, trial, replica.statistics());
                    double slope =
                            (lossAt(replica, batch, direction, 1e-2) - lossAt(replica, batch, direction, -1e-2)) / 2e-2;
                    assertThat(dot(gradient, direction)).isCloseTo(slope, within(2e-2 * (1 + Math.abs(slope))));
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"NHWC, false", "NHWC, true", "NCHW, false"})
    void nativeLayersGiveDl4jsGradientAndChangeOfStatistics(CNN2DFormat format, boolean logOfDeviation) {
        NetworkDefinition definition = Networks.residual(format, logOfDeviation);
        Batch batch = Networks.batch(definition, 2, 0, BATCH);
        ComputationGraph plain = Networks.plain(definition);
        DataSet set = Networks.dataSet(definition, batch);
        plain.initGradientsView();
        plain.setInputs(set.getFeatures());
        plain.setLabels(set.getLabels());
        plain.computeGradientAndScore();
        float[] expected = plain.getFlattenedGradients().reshape(-1).toFloatVector();
        try (Dl4jReplica replica = new Dl4jReplica(definition, BATCH, 0)) {
            BatchResult result = replica.forwardBackward(batch, 1, watermark -> {});
            assertThat(result.lossSum()).isCloseTo(plain.score() * BATCH, within(1e-4));
            assertClose(Networks.floats(replica.gradients()), expected, 2e-4f);
        }
    }

    @Test
    void partsOfABatchSumToTheWhole() {
        NetworkDefinition definition = Networks.perceptron(Hyperparameters.defaults());
        try (Dl4jReplica replica = new Dl4jReplica(definition, BATCH, 0)) {
            BatchResult whole = replica.forwardBackward(Networks.batch(definition, 3, 0, BATCH), 1, watermark -> {});
            float[] expected = Networks.floats(replica.gradients());
            float[] sum = new float[expected.length];
            double lossSum = 0;
            int correct = 0;
            int[] bounds = {0, 3, 3, 10, BATCH}; // one of them empty
            for (int part = 1; part < bounds.length; part++) {
                Batch batch = Networks.batch(definition, 3, bounds[part - 1], bounds[part]);
                BatchResult result = replica.forwardBackward(batch, 1, watermark -> {});
                float[] gradient = Networks.floats(replica.gradients());
                for (int i = 0; i < sum.length; i++) {
                    sum[i] += gradient[i];
                }
                lossSum += result.lossSum();
                correct += result.correct();
            }
            assertClose(sum, expected, 1e-5f);
            assertThat(lossSum).isCloseTo(whole.lossSum(), within(1e-5));
            assertThat(correct).isEqualTo(whole.correct());
        }
    }

    @Test
    void anEmptyBatchHasAZeroGradientThatIsFinalAtOnce() {
        NetworkDefinition definition = Networks.residual(CNN2DFormat.NHWC, false);
        try (Dl4jReplica replica = new Dl4jReplica(definition, BATCH, 0)) {
            replica.forwardBackward(Networks.batch(definition, 4, 0, BATCH), 1, watermark -> {});
            List<Long> watermarks = new ArrayList<>();
            BatchResult result = replica.forwardBackward(Networks.batch(definition, 4, 0, 0), 1, watermarks::add);
            assertThat(result).isEqualTo(BatchResult.EMPTY);
            assertThat(watermarks).containsExactly(0L);
            assertThat(Networks.floats(replica.gradients())).containsOnly(0f);
        }
    }

    @Test
    void theWatermarkFallsToZeroAndWhatIsAboveItStays() {
        NetworkDefinition definition = Networks.residual(CNN2DFormat.NHWC, false);
        try (Dl4jReplica replica = new Dl4jReplica(definition, BATCH, 0)) {
            List<Long> watermarks = new ArrayList<>();
            List<float[]> snapshots = new ArrayList<>();
            replica.forwardBackward(Networks.batch(definition, 5, 0, BATCH), 1, watermark -> {
                watermarks.add(watermark);
                snapshots.add(Networks.floats(replica.gradients()));
            });
            float[] last = Networks.floats(replica.gradients());
            assertThat(watermarks)
                    .hasSizeGreaterThan(5)
                    .isSortedAccordingTo((a, b) -> Long.compare(b, a))
                    .doesNotHaveDuplicates()
                    .endsWith(0L);
            for (int i = 0; i < watermarks.size(); i++) {
                for (int k = Math.toIntExact(watermarks.get(i)); k < last.length; k++) {
                    assertThat(snapshots.get(i)[k]).isEqualTo(last[k]);
                }
            }
        }
    }

    @Test
    void dropoutIsAFunctionOfTheSeedOfTheStep() {
        NetworkDefinition definition = Networks.perceptron(Hyperparameters.defaults(), 0.5);
        try (Dl4jReplica replica = new Dl4jReplica(definition, BATCH, 0)) {
            Batch batch = Networks.batch(definition, 6, 0, BATCH);
            replica.forwardBackward(batch, 77, watermark -> {});
            float[] first = Networks.floats(replica.gradients());
            replica.forwardBackward(batch, 78, watermark -> {});
            assertThat(Networks.floats(replica.gradients())).isNotEqualTo(first);
            replica.forwardBackward(batch, 77, watermark -> {});
            assertThat(Networks.floats(replica.gradients())).isEqualTo(first);
        }
    }

    private static float[] withoutStatistics(Dl4jReplica replica) {
        float[] gradient = Networks.floats(replica.gradients());
        for (Range range : replica.statistics()) {
            for (long i = range.start(); i < range.end(); i++) {
                gradient[(int) i] = 0;
            }
        }
        return gradient;
    }

    private static float[] direction(int length, long seed, List<Range> statistics) {
        Random random = new Random(seed);
        float[] direction = new float[length];
        double squares = 0;
        for (int i = 0; i < length; i++) {
            int at = i;
            boolean statistic = statistics.stream().anyMatch(range -> range.start() <= at && at < range.end());
            direction[i] = statistic ? 0 : (float) random.nextGaussian();
            squares += direction[i] * direction[i];
        }
        for (int i = 0; i < length; i++) {
            direction[i] /= (float) Math.sqrt(squares);
        }
        return direction;
    }

    private static double lossAt(Dl4jReplica replica, Batch batch, float[] direction, double distance) {
        float[] start = Networks.floats(replica.parameters());
        FloatBuffer parameters = replica.parameters().asFloatBuffer();
        for (int i = 0; i < start.length; i++) {
            parameters.put(i, (float) (start[i] + distance * direction[i]));
        }
        double loss = replica.forwardBackward(batch, 1, watermark -> {}).lossSum();
        parameters.put(0, start);
        return loss;
    }

    private static double dot(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (double) a[i] * b[i];
        }
        return sum;
    }

    private static void assertClose(float[] actual, float[] expected, float tolerance) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i]).as("element %d", i).isCloseTo(expected[i], within(tolerance));
        }
    }
}
