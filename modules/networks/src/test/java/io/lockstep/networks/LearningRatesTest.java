package io.lockstep.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.datasets.Batch;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.training.NetworkReplica;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaBelief;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;

/** Rates by layer and for biases keep their ratios, whatever the run's rate is. */
class LearningRatesTest {
    private static final int BODY_WEIGHTS = Networks.FEATURES * 9;
    private static final int BODY = BODY_WEIGHTS + 9;
    private static final int HEAD_WEIGHTS = BODY + 9 * Networks.CLASSES;
    private static final int ALL = HEAD_WEIGHTS + Networks.CLASSES;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aHeadWithAHundredthOfTheRateMovesAHundredth(boolean compiled) {
        float[] alike = change(network(new Sgd(0.1), new Sgd(0.1), new Sgd(0.1)), compiled, 0.5);
        float[] slow = change(network(new Sgd(0.1), new Sgd(0.001), new Sgd(0.1)), compiled, 0.5);

        requireMultiple(slow, alike, 0, BODY, 1);
        requireMultiple(slow, alike, BODY, HEAD_WEIGHTS, 0.01);
        requireMultiple(slow, alike, HEAD_WEIGHTS, ALL, 1); // biases have one rate, that of the whole network's
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void biasesAtTwiceTheRateLeaveTheWeightsAtTheRunsOwn(boolean compiled) {
        float[] alike = change(network(new Sgd(0.1), new Sgd(0.1), new Sgd(0.1)), compiled, 0.5);
        float[] doubled = change(network(new Sgd(0.1), new Sgd(0.1), new Sgd(0.2)), compiled, 0.5);

        requireMultiple(doubled, alike, 0, BODY_WEIGHTS, 1);
        requireMultiple(doubled, alike, BODY_WEIGHTS, BODY, 2);
        requireMultiple(doubled, alike, BODY, HEAD_WEIGHTS, 1);
        requireMultiple(doubled, alike, HEAD_WEIGHTS, ALL, 2);
    }

    /** Other constants of an updater, as momentum is one, are no part of the ratio. */
    @Test
    void ratiosHoldFromStepToStepAndAcrossKindsOfUpdaters() {
        NetworkDefinition definition = network(new Adam(0.01), new Nesterovs(0.04, 0.5), new Sgd(0.02));
        try (Dl4jReplica replica = new Dl4jReplica(definition, 8, 0)) {
            for (double rate : new double[] {0.5, 0.125, 0}) {
                step(replica, definition, rate);
                assertThat(rates(replica)).containsExactly(rate / 4, rate / 2, rate, rate / 2);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void oneRateWhateverItIsIsReplacedBitForBit(boolean compiled) {
        float[] one = change(network(new Sgd(0.1), new Sgd(0.1), new Sgd(0.1)), compiled, 0.3);

        assertThat(change(network(new Sgd(0.7), new Sgd(0.7), new Sgd(0.7)), compiled, 0.3))
                .containsExactly(one);
        assertThat(change(network(new Sgd(0), new Sgd(0), new Sgd(0)), compiled, 0.3))
                .containsExactly(one);
    }

    @Test
    void aLayerAtRateZeroStaysAsItIs() {
        float[] moved = change(network(new Sgd(0), new Sgd(0.1), new Sgd(0)), true, 0.3);

        for (int i = 0; i < ALL; i++) {
            boolean trained = i >= BODY && i < HEAD_WEIGHTS;
            assertThat(moved[i] != 0).as("element %d", i).isEqualTo(trained);
        }
    }

    @Test
    void theBaseRateIsTheGreatestOfWeights() {
        assertThat(network(new Sgd(0.1), new Sgd(0.001), new Sgd(0.2)).baseRate())
                .hasValue(0.1);
        assertThat(network(new Sgd(0), new Sgd(0), new Sgd(0.2)).baseRate()).hasValue(0.2);
        assertThat(network(new AdaDelta(), new AdaDelta(), new AdaDelta()).baseRate())
                .isEmpty();
    }

    static List<IUpdater> updaters() {
        return List.of(
                new Sgd(),
                new Nesterovs(),
                new Adam(),
                new AMSGrad(),
                new AdaMax(),
                new Nadam(),
                new AdaGrad(),
                new RmsProp());
    }

    @ParameterizedTest
    @MethodSource("updaters")
    void aScheduleOfTheUpdatersOwnIsRefusedByTheLayersName(IUpdater updater) {
        updater.setLrAndSchedule(Double.NaN, new StepSchedule(ScheduleType.ITERATION, 0.1, 0.5, 10));
        NetworkDefinition definition = network(new Sgd(0.1), updater, new Sgd(0.1));

        assertThatThrownBy(definition::requireRatesWithoutSchedules)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("layer 'head', " + updater.getClass().getSimpleName())
                .hasMessageContaining("StepSchedule");
        ComputationGraph graph = Networks.plain(definition);
        assertThatThrownBy(() -> new LearningRates(graph))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("layer 'head'");
    }

    @Test
    void anUpdaterThatDl4jCannotSetUpIsRefusedByName() {
        assertThatThrownBy(() -> network(new Sgd(0.1), new AdaBelief(), new Sgd(0.1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("layer 'head' has the updater AdaBelief");
    }

    private static void requireMultiple(float[] moved, float[] base, int start, int end, double multiple) {
        for (int i = start; i < end; i++) {
            assertThat((double) moved[i]).as("element %d", i).isCloseTo(multiple * base[i], within(1e-6));
        }
    }

    /** What the first step does to each parameter. */
    private static float[] change(NetworkDefinition definition, boolean compiled, double rate) {
        try (NetworkReplica replica = replica(definition, compiled)) {
            float[] before = Networks.floats(replica.parameters());
            step(replica, definition, rate);
            float[] after = Networks.floats(replica.parameters());
            for (int i = 0; i < after.length; i++) {
                after[i] -= before[i];
            }
            return after;
        }
    }

    private static void step(NetworkReplica replica, NetworkDefinition definition, double rate) {
        Batch batch = Networks.batch(definition, 1, 0, 8);
        replica.forwardBackward(batch, 1, watermark -> {});
        FloatBuffer gradients = replica.gradients().asFloatBuffer();
        for (int i = 0; i < gradients.limit(); i++) {
            gradients.put(i, gradients.get(i) / 8);
        }
        replica.update(0, 0, rate);
    }

    /** Of the body's weights and biases, and the head's. */
    private static List<Double> rates(Dl4jReplica replica) {
        return Stream.of("body", "head")
                .flatMap(layer -> Stream.of("W", "b")
                        .map(parameter -> replica.graph()
                                .getVertex(layer)
                                .getConfig()
                                .getUpdaterByParam(parameter)
                                .getLearningRate(0, 0)))
                .toList();
    }

    private static NetworkReplica replica(NetworkDefinition definition, boolean compiled) {
        return compiled ? new CompiledReplica(definition, 8, 0, 1) : new Dl4jReplica(definition, 8, 0);
    }

    private static NetworkDefinition network(IUpdater body, IUpdater head, IUpdater biases) {
        InputType type = InputType.feedForward(Networks.FEATURES);
        ComputationGraphConfiguration configuration = new NeuralNetConfiguration.Builder()
                .seed(3)
                .updater(body)
                .biasUpdater(biases)
                .graphBuilder()
                .addInputs("in")
                .addLayer(
                        "body",
                        new DenseLayer.Builder()
                                .nOut(9)
                                .activation(Activation.TANH)
                                .build(),
                        "in")
                .addLayer(
                        "head",
                        new OutputLayer.Builder(LossFunction.MCXENT)
                                .nOut(Networks.CLASSES)
                                .activation(Activation.SOFTMAX)
                                .updater(head)
                                .build(),
                        "body")
                .setOutputs("head")
                .setInputTypes(type)
                .build();
        return new NetworkDefinition(configuration, type);
    }
}
