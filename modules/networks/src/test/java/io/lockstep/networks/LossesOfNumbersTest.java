package io.lockstep.networks;

import static io.lockstep.networks.AgainstDl4j.EXAMPLES;
import static io.lockstep.networks.AgainstDl4j.batch;
import static io.lockstep.networks.AgainstDl4j.defined;
import static io.lockstep.networks.AgainstDl4j.dense;
import static io.lockstep.networks.AgainstDl4j.graph;
import static io.lockstep.networks.AgainstDl4j.softmax;
import static io.lockstep.networks.AgainstDl4j.trainsAsDl4j;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.Column;
import io.lockstep.datasets.Field;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.compiled.Replicas;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.training.BatchResult;
import io.lockstep.training.NetworkReplica;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossCosineProximity;
import org.nd4j.linalg.lossfunctions.impl.LossFMeasure;
import org.nd4j.linalg.lossfunctions.impl.LossHinge;
import org.nd4j.linalg.lossfunctions.impl.LossKLD;
import org.nd4j.linalg.lossfunctions.impl.LossL1;
import org.nd4j.linalg.lossfunctions.impl.LossL2;
import org.nd4j.linalg.lossfunctions.impl.LossMAE;
import org.nd4j.linalg.lossfunctions.impl.LossMAPE;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.nd4j.linalg.lossfunctions.impl.LossMSLE;
import org.nd4j.linalg.lossfunctions.impl.LossMixtureDensity;
import org.nd4j.linalg.lossfunctions.impl.LossMultiLabel;
import org.nd4j.linalg.lossfunctions.impl.LossPoisson;
import org.nd4j.linalg.lossfunctions.impl.LossSparseMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossSquaredHinge;
import org.nd4j.linalg.lossfunctions.impl.LossWasserstein;

/** Losses that are told numbers, or that tests of the two runtimes must agree on. */
class LossesOfNumbersTest {
    static Stream<Arguments> losses() {
        return Stream.of(
                Arguments.of(new LossMSE(), Activation.IDENTITY, "normal"),
                Arguments.of(new LossMAE(), Activation.IDENTITY, "normal"),
                Arguments.of(new LossL1(), Activation.TANH, "normal"),
                Arguments.of(new LossL2(), Activation.IDENTITY, "normal"),
                Arguments.of(new LossMAPE(), Activation.SOFTPLUS, "positive"),
                Arguments.of(new LossMSLE(), Activation.SOFTPLUS, "positive"),
                Arguments.of(new LossPoisson(), Activation.SOFTPLUS, "positive"),
                Arguments.of(new LossKLD(), Activation.SIGMOID, "share"),
                Arguments.of(new LossCosineProximity(), Activation.IDENTITY, "normal"),
                Arguments.of(new LossHinge(), Activation.IDENTITY, "sign"),
                Arguments.of(new LossSquaredHinge(), Activation.IDENTITY, "sign"),
                Arguments.of(new LossBinaryXENT(), Activation.SIGMOID, "mark"),
                Arguments.of(new LossMultiLabel(), Activation.TANH, "mark"),
                Arguments.of(new LossWasserstein(), Activation.IDENTITY, "sign"));
    }

    @ParameterizedTest
    @MethodSource("losses")
    void anOutputIsToldNumbersByEachLoss(ILossFunction loss, Activation activation, String labels) {
        GraphBuilder graph = graph("in")
                .addLayer("hidden", dense(6), "in")
                .addLayer(
                        "out",
                        new OutputLayer.Builder(loss)
                                .nOut(3)
                                .activation(activation)
                                .build(),
                        "hidden")
                .setOutputs("out");
        Feeds feeds = Feeds.USUAL.kind("out", LabelKind.VALUES);
        trainsAsDl4j(
                defined(graph, feeds, InputType.feedForward(4)),
                1e-5,
                examples -> examples.input("features", 4)
                        .values(
                                "labels",
                                switch (labels) {
                                    case "positive" -> examples::positive;
                                    case "share" -> examples::share;
                                    case "mark" -> examples::mark;
                                    case "sign" -> examples::sign;
                                    default -> examples::normal;
                                },
                                false,
                                3));
    }

    @Test
    void aLossThatNoClassGoesWithIsToldNumbersWithoutAWord() {
        GraphBuilder mixture = graph("in")
                .addLayer(
                        "out",
                        new OutputLayer.Builder(LossMixtureDensity.builder()
                                        .gaussians(2)
                                        .labelWidth(1)
                                        .build())
                                .nOut(6)
                                .activation(Activation.IDENTITY)
                                .build(),
                        "in")
                .setOutputs("out");
        trainsAsDl4j(
                defined(mixture, Feeds.USUAL, InputType.feedForward(4)),
                1e-4,
                examples -> examples.input("features", 4).values("labels", examples::normal, false, 1));
        GraphBuilder measure = graph("in")
                .addLayer(
                        "out",
                        new OutputLayer.Builder(new LossFMeasure())
                                .nOut(1)
                                .activation(Activation.SIGMOID)
                                .build(),
                        "in")
                .setOutputs("out");
        NetworkDefinition ofWholeBatches = defined(measure, Feeds.USUAL, InputType.feedForward(4));
        trainsAsDl4j(
                ofWholeBatches,
                1e-5,
                examples -> examples.input("features", 4).values("labels", examples::mark, false, 1));
        assertThat(ofWholeBatches.whyOneRank()).get().asString().contains("LossFMeasure");
    }

