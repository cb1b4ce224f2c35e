package io.lockstep.networks.compiled;

import java.nio.ByteBuffer;
import java.util.List;

/** How the two players of a {@link Game} stand: sums, and of how many, as {@code BatchResult.measures} has them. */
final class GameMeasures {
    /** Of a discriminator: V(D, G) = mean log D(x) + mean log(1 - D(G(z))), -log 4 where neither can do better. */
    static final List<String> OF_DISCRIMINATOR =
            List.of("value", "d_real", "d_generated", "generator_loss", "generator_gradient_norm", "diversity");
    /** Of a critic: mean f(x) - mean f(G(z)). */
    static final List<String> OF_CRITIC = List.of(
            "wasserstein_estimate", "critic_gradient_norm", "generator_loss", "generator_gradient_norm", "diversity");

    private final boolean critic;
    private final List<String> names;
    private final double[] values;

    GameMeasures(boolean critic) {
        this.critic = critic;
        names = critic ? OF_CRITIC : OF_DISCRIMINATOR;
        values = new double[2 * names.size()];
    }

    double[] values() {
        return values;
    }

    private void add(String name, double sum, int count) {
        values[2 * names.indexOf(name)] += sum;
        values[2 * names.indexOf(name) + 1] += count;
    }

    /** The value has a mean over pictures and one over samples, of as many: counted with the pictures. */
    void real(float[] judgements, int examples) {
        double sum = 0;
        double probabilities = 0;
        for (int i = 0; i < examples; i++) {
            sum += critic ? judgements[i] : -softplus(-judgements[i]);
            probabilities += sigmoid(judgements[i]);
        }
        add(names.get(0), sum, examples);
        if (!critic) {
            add("d_real", probabilities, examples);
        }
    }

    void generated(float[] judgements, int examples) {
        double sum = 0;
        double probabilities = 0;
        for (int i = 0; i < examples; i++) {
            sum -= critic ? judgements[i] : softplus(judgements[i]);
            probabilities += sigmoid(judgements[i]);
        }
        add(names.get(0), sum, 0);
        if (!critic) {
            add("d_generated", probabilities, examples);
        }
    }

    void penalised(double normSum, int examples) {
        add("critic_gradient_norm", normSum, examples);
    }

    /** @param lastNorm of the gradient of the update before; NaN where there is none */
    void generator(double lossSum, int examples, double lastNorm) {
        add("generator_loss", lossSum, examples);
        if (!Double.isNaN(lastNorm)) {
            add("generator_gradient_norm", lastNorm, 1);
        }
    }

    /**
     * The standard deviation of a pixel over the samples, by that over the pictures, each the root of its mean over
     * pixels: 1 where samples differ as pictures do, 0 where all are the same.
     *
     * @param stride elements of an example, of which the first so many are its picture
     */
    void diversity(ByteBuffer real, ByteBuffer generated, int examples, int stride, int pixels) {
        double ofPictures = variance(real, examples, stride, pixels);
        if (examples > 1 && ofPictures > 0) {
            add(
                    "diversity",
                    examples * Math.sqrt(variance(generated, examples, stride, pixels) / ofPictures),
                    examples);
        }
    }

    private static double variance(ByteBuffer x, int examples, int stride, int pixels) {
        double variance = 0;
        for (int p = 0; p < pixels; p++) {
            double sum = 0;
            double squares = 0;
            for (int i = 0; i < examples; i++) {
                float value = x.getFloat(x.position() + (i * stride + p) * Float.BYTES);
                sum += value;
                squares += (double) value * value;
            }
            variance += squares / examples - sum / examples * sum / examples;
        }
        return variance;
    }

    private static double sigmoid(double z) {
        return 1 / (1 + Math.exp(-z));
    }

    private static double softplus(double z) {
        return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
    }
}
