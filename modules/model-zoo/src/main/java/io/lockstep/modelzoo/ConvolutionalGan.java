package io.lockstep.modelzoo;

import io.lockstep.networks.Adversarial;
import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;
import java.util.Set;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.weights.WeightInitDistribution;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossWasserstein;

/**
 * Radford et al. 2016, section 3: no pooling and no dense layer but the last, batch norm in both networks (not at the
 * generator's output nor the discriminator's input), ReLU in the generator, leaky ReLU of slope 0.2 in the
 * discriminator, weights from N(0, 0.02). And two of its Wasserstein kin, whose critic it is.
 */
final class ConvolutionalGan {
    private static final int LATENT = 100;
    private static final int CHANNELS = 64;
    private static final int KERNEL = 4;
    private static final double SLOPE = 0.2;
    private static final double DEVIATION = 0.02;

    private final GraphBuilder graph;
    private final ModelInput input;
    private String last;

    private ConvolutionalGan(ModelInput input, Hyperparameters hyperparameters, long seed) {
        if (input.height() % KERNEL != 0 || input.width() % KERNEL != 0) {
            throw new IllegalArgumentException("draws pictures whose sides divide by 4, not " + input.height() + "x"
                    + input.width() + " (two transposed convolutions double them)");
        }
        this.input = input;
        graph = hyperparameters
                .newConfiguration(seed)
                .weightInit(new WeightInitDistribution(new NormalDistribution(0, DEVIATION)))
                .graphBuilder()
                .addInputs("latent");
        last = "latent";
    }

    static NetworkDefinition dcgan(ModelInput input, Hyperparameters hyperparameters, long seed) {
        return new ConvolutionalGan(input, hyperparameters, seed)
                .build(hyperparameters, true, new LossBinaryXENT(), Adversarial.of("generated", LATENT, 0));
    }

    static NetworkDefinition wgan(ModelInput input, Hyperparameters hyperparameters, long seed) {
        Adversarial game =
                Adversarial.of("generated", LATENT, 0).withDiscriminatorSteps(5).withWeightClip(0.01);
        return new ConvolutionalGan(input, hyperparameters, seed)
                .build(hyperparameters, true, new LossWasserstein(), game);
    }

    static NetworkDefinition penalised(ModelInput input, Hyperparameters hyperparameters, long seed) {
        Adversarial game =
                Adversarial.of("generated", LATENT, 0).withDiscriminatorSteps(5).withGradientPenalty(10);
        return new ConvolutionalGan(input, hyperparameters, seed)
                .build(hyperparameters, false, new LossWasserstein(), game);
    }

    /** @param norm in the discriminator */
    private NetworkDefinition build(
            Hyperparameters hyperparameters, boolean norm, ILossFunction loss, Adversarial adversarial) {
        int height = input.height() / KERNEL;
        int width = input.width() / KERNEL;
        IActivation relu = new ActivationReLU();
        IActivation leaky = new ActivationLReLU(SLOPE);
        raised("g1", 2 * CHANNELS, height, width, 1, 0); // (N, H/4, W/4, 128)
        normalised("g1", relu);
        raised("g2", CHANNELS, KERNEL, KERNEL, 2, 1); // (N, H/2, W/2, 64)
        normalised("g2", relu);
        graph.addLayer(
                "generated", // (N, H, W, C)
                transposed(input.channels(), KERNEL, KERNEL, 2, 1)
                        .hasBias(true)
                        .activation(Activation.TANH)
                        .build(),
                last);
        last = "generated";
        lowered("d1", CHANNELS, true); // (N, H/2, W/2, 64)
        activated("d1", leaky);
        lowered("d2", 2 * CHANNELS, !norm); // (N, H/4, W/4, 128)
        if (norm) {
            normalised("d2", leaky);
        } else {
            activated("d2", leaky);
        }
        boolean critic = loss instanceof LossWasserstein;
        graph.addLayer(
                "output",
                new OutputLayer.Builder(loss)
                        .nOut(1)
                        .activation(critic ? Activation.IDENTITY : Activation.SIGMOID)
                        .build(),
                last);
        InputType type = InputType.convolutional(1, 1, LATENT, CNN2DFormat.NHWC);
        ComputationGraphConfiguration configuration =
                graph.setOutputs("output").setInputTypes(type).build();
        hyperparameters.separateUpdater(configuration, Set.of("d1", "d2", "d2_norm", "output"));
        return new NetworkDefinition(hyperparameters.regularize(configuration), type, adversarial);
    }

    private static Deconvolution2D.Builder transposed(int channels, int height, int width, int stride, int padding) {
        return new Deconvolution2D.Builder(
                        new int[] {height, width}, new int[] {stride, stride}, new int[] {padding, padding})
                .nOut(channels)
                .dataFormat(CNN2DFormat.NHWC);
    }

    private void raised(String name, int channels, int height, int width, int stride, int padding) {
        graph.addLayer(
                name,
                transposed(channels, height, width, stride, padding)
                        .hasBias(false)
                        .activation(Activation.IDENTITY)
                        .build(),
                last);
        last = name;
    }

    private void lowered(String name, int channels, boolean bias) {
        graph.addLayer(
                name,
                new ConvolutionLayer.Builder(KERNEL, KERNEL)
                        .stride(2, 2)
                        .padding(1, 1)
                        .nOut(channels)
                        .hasBias(bias)
                        .activation(Activation.IDENTITY)
                        .dataFormat(CNN2DFormat.NHWC)
                        .build(),
                last);
        last = name;
    }

    private void normalised(String name, IActivation activation) {
        graph.addLayer(
                name + "_norm",
                new BatchNormalization.Builder()
                        .useLogStd(true)
                        .eps(1e-5)
                        .decay(0.9)
                        .dataFormat(CNN2DFormat.NHWC)
                        .build(),
                last);
        last = name + "_norm";
        activated(name, activation);
    }

    private void activated(String name, IActivation activation) {
        graph.addLayer(name + "_activation", new ActivationLayer(activation), last);
        last = name + "_activation";
    }
}
