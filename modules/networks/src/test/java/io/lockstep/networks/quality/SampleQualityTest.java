package io.lockstep.networks.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class SampleQualityTest {
    private static final int DIMENSIONS = 3;

    private static double[][] normal(int count, double mean, double deviation, long seed) {
        Random random = new Random(seed);
        double[][] rows = new double[count][DIMENSIONS];
        for (double[] row : rows) {
            for (int i = 0; i < DIMENSIONS; i++) {
                row[i] = mean + deviation * random.nextGaussian();
            }
        }
        return rows;
    }

    /** Of N(m1, s1^2 I) and N(m2, s2^2 I) it is d ((m1 - m2)^2 + (s1 - s2)^2). */
    @Test
    void frechetDistanceOfNormalDistributionsIsTheirs() {
        double[][] a = normal(200_000, 1, 2, 1);
        double[][] b = normal(200_000, 0, 0.5, 2);
        assertThat(FrechetDistance.between(a, b)).isCloseTo(DIMENSIONS * (1 + 1.5 * 1.5), within(0.1));
        assertThat(FrechetDistance.between(a, normal(200_000, 1, 2, 3))).isCloseTo(0, within(0.01));
        assertThat(FrechetDistance.between(a, a)).isCloseTo(0, within(1e-9));
    }

    @Test
    void likelihoodOfOneSampleIsItsGaussians() {
        ParzenWindow window = new ParzenWindow(new float[] {0.5f, 0.25f}, 2);
        double deviation = 0.3;
        double squared = 0.1 * 0.1 + 0.05 * 0.05;
        double expected = -squared / (2 * deviation * deviation) - Math.log(2 * Math.PI * deviation * deviation);
        assertThat(window.logLikelihoods(new float[] {0.6f, 0.3f}, new double[] {deviation})[0][0])
                .isCloseTo(expected, within(1e-5));
    }

    /** Samples of a distribution make its pictures about as likely as they are; others make them less so. */
    @Test
    void goodSamplesAreToldFromBadOnes() {
        float[] test = floats(normal(2_000, 0.5, 0.2, 4));
        float[] validation = floats(normal(500, 0.5, 0.2, 5));
        double entropy = DIMENSIONS * 0.5 * Math.log(2 * Math.PI * Math.E * 0.2 * 0.2);
        ParzenWindow.Result good =
                new ParzenWindow(floats(normal(2_000, 0.5, 0.2, 6)), DIMENSIONS).measure(validation, test);
        ParzenWindow.Result collapsed =
                new ParzenWindow(floats(normal(2_000, 0.5, 0.001, 7)), DIMENSIONS).measure(validation, test);
        ParzenWindow.Result shifted =
                new ParzenWindow(floats(normal(2_000, 0.9, 0.2, 8)), DIMENSIONS).measure(validation, test);
        assertThat(good.mean()).isCloseTo(-entropy, within(0.15));
        assertThat(shifted.mean()).isLessThan(good.mean() - 5 * good.standardError());
        assertThat(collapsed.deviation()).isGreaterThan(good.deviation()); // one wide Gaussian is all it can be
    }

    private static float[] floats(double[][] rows) {
        float[] flat = new float[rows.length * DIMENSIONS];
        for (int i = 0; i < flat.length; i++) {
            flat[i] = (float) rows[i / DIMENSIONS][i % DIMENSIONS];
        }
        return flat;
    }
}
