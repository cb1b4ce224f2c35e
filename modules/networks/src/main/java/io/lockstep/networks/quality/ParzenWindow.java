package io.lockstep.networks.quality;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A density made of a Gaussian around each sample, as Goodfellow et al. 2014, section 5, measured generators by (after
 * Breuleux et al. 2011). Its log-likelihood of test pictures is in nats, of pixels in [0, 1]; it has a high variance, and
 * says little of high-dimensional pictures, but it is what that paper has figures of (225 +- 2 for MNIST).
 */
public final class ParzenWindow {
    private static final int BLOCK = 500;
    private static final double SMALLEST = 0.1;
    private static final double LARGEST = 1;
    private static final int CANDIDATES = 20;

    private final INDArray samples; // (S, elements)
    private final double[] squares;

    /**
     * @param deviation of the Gaussians
     * @param mean log-likelihood of a picture, in nats
     * @param standardError of the mean, over pictures
     */
    public record Result(double deviation, double mean, double standardError) {}

    /** @param samples (S, elements), each in [0, 1] */
    public ParzenWindow(float[] samples, int elements) {
        this.samples = matrix(samples, elements);
        squares = squares(samples, elements);
    }

    private static INDArray matrix(float[] values, int elements) {
        return Nd4j.createFromArray(values).reshape(values.length / elements, elements);
    }

    private static double[] squares(float[] values, int elements) {
        double[] squares = new double[values.length / elements];
        for (int i = 0; i < values.length; i++) {
            squares[i / elements] += (double) values[i] * values[i];
        }
        return squares;
    }

    /**
     * The log-likelihood of test pictures, with the deviation that other pictures are most likely under.
     *
     * @param validation (V, elements): pictures that are neither tested nor samples
     * @param test (T, elements)
     */
    public Result measure(float[] validation, float[] test) {
        double[] deviations = candidates();
        double[][] tried = logLikelihoods(validation, deviations);
        int best = 0;
        for (int d = 1; d < deviations.length; d++) {
            best = mean(tried[d]) > mean(tried[best]) ? d : best;
        }
        double[] likelihoods = logLikelihoods(test, new double[] {deviations[best]})[0];
        double mean = mean(likelihoods);
        double variance = Arrays.stream(likelihoods)
                .map(value -> (value - mean) * (value - mean))
                .average()
                .orElse(0);
        return new Result(deviations[best], mean, Math.sqrt(variance / likelihoods.length));
    }

    private static double[] candidates() {
        return IntStream.range(0, CANDIDATES)
                .mapToDouble(i -> SMALLEST * Math.pow(LARGEST / SMALLEST, i / (CANDIDATES - 1.0)))
                .toArray();
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElse(Double.NaN);
    }

    /** By deviation and picture. */
    double[][] logLikelihoods(float[] pictures, double[] deviations) {
        int elements = (int) samples.columns();
        int count = pictures.length / elements;
        double[][] result = new double[deviations.length][count];
        double[] norms = squares(pictures, elements);
        for (int start = 0; start < count; start += BLOCK) {
            int first = start;
            int size = Math.min(BLOCK, count - start);
            float[] block = Arrays.copyOfRange(pictures, first * elements, (first + size) * elements);
            float[] products = matrix(block, elements)
                    .mmul(samples.transpose())
                    .dup('c')
                    .data()
                    .asFloat();
            IntStream.range(0, size).parallel().forEach(i -> {
                double[] distances = new double[squares.length];
                for (int s = 0; s < squares.length; s++) {
                    distances[s] = Math.max(0, norms[first + i] + squares[s] - 2 * products[i * squares.length + s]);
                }
                for (int d = 0; d < deviations.length; d++) {
                    result[d][first + i] = logMeanGaussian(distances, deviations[d], elements);
                }
            });
        }
        return result;
    }

    private static double logMeanGaussian(double[] squaredDistances, double deviation, int elements) {
        double scale = -0.5 / (deviation * deviation);
        double largest = scale * Arrays.stream(squaredDistances).min().orElseThrow();
        double sum = 0;
        for (double distance : squaredDistances) {
            sum += Math.exp(scale * distance - largest);
        }
        double norm = elements * Math.log(deviation * Math.sqrt(2 * Math.PI));
        return largest + Math.log(sum / squaredDistances.length) - norm;
    }
}
