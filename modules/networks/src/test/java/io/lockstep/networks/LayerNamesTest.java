package io.lockstep.networks;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.datasets.Batch;
import io.lockstep.engine.Graph;
import io.lockstep.engine.Precision;
import io.lockstep.engine.Shape;
import io.lockstep.engine.operations.Losses.SoftmaxCrossEntropy;
import io.lockstep.engine.operations.Products.Dense;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.compiled.Replicas;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.networks.layers.MultiHeadAttention;
import io.lockstep.training.NetworkReplica;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** A person may call layers what the engine calls nodes of its own. */
class LayerNamesTest {
    /** With every kind of node that the engine adds beside a layer's. */
    private static NetworkDefinition network(Map<String, String> names) {
        InputType type = InputType.recurrent(5, 4);
        GraphBuilder graph = Hyperparameters.defaults()
                .newConfiguration(3)
                .graphBuilder()
                .addInputs(names.get("in"))
                .addLayer(
                        names.get("e"),
                        new EmbeddingSequenceLayer.Builder()
                                .nIn(5)
                                .nOut(4)
                                .inputLength(4)
                                .build(),
                        names.get("in"))
                .addLayer(
                        names.get("h"),
                        new MultiHeadAttention.Builder().heads(2).nOut(4).build(),
                        names.get("e"))
                .addLayer(names.get("b"), new Bidirectional(lstm(3)), names.get("h"))
                .addLayer(
                        names.get("l"),
                        new LastTimeStep(new MaskZeroLayer.Builder()
                                .setUnderlying(lstm(6))
                                .setMaskValue(7)
                                .build()),
                        names.get("b"))
                .addLayer(names.get("d"), dense(), names.get("l"))
                .addVertex(
                        names.get("s"), new ElementWiseVertex(ElementWiseVertex.Op.Add), names.get("l"), names.get("d"))
                .addLayer(
                        names.get("out"),
                        new OutputLayer.Builder(LossFunction.MCXENT)
                                .nOut(3)
                                .activation(Activation.SOFTMAX)
                                .dropOut(0.999999) // never, here
                                .build(),
                        names.get("s"))
                .setOutputs(names.get("out"))
                .setInputTypes(type);
        return new NetworkDefinition(graph.build(), type);
    }

    private static DenseLayer dense() {
        return new DenseLayer.Builder().nOut(6).activation(Activation.TANH).build();
    }

    private static LSTM lstm(int units) {
        return new LSTM.Builder().nOut(units).activation(Activation.TANH).build();
    }

    private static final List<String> OWN = List.of("in", "e", "h", "b", "l", "d", "s", "out");

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void whateverLayersAreCalledTheGradientIsTheSame(long seed) {
        Map<String, String> plain = new LinkedHashMap<>();
        OWN.forEach(name -> plain.put(name, name));
        List<String> engines = new ArrayList<>();
        try (Dl4jReplica dl4j = new Dl4jReplica(network(plain), 3, 0)) {
            CompiledReplica.graphOf(dl4j, network(plain)).nodes().forEach(node -> engines.add(node.name()));
        }
        assertThat(engines).contains("h.qkv", "h.heads", "b.forward", "l.steps", "d.activation", "out.dropout");
        engines.addAll(List.of("input", "out.loss'", "with space, größer/1x1"));
        Random random = new Random(seed);
        Map<String, String> odd = new HashMap<>();
        for (String name : OWN) {
            String other = engines.remove(random.nextInt(engines.size()));
            odd.put(name, other);
        }
        assertThat(gradient(network(odd))).containsExactly(gradient(network(plain)));
    }

    private static float[] gradient(NetworkDefinition network) {
        Batch batch = Networks.batch(network, 1, 0, 3);
        List<String> notices = new ArrayList<>();
        try (NetworkReplica replica = Replicas.fastest(network, 3, 0, 1, Precision.FLOAT32, notices::add)) {
            assertThat(notices).isEmpty();
            replica.forwardBackward(batch, 1, mark -> {});
            return Networks.floats(replica.gradients());
        }
    }

    @Test
    void partsOfAGraphKeepNamesThatCollideWithNobodys() {
        Graph graph = new io.lockstep.engine.GraphBuilder(Shape.vector(3), "data")
                .reserve(List.of("input", "a", "a.out"))
                .add("input", new Dense(4, true))
                .add("a", new Dense(4, true))
                .add("a.out", new Dense(4, true))
                .add("loss", new SoftmaxCrossEntropy(0))
                .build();
        assertThat(graph.upTo("a").last().name()).isEqualTo("a.out");
        assertThat(graph.upTo("a.out").last().name()).isEqualTo("a.out.out");
        assertThat(graph.after("input").nodes())
                .extracting(Graph.Node::name)
                .doesNotHaveDuplicates()
                .containsSubsequence("input", "a", "a.out", "loss"); // and, before the loss, what it reads
    }

    @Test
    void whateverTranslationThrowsSendsANetworkToDl4jWithTheReason() {
        InputType type = InputType.convolutional(4, 4, 2, CNN2DFormat.NHWC);
        Deconvolution2D layer = new Deconvolution2D.Builder(2, 2)
                .nOut(3)
                .dataFormat(CNN2DFormat.NHWC)
                .weightNoise(new DropConnect(0.5)) // of which the engine's graph says IllegalArgumentException here
                .build();
        ComputationGraphConfiguration configuration = Hyperparameters.defaults()
                .newConfiguration(3)
                .graphBuilder()
                .addInputs("in")
                .addLayer("t", layer, "in")
                .addLayer(
                        "out",
                        new OutputLayer.Builder(LossFunction.MCXENT)
                                .nOut(3)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "t")
                .setOutputs("out")
                .setInputTypes(type)
                .build();
        List<String> notices = new ArrayList<>();
        try (NetworkReplica replica = Replicas.fastest(
                new NetworkDefinition(configuration, type), 2, 0, 1, Precision.FLOAT32, notices::add)) {
            assertThat(replica).isInstanceOf(Dl4jReplica.class);
            assertThat(notices).singleElement().asString().contains("IllegalArgumentException", "DropConnect");
        }
    }
}
