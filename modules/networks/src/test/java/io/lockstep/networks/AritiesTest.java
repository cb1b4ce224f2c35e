package io.lockstep.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.datasets.Batch;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.training.BatchResult;
import io.lockstep.training.NetworkReplica;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Vertices of one, two, three and five inputs, and of the same ones again, against plain DL4J. */
class AritiesTest {
    private static final int BATCH = 5;

    /** @param vertex null: a merge */
    private record Joined(ElementWiseVertex.Op vertex, List<String> inputs, CNN2DFormat pictures) {}

    static Stream<Joined> vertices() {
        List<List<String>> inputs = List.of(
                List.of("a"),
                List.of("a", "b"),
                List.of("a", "a"),
                List.of("a", "b", "c"),
                List.of("a", "b", "a"),
                List.of("c", "a", "b", "a", "b"));
        List<ElementWiseVertex.Op> operations = new ArrayList<>(List.of(ElementWiseVertex.Op.values()));
        operations.add(null);
        List<Joined> all = new ArrayList<>();
        for (ElementWiseVertex.Op operation : operations) {
            for (List<String> each : inputs) {
                if (operation != ElementWiseVertex.Op.Subtract || each.size() == 2) {
                    all.add(new Joined(operation, each, null));
                    all.add(new Joined(operation, each, CNN2DFormat.NHWC));
                    all.add(new Joined(operation, each, CNN2DFormat.NCHW));
                }
            }
        }
        return all.stream();
    }

    private static NetworkDefinition network(Joined joined) {
        GraphVertex vertex = joined.vertex() == null ? new MergeVertex() : new ElementWiseVertex(joined.vertex());
        InputType type = joined.pictures() == null
                ? InputType.feedForward(7)
                : InputType.convolutional(3, 2, 3, joined.pictures());
        var graph = new NeuralNetConfiguration.Builder()
                .seed(3)
                .updater(new Sgd(0.1))
                .graphBuilder()
                .addInputs("in");
        for (String name : List.of("a", "b", "c")) {
            if (joined.pictures() == null) {
                graph.addLayer(
                        name,
                        new DenseLayer.Builder()
                                .nOut(6)
                                .activation(Activation.TANH)
                                .build(),
                        "in");
            } else {
                graph.addLayer(
                        name + " before the norm",
                        new ConvolutionLayer.Builder(1, 1)
                                .nOut(4)
                                .activation(Activation.IDENTITY)
                                .dataFormat(joined.pictures())
                                .build(),
                        "in");
                graph.addLayer(
                        name,
                        new BatchNormalization.Builder()
                                .dataFormat(joined.pictures())
                                .build(),
                        name + " before the norm");
            }
        }
        return new NetworkDefinition(
                graph.addVertex("joined", vertex, joined.inputs().toArray(new String[0]))
                        .addLayer("gate", new ActivationLayer(Activation.RELU), "joined")
                        .addVertex("rest", new MergeVertex(), "gate", "a", "b", "c")
                        .addLayer(
                                "out",
                                new OutputLayer.Builder(LossFunction.MCXENT)
                                        .nOut(4)
                                        .activation(Activation.SOFTMAX)
                                        .build(),
                                "rest")
                        .setOutputs("out")
                        .setInputTypes(type)
                        .build(),
                type);
    }

    @ParameterizedTest
    @MethodSource("vertices")
    void anyNumberOfInputsIsJoinedAsByDl4j(Joined joined) {
        NetworkDefinition definition = network(joined);
        Batch batch = Networks.batch(definition, 11, 0, BATCH);
        ComputationGraph plain = Networks.plain(definition);
        plain.initGradientsView();
        DataSet set = Networks.dataSet(definition, batch);
        plain.setInputs(set.getFeatures());
        plain.setLabels(set.getLabels());
        plain.computeGradientAndScore();
        INDArray flat = plain.getFlattenedGradients();
        float[] expected = flat.reshape(flat.length()).toFloatVector();
        double loss = plain.score() * BATCH;
        // a merge of one input shares its array in DL4J, where the activation behind it changes what others read
        boolean shared = joined.vertex() == null && joined.inputs().size() == 1;
        double evaluated = shared ? Double.NaN : plain.score(set, false) * BATCH;
        OffHeap.free(plain);

        try (NetworkReplica dl4j = new Dl4jReplica(definition, BATCH, 0)) {
            compare("DL4J's runtime", dl4j, batch, expected, loss, evaluated);
        }
        try (NetworkReplica compiled = new CompiledReplica(definition, BATCH, 0, 2)) {
            compare(
                    "compiled",
                    compiled,
                    CompiledReplicaTest.channelsLast(definition, batch),
                    expected,
                    loss,
                    evaluated);
        }
    }

    /** Twice: memory that nobody writes holds something else then. */
    private static void compare(
            String what, NetworkReplica replica, Batch batch, float[] expected, double loss, double evaluated) {
        for (int pass = 0; pass < 2; pass++) {
            BatchResult result = replica.forwardBackward(batch, 1, mark -> {});
            assertThat(result.lossSum()).as(what).isCloseTo(loss, within(1e-4));
            float[] gradient = Networks.floats(replica.gradients());
            assertThat(gradient).hasSameSizeAs(expected);
            for (int i = 0; i < expected.length; i++) {
                assertThat(gradient[i])
                        .as(what + ", gradient " + i)
                        .isCloseTo(expected[i], within(2e-4f * (1 + Math.abs(expected[i]))));
            }
            double tested = replica.evaluate(batch, new int[BATCH]).lossSum();
            if (!Double.isNaN(evaluated)) {
                assertThat(tested).as(what + ", evaluation").isCloseTo(evaluated, within(1e-4));
            }
        }
    }

    @Test
    void aDifferenceOfAnotherNumberThanTwoIsRefusedByName() {
        for (List<String> inputs : List.of(List.of("a"), List.of("a", "b", "c"))) {
            NetworkDefinition definition = network(new Joined(ElementWiseVertex.Op.Subtract, inputs, null));
            assertThatThrownBy(() -> new CompiledReplica(definition, BATCH, 0, 1))
                    .hasMessageContaining("joined: " + inputs.size() + " inputs, where this operation has 2");
        }
    }
}
