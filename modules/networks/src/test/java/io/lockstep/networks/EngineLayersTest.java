package io.lockstep.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.datasets.Batch;
import io.lockstep.engine.operations.Sequences.TakeTimeStep;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.networks.layers.ClassTokenLayer;
import io.lockstep.networks.layers.GroupNormalization;
import io.lockstep.networks.layers.Gru;
import io.lockstep.networks.layers.LayerNormalization;
import io.lockstep.networks.layers.MultiHeadAttention;
import io.lockstep.networks.layers.PositionEmbedding;
import io.lockstep.networks.layers.StepRangeLayer;
import io.lockstep.networks.layers.TakeStepLayer;
import io.lockstep.training.BatchResult;
import io.lockstep.training.NetworkReplica;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.deeplearning4j.nn.weights.WeightInit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Layers that DL4J lacks: the same numbers inside DL4J as in the compiled replica. */
class EngineLayersTest {
    private static final int BATCH = 4;
    private static final int STEPS = 5;

    static Map<String, NetworkDefinition> networks() {
        Map<String, NetworkDefinition> networks = new LinkedHashMap<>();
        networks.put("transformer block", block());
        networks.put("class token", token());
        networks.put("GRU", gru());
        networks.put("group norm of images", groupNorm());
        return networks;
    }

    static Stream<String> names() {
        return networks().keySet().stream();
    }

    private static GraphBuilder graph() {
        return Hyperparameters.defaults()
                .newConfiguration(7)
                .weightInit(WeightInit.XAVIER)
                .graphBuilder()
                .addInputs("in");
    }

    private static NetworkDefinition block() {
        InputType type = InputType.recurrent(7, STEPS);
        DenseLayer dense =
                new DenseLayer.Builder().nOut(8).activation(Activation.TANH).build();
        ComputationGraphConfiguration configuration = graph().addLayer(
                        "embedding",
                        new EmbeddingSequenceLayer.Builder()
                                .nIn(7)
                                .nOut(8)
                                .inputLength(STEPS)
                                .build(),
                        "in")
                .addLayer("places", new PositionEmbedding.Builder().build(), "embedding")
                .addLayer("norm", new LayerNormalization.Builder().build(), "places")
                .addLayer(
                        "attention",
                        new MultiHeadAttention.Builder()
                                .nOut(8)
                                .heads(2)
                                .causal(true)
                                .build(),
                        "norm")
                .addVertex("add", new ElementWiseVertex(ElementWiseVertex.Op.Add), "attention", "places")
                .addLayer("dense", new TimeDistributed(dense), "add")
                .addLayer("part", new StepRangeLayer.Builder(2, 3).build(), "dense")
                .addLayer(
                        "out",
                        new RnnOutputLayer.Builder(LossFunction.MCXENT)
                                .nOut(7)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "part")
                .setOutputs("out")
                .setInputTypes(type)
                .build();
        return new NetworkDefinition(configuration, type);
    }

    private static NetworkDefinition token() {
        InputType type = InputType.recurrent(1, STEPS);
        ComputationGraphConfiguration configuration = graph().addLayer(
                        "first", new Gru.Builder().nOut(6).build(), "in")
                .addLayer("token", new ClassTokenLayer.Builder().build(), "first")
                .addLayer(
                        "places", new PositionEmbedding.Builder().learned(false).build(), "token")
                .addLayer(
                        "attention",
                        new MultiHeadAttention.Builder().nOut(6).heads(3).build(),
                        "places")
                .addLayer("take", new TakeStepLayer.Builder(TakeTimeStep.Which.FIRST).build(), "attention")
                .addLayer(
                        "norm", new LayerNormalization.Builder().hasBias(false).build(), "take")
                .addLayer("out", softmax(), "norm")
                .setOutputs("out")
                .setInputTypes(type)
                .build();
        return new NetworkDefinition(configuration, type);
    }

