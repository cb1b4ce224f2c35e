package io.lockstep.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.training.NetworkReplica;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;

/** The update in one pass against DL4J's own, from the same gradients. */
class FusedUpdaterTest {
    private static final int STEPS = 6;

    static Stream<Hyperparameters> hyperparameters() {
        List<Hyperparameters> all = new ArrayList<>();
        for (UpdaterName updater : UpdaterName.values()) {
            Hyperparameters plain = Hyperparameters.defaults().withUpdater(updater, 0.02);
            all.add(plain);
            all.add(plain.withRegularization(2e-3, 1e-2, 0));
            all.add(plain.withRegularization(0, 0, 0.1));
            all.add(plain.withRegularization(1e-3, 1e-3, 0.1));
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("hyperparameters")
    void stepsGiveDl4jsParametersAndState(Hyperparameters hyperparameters) {
        compare(Networks.perceptron(hyperparameters), 1);
    }

    @ParameterizedTest
    @EnumSource(GradientNormalization.class)
    void gradientsAreNormalizedAsDl4jDoes(GradientNormalization normalization) {
        NetworkDefinition definition = Networks.residual(CNN2DFormat.NHWC, true);
        double scale = 0.05; // small enough to clip some layers and not others
        for (LayerVertex vertex : layers(definition)) {
            if (vertex.getLayerConf().getLayer() instanceof BaseLayer layer) {
                layer.setGradientNormalization(normalization);
                layer.setGradientNormalizationThreshold(scale);
            }
        }
        compare(definition, 1);
    }

    static Stream<IUpdater> unusual() {
        return Stream.of(
                new Nesterovs(0.1, new StepSchedule(ScheduleType.ITERATION, 0.8, 0.5, 1)),
                new Nesterovs(0.1, new StepSchedule(ScheduleType.EPOCH, 0.6, 0.5, 1)),
                new AdaGrad(0.1, 0.03),
                new AdaDelta(0.7, 0.03),
                new RmsProp(0.1, 0.6, 0.03),
                new Adam(0.1, 0.7, 0.8, 0.03),
                new AMSGrad(0.1, 0.7, 0.8, 0.03),
                new AdaMax(0.1, 0.7, 0.8, 0.03),
                new Nadam(0.1, 0.7, 0.8, 0.03));
    }

    @ParameterizedTest
    @MethodSource("unusual")
    void constantsOfAnUpdaterAreHeededAsDl4jDoes(IUpdater updater) {
        NetworkDefinition definition = Networks.perceptron(Hyperparameters.defaults());
        for (LayerVertex vertex : layers(definition)) {
            ((BaseLayer) vertex.getLayerConf().getLayer()).setIUpdater(updater);
        }
        compare(definition, 1);
    }

    @Test
    void aLargeNetworkIsSharedByThreads() {
        NetworkDefinition definition = large(new Nesterovs(0.1, 0.9));
        compare(definition, 1);
        compare(definition, 3);
    }

    @Test
    void blocksOfOtherUpdatersHaveTheirStateWhereDl4jHasIt() {
        NetworkDefinition definition = Networks.residual(CNN2DFormat.NHWC, false);
        int i = 0;
        for (LayerVertex vertex : layers(definition)) {
            if (vertex.getLayerConf().getLayer() instanceof BaseLayer layer) {
                IUpdater[] updaters = {UpdaterName.ADAM.create(Hyperparameters.defaults()), new RmsProp(), new NoOp()};
                layer.setIUpdater(updaters[i++ % updaters.length]);
                layer.setBiasUpdater(new Nesterovs(0.1, 0.5));
            }
        }
        compare(definition, 2);
    }

    @Test
    void constraintsHoldAfterwards() {
        NetworkDefinition definition = Networks.perceptron(Hyperparameters.defaults());
        for (LayerVertex vertex : layers(definition)) {
            vertex.getLayerConf()
                    .getLayer()
                    .setConstraints(List.of(new MaxNormConstraint(0.3, java.util.Set.of("W"), 0)));
        }
        compare(definition, 1);
    }

    /** Their bias lies before their weights, and in the table of their names behind them. */
    @ParameterizedTest
    @EnumSource(GradientNormalization.class)
    void depthwiseConvolutionsAreUpdatedAsDl4jUpdatesThem(GradientNormalization normalization) {
        InputType type = InputType.convolutional(4, 4, 3);
        NetworkDefinition definition = new NetworkDefinition(
                Hyperparameters.defaults()
                        .newConfiguration(3)
                        .updater(new Nesterovs(0.1, 0.5))
                        .gradientNormalization(normalization)
                        .gradientNormalizationThreshold(0.2)
                        .l2(0.1)
                        .graphBuilder()
                        .addInputs("in")
                        .addLayer(
                                "depthwise",
                                new DepthwiseConvolution2D.Builder(2, 2)
                                        .nOut(3)
                                        .biasUpdater(new Sgd(0.01))
                                        .build(),
                                "in")
                        .addLayer(
                                "out",
                                new OutputLayer.Builder(LossFunction.MCXENT)
                                        .nOut(3)
                                        .activation(Activation.SOFTMAX)
                                        .build(),
                                "depthwise")
                        .setOutputs("out")
                        .setInputTypes(type)
                        .build(),
                type);
        boolean apart = normalization == GradientNormalization.RenormalizeL2PerParamType
                || normalization == GradientNormalization.ClipL2PerParamType;
        compare(definition, 1, !apart);
    }

    private static List<LayerVertex> layers(NetworkDefinition definition) {
        return definition.configuration().getVertices().values().stream()
                .filter(LayerVertex.class::isInstance)
                .map(LayerVertex.class::cast)
                .toList();
    }

    private static NetworkDefinition large(IUpdater updater) {
        InputType type = InputType.feedForward(700);
        return new NetworkDefinition(
                Hyperparameters.defaults()
                        .newConfiguration(3)
                        .updater(updater)
                        .graphBuilder()
                        .addInputs("in")
                        .addLayer(
                                "hidden",
                                new DenseLayer.Builder()
                                        .nOut(500)
                                        .activation(Activation.RELU)
                                        .build(),
                                "in")
                        .addLayer(
                                "out",
                                new OutputLayer.Builder(LossFunction.MCXENT)
                                        .nOut(3)
                                        .activation(Activation.SOFTMAX)
                                        .build(),
                                "hidden")
                        .setOutputs("out")
                        .setInputTypes(type)
                        .build(),
                type);
    }

    private static void compare(NetworkDefinition definition, int threads) {
        compare(definition, threads, true);
    }

    private static void compare(NetworkDefinition definition, int threads, boolean inOnePass) {
        try (NetworkReplica dl4j = new Dl4jReplica(definition, 1, 0);
                CompiledReplica compiled = new CompiledReplica(definition, 1, 0, threads)) {
            assertThat(compiled.updatesInOnePass()).isEqualTo(inOnePass);
            for (int step = 0; step < STEPS; step++) {
                setGradients(dl4j, step);
                setGradients(compiled, step);
                double rate = 0.02 / (step + 1);
                dl4j.update(step, 0, rate);
                compiled.update(step, 0, rate);
                assertClose(Networks.floats(compiled.parameters()), Networks.floats(dl4j.parameters()), step);
                assertClose(Networks.floats(compiled.updaterState()), Networks.floats(dl4j.updaterState()), step);
            }
        }
    }

    private static void setGradients(NetworkReplica replica, int step) {
        Random random = new Random(step);
        FloatBuffer gradients = replica.gradients().asFloatBuffer();
        for (int i = 0; i < gradients.limit(); i++) {
            gradients.put(i, (float) (0.1 * random.nextGaussian()));
        }
    }

    private static void assertClose(float[] actual, float[] expected, int step) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            float tolerance = 1e-6f * (1 + Math.abs(expected[i]));
            assertThat(actual[i]).as("step %d, element %d", step, i).isCloseTo(expected[i], within(tolerance));
        }
    }
}