    @Test
    void anOutputIsToldHowProbableEachClassIs() {
        GraphBuilder graph = graph("in")
                .addLayer("hidden", dense(6), "in")
                .addLayer("out", softmax(3), "hidden")
                .setOutputs("out");
        trainsAsDl4j(
                defined(graph, Feeds.USUAL.kind("out", LabelKind.VALUES), InputType.feedForward(4)),
                1e-5,
                examples -> examples.input("features", 4).distributions("labels", 3));
    }

    @Test
    void aLossLayerIsToldNumbers() {
        GraphBuilder graph = graph("in")
                .addLayer("hidden", dense(3), "in")
                .addLayer(
                        "out",
                        new LossLayer.Builder(new LossMSE())
                                .activation(Activation.IDENTITY)
                                .build(),
                        "hidden")
                .setOutputs("out");
        trainsAsDl4j(
                defined(graph, Feeds.USUAL.kind("out", LabelKind.VALUES), InputType.feedForward(4)),
                1e-5,
                examples -> examples.input("features", 4).values("labels", examples::normal, false, 3));
    }

    /** What an activation reads may be read by others too. */
    @Test
    void testsOfBothRuntimesAreAlikeWhereAnActivationIsNotAlone() {
        GraphBuilder graph = graph("in")
                .addLayer("scores", dense(4), "in")
                .addLayer(
                        "rectified",
                        new ActivationLayer.Builder()
                                .activation(Activation.RELU)
                                .build(),
                        "scores")
                .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "rectified", "scores")
                .addLayer("out", softmax(3), "sum")
                .setOutputs("out");
        NetworkDefinition network = defined(graph, Feeds.USUAL, InputType.feedForward(5));
        try (NetworkReplica compiled = new CompiledReplica(network, EXAMPLES, 0, 1);
                NetworkReplica dl4j = new Dl4jReplica(network, EXAMPLES, 0)) {
            dl4j.parameters().put(compiled.parameters());
            dl4j.fromHost();
            ColumnsOfExamples examples =
                    new ColumnsOfExamples(EXAMPLES, 1).input("features", 5).classes("labels", 3, false);
            int[] predictions = new int[EXAMPLES];
            double loss = compiled.evaluate(examples.batch(), predictions).lossSum();
            assertThat(dl4j.evaluate(examples.batch(), predictions).lossSum()).isCloseTo(loss, within(1e-4));
        }
    }

    @Test
    void whatIsMaskedCountsInNoMetricOfEitherRuntime() {
        GraphBuilder graph = graph("in")
                .addLayer("scores", new ConvolutionLayer.Builder(1, 1).nOut(3).build(), "in")
                .addLayer(
                        "out",
                        new CnnLossLayer.Builder(LossFunction.MCXENT)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "scores")
                .setOutputs("out");
        NetworkDefinition network = defined(graph, Feeds.USUAL.mask("out", "counts"), InputType.convolutional(3, 4, 1));
        Batch batch = new ColumnsOfExamples(2, 1)
                .input("features", 1, 3, 4)
                .classes("labels", 3, false, 3, 4)
                .batch();
        float[] counts = new float[24];
        Arrays.fill(counts, 5, 12, 1);
        List<Column> columns = new ArrayList<>(batch.columns());
        columns.add(Column.ofFloats(Field.float32("counts", 3, 4), counts));
        Batch masked = new Batch(2, 0, columns);
        try (NetworkReplica compiled = new CompiledReplica(network, 2, 0, 1);
                NetworkReplica dl4j = new Dl4jReplica(network, 2, 0)) {
            dl4j.parameters().put(compiled.parameters());
            dl4j.fromHost();
            BatchResult result = compiled.evaluate(masked).result();
            BatchResult other = dl4j.evaluate(masked).result();
            assertThat(result.labels()).isBetween(1, 7);
            assertThat(other.labels()).isEqualTo(result.labels());
            assertThat(other.lossSum()).isCloseTo(result.lossSum(), within(1e-4));
            assertThat(other.measures()).containsExactly(result.measures());
            assertThat(compiled.forwardBackward(masked, 1, mark -> {}).lossSum())
                    .isCloseTo(dl4j.forwardBackward(masked, 1, mark -> {}).lossSum(), within(1e-4));
            assertThat(Networks.floats(compiled.gradients()))
                    .usingComparatorWithPrecision(1e-4f)
                    .containsExactly(Networks.floats(dl4j.gradients()));
        }
    }

    @Test
    void aLossThatTheEngineLacksIsLeftToDl4j() {
        GraphBuilder graph = graph("in")
                .addLayer(
                        "out",
                        new OutputLayer.Builder(new LossMultiLabel())
                                .nOut(3)
                                .activation(Activation.TANH)
                                .build(),
                        "in")
                .setOutputs("out");
        NetworkDefinition network = defined(graph, Feeds.USUAL.kind("out", LabelKind.VALUES), InputType.feedForward(4));
        assertThat(Replicas.obstacle(network, 0)).get().asString().contains("LossMultiLabel");
    }

    @Test
    void aLossOfClassNumbersIsToldNone() {
        GraphBuilder graph = graph("in")
                .addLayer(
                        "out",
                        new OutputLayer.Builder(new LossSparseMCXENT())
                                .nOut(2)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "in")
                .setOutputs("out");
        assertThatThrownBy(() -> defined(graph, Feeds.USUAL.kind("out", LabelKind.VALUES), InputType.feedForward(4)))
                .hasMessageContaining("LossSparseMCXENT");
    }
}