    private static NetworkDefinition groupNorm() {
        InputType type = InputType.convolutional(5, 4, 3, CNN2DFormat.NHWC);
        ComputationGraphConfiguration configuration = graph().addLayer(
                        "c1",
                        new ConvolutionLayer.Builder(3, 3)
                                .nOut(6)
                                .hasBias(false)
                                .activation(Activation.IDENTITY)
                                .dataFormat(CNN2DFormat.NHWC)
                                .build(),
                        "in")
                .addLayer("n1", new GroupNormalization.Builder().groups(3).build(), "c1")
                .addLayer("r1", new ActivationLayer(Activation.RELU), "n1")
                .addLayer("n2", new GroupNormalization.Builder().groups(0).build(), "r1")
                .addLayer("out", softmax(), "n2")
                .setOutputs("out")
                .setInputTypes(type)
                .build();
        return new NetworkDefinition(configuration, type);
    }

    private static NetworkDefinition gru() {
        InputType type = InputType.recurrent(1, STEPS);
        ComputationGraphConfiguration configuration = graph().addLayer(
                        "both",
                        new Bidirectional(
                                Bidirectional.Mode.CONCAT,
                                new Gru.Builder().nOut(4).build()),
                        "in")
                .addLayer("last", new LastTimeStep(new Gru.Builder().nOut(5).build()), "both")
                .addLayer("out", softmax(), "last")
                .setOutputs("out")
                .setInputTypes(type)
                .build();
        return new NetworkDefinition(configuration, type);
    }

    private static OutputLayer softmax() {
        return new OutputLayer.Builder(LossFunction.MCXENT)
                .nOut(4)
                .activation(Activation.SOFTMAX)
                .build();
    }

    @ParameterizedTest
    @MethodSource("names")
    void dl4jAndTheCompiledReplicaGiveTheSameNumbers(String name) {
        NetworkDefinition definition = networks().get(name);
        try (NetworkReplica dl4j = new Dl4jReplica(definition, BATCH, 0);
                NetworkReplica compiled = new CompiledReplica(definition, BATCH, 0, 2)) {
            assertThat(compiled.parameters()).isEqualTo(dl4j.parameters());
            for (int size : new int[] {BATCH, 1}) {
                Batch batch = Networks.batch(definition, 3, 0, size);
                BatchResult expected = dl4j.forwardBackward(batch, 1, mark -> {});
                BatchResult actual = compiled.forwardBackward(batch, 1, mark -> {});
                assertThat(actual.labels()).isEqualTo(expected.labels());
                assertThat(actual.lossSum()).isCloseTo(expected.lossSum(), within(1e-4));
                float[] wanted = Networks.floats(dl4j.gradients());
                float[] got = Networks.floats(compiled.gradients());
                for (int i = 0; i < wanted.length; i++) {
                    assertThat(got[i])
                            .as("gradient " + i)
                            .isCloseTo(wanted[i], within(1e-4f * (1 + Math.abs(wanted[i]))));
                }
            }
        }
    }

    /** DL4J's runtime draws an engine layer's noise from the seed of the step, as it does its own. */
    @Test
    void theNoiseOfAnEngineLayerIsTheSeedsInDl4jsRuntimeToo() {
        InputType type = InputType.recurrent(6, STEPS);
        ComputationGraphConfiguration configuration = graph().addLayer(
                        "attention",
                        new MultiHeadAttention.Builder()
                                .nOut(6)
                                .heads(2)
                                .retainWeights(0.5)
                                .build(),
                        "in")
                .addLayer("take", new TakeStepLayer.Builder(TakeTimeStep.Which.FIRST).build(), "attention")
                .addLayer("out", softmax(), "take")
                .setOutputs("out")
                .setInputTypes(type)
                .build();
        NetworkDefinition definition = new NetworkDefinition(configuration, type);
        Batch batch = Networks.batch(definition, 3, 0, BATCH);
        try (NetworkReplica dl4j = new Dl4jReplica(definition, BATCH, 0)) {
            double first = dl4j.forwardBackward(batch, 1, mark -> {}).lossSum();
            double other = dl4j.forwardBackward(batch, 2, mark -> {}).lossSum();

            assertThat(dl4j.forwardBackward(batch, 1, mark -> {}).lossSum()).isEqualTo(first);
            assertThat(other).isNotEqualTo(first);
        }
    }
}
