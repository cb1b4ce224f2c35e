package io.lockstep.modelzoo;

import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.games.Adversarial;
import io.lockstep.networks.layers.VectorToImage;
import java.util.Set;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
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
    private static final int DENSE = 256;
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

    /**
     * Mirza and Osindero 2014: the class beside the generator's numbers, and beside what the discriminator sees in the
     * picture. Between the two networks a picture and its class are one vector.
     */
    static NetworkDefinition conditional(ModelInput input, Hyperparameters hyperparameters, long seed) {
        return new ConvolutionalGan(input, hyperparameters, seed).buildConditional(hyperparameters);
    }

    private NetworkDefinition buildConditional(Hyperparameters hyperparameters) {
        int classes = input.classes();
        int pixels = input.channels() * input.height() * input.width();
        int height = input.height() / KERNEL;
        int width = input.width() / KERNEL;
        IActivation relu = new ActivationReLU();
        IActivation leaky = new ActivationLReLU(SLOPE);
        graph.addVertex("class", new SubsetVertex(LATENT, LATENT + classes - 1), "latent");
        graph.addVertex("numbers", new SubsetVertex(0, LATENT - 1), "latent");
        int raised = 2 * CHANNELS * height * width;
        graph.addLayer("g1", dense(raised, DEVIATION), "numbers");
        graph.addLayer("g1_class", dense(raised, DEVIATION * Math.sqrt(LATENT)), "class"); // as loud as the numbers
        graph.addVertex("g1_sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "g1", "g1_class");
        graph.addVertex("g1_image", preprocessor(new VectorToImage(height, width, 2 * CHANNELS)), "g1_sum");
        last = "g1_image"; // (N, H/4, W/4, 128)
        normalised("g1", relu);
        raised("g2", CHANNELS, KERNEL, KERNEL, 2, 1); // (N, H/2, W/2, 64)
        normalised("g2", relu);
        graph.addLayer("generated", drawing(), last); // (N, H, W, C)
        graph.addVertex("picture", flat(input.height(), input.width(), input.channels()), "generated");
        graph.addVertex("judged", new MergeVertex(), "picture", "class"); // (N, H W C + classes)

        graph.addVertex("seen", new SubsetVertex(0, pixels - 1), "judged");
        graph.addVertex("told", new SubsetVertex(pixels, pixels + classes - 1), "judged");
        graph.addVertex(
                "seen_image", preprocessor(new VectorToImage(input.height(), input.width(), input.channels())), "seen");
        last = "seen_image";
        lowered("d1", CHANNELS, true); // (N, H/2, W/2, 64)
        activated("d1", leaky);
        lowered("d2", 2 * CHANNELS, false); // (N, H/4, W/4, 128)
        normalised("d2", leaky);
        graph.addVertex("d2_flat", flat(height, width, 2 * CHANNELS), last);
        // a class has its own share of units that are open to it from the start: weights of 0.02 would leave all of
        // them
        // as good as linear in the class, and a sum of picture and class says nothing of whether they fit
        graph.addLayer("d3", dense(DENSE, DEVIATION), "d2_flat");
        graph.addLayer("d3_told", dense(DENSE, 1), "told");
        graph.addVertex("d3_sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "d3", "d3_told");
        last = "d3_sum";
        activated("d3", leaky);
        return end(
                hyperparameters,
                new LossBinaryXENT(),
                Adversarial.of("judged", LATENT, classes),
                InputType.feedForward(LATENT + classes));
    }

    private static DenseLayer dense(int units, double deviation) {
        return new DenseLayer.Builder()
                .nOut(units)
                .hasBias(false)
                .weightInit(new WeightInitDistribution(new NormalDistribution(0, deviation)))
                .activation(Activation.IDENTITY)
                .build();
    }

    private static PreprocessorVertex preprocessor(InputPreProcessor preprocessor) {
        return new PreprocessorVertex(preprocessor);
    }

    private static PreprocessorVertex flat(int height, int width, int channels) {
        return preprocessor(new CnnToFeedForwardPreProcessor(height, width, channels, CNN2DFormat.NHWC));
    }

    private Deconvolution2D drawing() {
        return transposed(input.channels(), KERNEL, KERNEL, 2, 1)
                .hasBias(true)
                .activation(Activation.TANH)
                .build();
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
        graph.addLayer("generated", drawing(), last); // (N, H, W, C)
        last = "generated";
        lowered("d1", CHANNELS, true); // (N, H/2, W/2, 64)
        activated("d1", leaky);
        lowered("d2", 2 * CHANNELS, !norm); // (N, H/4, W/4, 128)
        if (norm) {
            normalised("d2", leaky);
        } else {
            activated("d2", leaky);
        }
        return end(hyperparameters, loss, adversarial, InputType.convolutional(1, 1, LATENT, CNN2DFormat.NHWC));
    }

    private NetworkDefinition end(
            Hyperparameters hyperparameters, ILossFunction loss, Adversarial adversarial, InputType type) {
        boolean critic = loss instanceof LossWasserstein;
        graph.addLayer(
                "output",
                new OutputLayer.Builder(loss)
                        .nOut(1)
                        .activation(critic ? Activation.IDENTITY : Activation.SIGMOID)
                        .build(),
                last);
        ComputationGraphConfiguration configuration =
                graph.setOutputs("output").setInputTypes(type).build();
        hyperparameters.separateUpdater(configuration, Set.of("d1", "d2", "d2_norm", "d3", "d3_told", "output"));
        return new NetworkDefinition(hyperparameters.applyTo(configuration), type, adversarial);
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
