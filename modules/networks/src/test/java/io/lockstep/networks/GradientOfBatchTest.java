package io.lockstep.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.networks.games.Adversarial;
import io.lockstep.training.NetworkReplica;
import java.nio.FloatBuffer;
import org.apache.commons.lang3.SerializationUtils;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** What a network is updated by: the mean of the examples' gradients, their sum, or of centres neither. */
class GradientOfBatchTest {
    private static final int EXAMPLES = 8;
    private static final double RATE = 0.1;

    private enum Runtime {
        DL4J,
        COMPILED;

        NetworkReplica replica(NetworkDefinition network) {
            return this == DL4J ? new Dl4jReplica(network, EXAMPLES, 0) : new CompiledReplica(network, EXAMPLES, 0, 1);
        }
    }

    @ParameterizedTest
    @CsvSource({"DL4J, true", "DL4J, false", "COMPILED, true", "COMPILED, false"})
    void aStepOfOneRankIsDl4jsWithEitherFlag(Runtime runtime, boolean mean) {
        NetworkDefinition network = classifier(mean);
        float[] expected = fitted(network);
        try (NetworkReplica replica = runtime.replica(network)) {
            replica.forwardBackward(Networks.batch(network, 1, 0, EXAMPLES), 1, mark -> {});
            scale(replica, 1f / EXAMPLES);
            replica.update(0, 0, RATE);
            requireNear(replica, expected);
        }
    }

    @ParameterizedTest
    @CsvSource({"DL4J, true", "DL4J, false", "COMPILED, true", "COMPILED, false"})
    void aStepOfTwoRanksIsThatOfOneWithEitherFlag(Runtime runtime, boolean mean) {
        NetworkDefinition network = classifier(mean);
        float[] expected = fitted(network);
        try (NetworkReplica first = runtime.replica(network);
                NetworkReplica second = runtime.replica(network)) {
            first.forwardBackward(Networks.batch(network, 1, 0, 3), 1, mark -> {});
            second.forwardBackward(Networks.batch(network, 1, 3, EXAMPLES), 1, mark -> {});
            add(second, first);
            scale(first, 1f / EXAMPLES);
            first.update(0, 0, RATE, EXAMPLES);
            requireNear(first, expected);
        }
    }

    @Test
    void theFlagSurvivesTheWayFromAMultiLayerNetwork() {
        MultiLayerConfiguration configuration = new NeuralNetConfiguration.Builder()
                .seed(3)
                .miniBatch(false)
                .updater(new Nesterovs(RATE))
                .list()
                .layer(new DenseLayer.Builder().nOut(5).build())
                .layer(output().build())
                .setInputType(InputType.feedForward(7))
                .build();
        NetworkDefinition network = NetworkDefinition.of(configuration, InputType.feedForward(7));
        assertThat(network.configuration().getDefaultConfiguration().isMiniBatch())
                .isFalse();
    }

    @Test
    void anAdversarialNetworkIsNotUpdatedBySums() {
        NetworkDefinition network = classifier(false);
        assertThatThrownBy(() ->
                        new NetworkDefinition(network.configuration(), network.input(), Adversarial.of("hidden", 7, 0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("miniBatch");
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void centresMoveAsDl4jsDoInOneBatchOrInParts(boolean mean) {
        NetworkDefinition network = withCentres(mean);
        assertThat(network.whyOneRank()).isPresent();
        float[] expected = fitted(network);
        for (int cut : new int[] {EXAMPLES, 3}) {
            try (Dl4jReplica replica = new Dl4jReplica(network, EXAMPLES, 0);
                    Dl4jReplica sum = new Dl4jReplica(network, EXAMPLES, 0)) {
                replica.forwardBackward(Networks.batch(network, 9, 0, 2), 5, mark -> {}); // a step that was not made
                replica.forwardBackward(Networks.batch(network, 1, 0, cut), 1, mark -> {});
                if (cut < EXAMPLES) {
                    add(replica, sum);
                    replica.forwardBackward(Networks.batch(network, 1, cut, EXAMPLES), 1, mark -> {});
                    add(sum, replica);
                }
                scale(replica, 1f / EXAMPLES);
                replica.update(0, 0, RATE);
                requireNear(replica, expected);
            }
        }
    }

    /** By DL4J's own fit. */
    private static float[] fitted(NetworkDefinition network) {
        ComputationGraph plain = new ComputationGraph(SerializationUtils.clone(network.configuration()));
        plain.init();
        plain.fit(Networks.dataSet(network, Networks.batch(network, 1, 0, EXAMPLES)));
        return plain.params().toFloatVector();
    }

    private static NetworkDefinition classifier(boolean mean) {
        return network(mean, output().build());
    }

    private static NetworkDefinition withCentres(boolean mean) {
        return network(
                mean,
                new CenterLossOutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(4)
                        .activation(Activation.SOFTMAX)
                        .alpha(0.5)
                        .lambda(0.1)
                        .build());
    }

    private static OutputLayer.Builder output() {
        return new OutputLayer.Builder(LossFunction.MCXENT).nOut(4).activation(Activation.SOFTMAX);
    }

    private static NetworkDefinition network(boolean mean, Layer output) {
        InputType type = InputType.feedForward(7);
        return new NetworkDefinition(
                new NeuralNetConfiguration.Builder()
                        .seed(3)
                        .miniBatch(mean)
                        .updater(new Nesterovs(RATE))
                        .graphBuilder()
                        .addInputs("in")
                        .addLayer(
                                "hidden",
                                new DenseLayer.Builder()
                                        .nOut(5)
                                        .activation(Activation.TANH)
                                        .l2(0.01)
                                        .build(),
                                "in")
                        .addLayer("out", output, "hidden")
                        .setOutputs("out")
                        .setInputTypes(type)
                        .build(),
                type);
    }

    private static void scale(NetworkReplica replica, float factor) {
        FloatBuffer gradients = replica.gradients().asFloatBuffer();
        for (int i = 0; i < gradients.limit(); i++) {
            gradients.put(i, gradients.get(i) * factor);
        }
    }

    private static void add(NetworkReplica from, NetworkReplica to) {
        FloatBuffer source = from.gradients().asFloatBuffer();
        FloatBuffer sum = to.gradients().asFloatBuffer();
        for (int i = 0; i < sum.limit(); i++) {
            sum.put(i, sum.get(i) + source.get(i));
        }
    }

    private static void requireNear(NetworkReplica replica, float[] expected) {
        float[] got = Networks.floats(replica.parameters());
        for (int i = 0; i < expected.length; i++) {
            assertThat(got[i]).as("element %s", i).isCloseTo(expected[i], within(1e-5f));
        }
    }
}
