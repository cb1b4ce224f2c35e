package io.lockstep.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.Column;
import io.lockstep.datasets.FeatureLayout;
import io.lockstep.datasets.Field;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.compiled.Replicas;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.training.Answers;
import io.lockstep.training.BatchResult;
import io.lockstep.training.FlatBuffers;
import io.lockstep.training.NetworkReplica;
import io.lockstep.training.Range;
import io.lockstep.training.Task;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.lang3.SerializationUtils;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.L2Vertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.StackVertex;
import org.deeplearning4j.nn.conf.graph.UnstackVertex;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Cnn3DLossLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.objdetect.Yolo2OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
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

/** Networks of several inputs and outputs, and losses of numbers, train as in DL4J's own {@code fit}. */
class FeedsTest {
    private static final int EXAMPLES = 5;
    private static final int STEPS = 50;
    private static final int BATCHES = 4; // which come again and again
    private static final double RATE = 0.005;

    private interface Data {
        ColumnsOfExamples of(ColumnsOfExamples examples);
    }

    /**
     * In DL4J's runtime, and compiled where the engine has the network and reads what DL4J reads.
     *
     * @param tolerance of a parameter after all steps: what convolutions of oneDNN and of ND4J differ by adds up
     */
    private static void trainsAsDl4j(NetworkDefinition network, double tolerance, Data data) {
        Dl4jReplica.requireRuns(network, 0, false);
        try (NetworkReplica dl4j = new Dl4jReplica(network, EXAMPLES, 0)) {
            trainsAsDl4j(network, dl4j, tolerance, data);
        }
        if (Replicas.obstacle(network, 0).isEmpty()) {
            try (NetworkReplica compiled = new CompiledReplica(network, EXAMPLES, 0, 1)) {
                trainsAsDl4j(network, compiled, Math.max(tolerance, 5e-4), data); // Adam makes much of rounding
            }
        }
    }

    private static void trainsAsDl4j(NetworkDefinition network, NetworkReplica replica, double tolerance, Data data) {
        ComputationGraph plain = Networks.plain(network);
        for (int step = 0; step < STEPS; step++) {
            ColumnsOfExamples examples = data.of(new ColumnsOfExamples(EXAMPLES, step % BATCHES));
            plain.fit(examples.multiDataSet());
            BatchResult result = replica.forwardBackward(batch(network, replica, examples), step, mark -> {});
            double loss = plain.score() * EXAMPLES;
            assertThat(result.lossSum())
                    .as("loss of step %d", step)
                    .isCloseTo(loss, within(1e-4 + tolerance * 10 * Math.abs(loss)));
            average(replica);
            replica.update(step, 0, RATE, EXAMPLES);
        }
        float[] expected =
                plain.params().dup('c').reshape(plain.params().length()).toFloatVector();
        float[] actual = Networks.floats(replica.parameters());
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i]).as("parameter %d", i).isCloseTo(expected[i], within((float) tolerance));
        }
        Batch batch = batch(network, replica, data.of(new ColumnsOfExamples(EXAMPLES, 0)));
        int[] predictions = new int[EXAMPLES * network.labelsOfExample()];
        assertThat(replica.evaluate(batch, predictions).lossSum()).isFinite();
        OffHeap.free(plain);
    }

    private static Batch batch(NetworkDefinition network, NetworkReplica replica, ColumnsOfExamples examples) {
        boolean turned = network.inputs().size() == 1
                && network.input() instanceof InputType.InputTypeConvolutional images
                && images.getFormat() == CNN2DFormat.NCHW
                && replica.featureLayout() == FeatureLayout.NHWC;
        return turned ? examples.batchOfChannelsLast() : examples.batch();
    }

    private static void average(NetworkReplica replica) {
        FloatBuffer gradients =
                replica.gradients().order(ByteOrder.nativeOrder()).asFloatBuffer();
        for (Range range : FlatBuffers.parameterRanges(replica)) { // running statistics change by a batch's own
            for (int i = (int) range.start(); i < range.end(); i++) {
                gradients.put(i, gradients.get(i) / EXAMPLES);
            }
        }
    }

    private static GraphBuilder graph(String... inputs) {
        return new NeuralNetConfiguration.Builder()
                .seed(3)
                .updater(new Adam(RATE))
                .graphBuilder()
                .addInputs(inputs);
    }

    private static NetworkDefinition defined(GraphBuilder graph, Feeds feeds, InputType... inputs) {
        return new NetworkDefinition(graph.setInputTypes(inputs).build(), List.of(inputs), null, feeds);
    }

    private static DenseLayer dense(int outputs) {
        return new DenseLayer.Builder()
                .nOut(outputs)
                .activation(Activation.TANH)
                .build();
    }

    // ------------------------------------------------------------------ losses

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

    // ------------------------------------------------------------------ several inputs and outputs

    @Test
    void severalInputsAndOutputsReadTheColumnsOfTheirNames() {
        trainsAsDl4j(
                severalOfEach(),
                1e-4,
                examples -> examples.image("image", 5, 5, 2)
                        .sequence("text", 4, 3)
                        .input("table", 6)
                        .classes("kind", 3, false)
                        .values("price", examples::normal, false, 2)
                        .values("tags", examples::mark, false, 4));
    }

    private static NetworkDefinition severalOfEach() {
        InputType image = InputType.convolutional(5, 5, 2, CNN2DFormat.NCHW);
        InputType sequence = InputType.recurrent(3, 4);
        InputType vector = InputType.feedForward(6);
        GraphBuilder graph = graph("image", "text", "numbers")
                .addLayer(
                        "convolution",
                        new ConvolutionLayer.Builder(3, 3)
                                .nOut(2)
                                .activation(Activation.TANH)
                                .build(),
                        "image")
                .addLayer("flat", dense(4), "convolution")
                .addLayer(
                        "steps",
                        new SimpleRnn.Builder()
                                .nOut(3)
                                .activation(Activation.TANH)
                                .build(),
                        "text")
                .addVertex("last", new LastTimeStepVertex("text"), "steps")
                .addVertex("all", new MergeVertex(), "flat", "last", "numbers")
                .addLayer("kind", softmax(3), "all")
                .addLayer(
                        "price",
                        new OutputLayer.Builder(LossFunction.MSE)
                                .nOut(2)
                                .activation(Activation.IDENTITY)
                                .build(),
                        "all")
                .addLayer(
                        "tags",
                        new OutputLayer.Builder(LossFunction.XENT)
                                .nOut(4)
                                .activation(Activation.SIGMOID)
                                .build(),
                        "all")
                .setOutputs("kind", "price", "tags");
        Feeds feeds = Feeds.USUAL
                .column("numbers", "table")
                .kind("price", LabelKind.VALUES)
                .kind("tags", LabelKind.VALUES);
        return defined(graph, feeds, image, sequence, vector);
    }

    private static OutputLayer softmax(int classes) {
        return new OutputLayer.Builder(LossFunction.MCXENT)
                .nOut(classes)
                .activation(Activation.SOFTMAX)
                .build();
    }

    @Test
    void twinsLearnADistance() {
        GraphBuilder graph = graph("left", "right")
                .addVertex("both", new StackVertex(), "left", "right")
                .addLayer("shared", dense(4), "both")
                .addVertex("first", new UnstackVertex(0, 2), "shared")
                .addVertex("second", new UnstackVertex(1, 2), "shared")
                .addVertex("distance", new L2Vertex(), "first", "second")
                .addLayer(
                        "out",
                        new OutputLayer.Builder(LossFunction.XENT)
                                .nOut(1)
                                .activation(Activation.SIGMOID)
                                .build(),
                        "distance")
                .setOutputs("out");
        InputType vector = InputType.feedForward(5);
        NetworkDefinition twins = defined(graph, Feeds.USUAL, vector, vector);
        assertThat(Replicas.obstacle(twins, 0)).isEmpty();
        trainsAsDl4j(
                twins,
                1e-5,
                examples -> examples.input("left", 5).input("right", 5).twoClasses("labels"));
    }

    @Test
    void tripletsOfPicturesShareAllLayersOfTheirTowers() {
        GraphBuilder graph = graph("anchor", "alike", "other")
                .addVertex("two", new StackVertex(), "anchor", "alike")
                .addVertex("three", new StackVertex(), "two", "other")
                .addLayer("narrow", convolution(3), "three")
                .addLayer("wide", convolution(3), "three")
                .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "narrow", "wide")
                .addVertex("both", new MergeVertex(), "sum", "wide")
                .addLayer("embedding", dense(4), "both")
                .addVertex("of anchor", new UnstackVertex(0, 3), "embedding")
                .addVertex("of alike", new UnstackVertex(1, 3), "embedding")
                .addVertex("of other", new UnstackVertex(2, 3), "embedding")
                .addVertex("near", new L2Vertex(), "of anchor", "of alike")
                .addVertex("far", new L2Vertex(), "of anchor", "of other")
                .addVertex("distances", new MergeVertex(), "near", "far")
                .addLayer("out", softmax(2), "distances")
                .setOutputs("out");
        InputType image = InputType.convolutional(5, 4, 2, CNN2DFormat.NCHW);
        NetworkDefinition triplets = defined(graph, Feeds.USUAL, image, image, image);
        assertThat(Replicas.obstacle(triplets, 0)).isEmpty();
        trainsAsDl4j(
                triplets,
                1e-4,
                examples -> examples.image("anchor", 5, 4, 2)
                        .image("alike", 5, 4, 2)
                        .image("other", 5, 4, 2)
                        .classes("labels", 2, false));
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

    /** A network that was trained for something else, with a new end; as DL4J's TransferLearning makes it. */
    @Test
    void aFrozenBeginningStaysAsItIsAndTheRestLearns() {
        GraphBuilder graph = graph("in")
                .addLayer("convolution", new FrozenLayer(convolution(3)), "in")
                .addLayer("norm", new FrozenLayer(new BatchNormalization()), "convolution")
                .addVertex(
                        "sum", new FrozenVertex(new ElementWiseVertex(ElementWiseVertex.Op.Add)), "norm", "convolution")
                .addLayer("hidden", dense(4), "sum")
                .addLayer("passed", new FrozenLayerWithBackprop(dense(4)), "hidden")
                .addLayer("out", softmax(3), "passed")
                .setOutputs("out");
        NetworkDefinition network = defined(graph, Feeds.USUAL, InputType.convolutional(5, 4, 2, CNN2DFormat.NCHW));
        assertThat(Replicas.obstacle(network, 0)).isEmpty();
        trainsAsDl4j(
                network, 1e-4, examples -> examples.input("features", 2, 5, 4).classes("labels", 3, false));
        try (NetworkReplica replica = new CompiledReplica(network, EXAMPLES, 0, 1)) {
            Range learned =
                    new Range(2 * 9 * 3 + 3 + 4 * 3, replica.parameters().limit() / Float.BYTES);
            float[] before = Networks.floats(replica.parameters());
            Batch batch = batch(
                    network,
                    replica,
                    new ColumnsOfExamples(EXAMPLES, 1)
                            .input("features", 2, 5, 4)
                            .classes("labels", 3, false));
            replica.forwardBackward(batch, 1, mark -> {});
            replica.update(0, 0, 0.1, EXAMPLES);
            float[] after = Networks.floats(replica.parameters());
            assertThat(Arrays.copyOf(after, (int) learned.start()))
                    .containsExactly(Arrays.copyOf(before, (int) learned.start()));
            assertThat(after).isNotEqualTo(before);
        }
    }

    @Test
    void batchNormOverStackedExamplesIsLeftToDl4j() {
        GraphBuilder graph = graph("left", "right")
                .addVertex("both", new StackVertex(), "left", "right")
                .addLayer("norm", new BatchNormalization(), "both")
                .addVertex("first", new UnstackVertex(0, 2), "norm")
                .addVertex("second", new UnstackVertex(1, 2), "norm")
                .addVertex("all", new MergeVertex(), "first", "second")
                .addLayer("out", softmax(3), "all")
                .setOutputs("out");
        InputType vector = InputType.feedForward(5);
        NetworkDefinition network = defined(graph, Feeds.USUAL, vector, vector);
        assertThat(Replicas.obstacle(network, 0))
                .hasValueSatisfying(why -> assertThat(why).contains("batch norm over stacked examples"));
        trainsAsDl4j(
                network,
                1e-5,
                examples -> examples.input("left", 5).input("right", 5).classes("labels", 3, false));
    }

    @Test
    void separableConvolutionsOfOneChannelAreTheEngines() {
        GraphBuilder graph = graph("in")
                .addLayer(
                        "separable",
                        new SeparableConvolution2D.Builder(2, 2).nOut(1).build(),
                        "in")
                .addLayer("out", softmax(2), "separable")
                .setOutputs("out");
        NetworkDefinition network = defined(graph, Feeds.USUAL, InputType.convolutional(4, 4, 1));
        assertThat(Replicas.obstacle(network, 0)).isEmpty();
        assertThatThrownBy(() -> Dl4jReplica.requireRuns(network, 0, false))
                .hasMessageContaining("leaves out its point-wise weights");
    }

    private static ConvolutionLayer convolution(int channels) {
        return new ConvolutionLayer.Builder(3, 3)
                .nOut(channels)
                .activation(Activation.TANH)
                .build();
    }

    @Test
    void outputsOfTheSameClassesAreToldApartByTheirColumns() {
        GraphBuilder graph = graph("in")
                .addLayer("hidden", dense(6), "in")
                .addLayer("tens", softmax(3), "hidden")
                .addLayer("ones", softmax(3), "hidden")
                .setOutputs("tens", "ones");
        Feeds feeds = Feeds.USUAL.column("tens", "tens").column("ones", "ones");
        trainsAsDl4j(
                defined(graph, feeds, InputType.feedForward(4)),
                1e-5,
                examples ->
                        examples.input("features", 4).classes("tens", 3, false).classes("ones", 3, false));
    }

    // ------------------------------------------------------------------ steps and pixels

    @Test
    void eachPixelIsToldAClass() {
        NetworkDefinition network = pixels(CNN2DFormat.NCHW);
        assertThat(network.labelsOfExample()).isEqualTo(20);
        trainsAsDl4j(
                network, 1e-4, examples -> examples.input("features", 2, 4, 5).classes("labels", 3, true, 4, 5));
    }

    private static NetworkDefinition pixels(CNN2DFormat format) {
        GraphBuilder graph = graph("in")
                .addLayer(
                        "convolution",
                        new ConvolutionLayer.Builder(3, 3)
                                .nOut(3)
                                .convolutionMode(ConvolutionMode.Same)
                                .dataFormat(format)
                                .build(),
                        "in")
                .addLayer(
                        "out",
                        new CnnLossLayer.Builder(LossFunction.MCXENT)
                                .format(format)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "convolution")
                .setOutputs("out");
        return defined(graph, Feeds.USUAL, InputType.convolutional(4, 5, 2, format));
    }

    /** DL4J itself fails with the second layout; the engine, whose images have one, gives the same as with the first. */
    @Test
    void classesOfPixelsInTheOtherLayoutAreTheEngines() {
        NetworkDefinition last = pixels(CNN2DFormat.NHWC);
        assertThatThrownBy(() -> Dl4jReplica.requireRuns(last, 0, false)).hasMessageContaining("CnnLossLayer");
        Batch batch = new ColumnsOfExamples(EXAMPLES, 1)
                .input("features", 4, 5, 2)
                .classes("labels", 3, false, 4, 5)
                .batch();
        try (NetworkReplica one = new CompiledReplica(pixels(CNN2DFormat.NCHW), EXAMPLES, 0, 1);
                NetworkReplica other = new CompiledReplica(last, EXAMPLES, 0, 1)) {
            other.parameters().put(one.parameters());
            double loss = one.forwardBackward(batch, 1, mark -> {}).lossSum();
            assertThat(other.forwardBackward(batch, 1, mark -> {}).lossSum()).isEqualTo(loss);
            assertThat(other.gradients()).isEqualTo(one.gradients());
        }
    }

    @Test
    void eachPixelIsToldNumbersOfWhichSomeAreMasked() {
        GraphBuilder graph = graph("in")
                .addLayer(
                        "convolution",
                        new ConvolutionLayer.Builder(1, 1).nOut(2).build(),
                        "in")
                .addLayer(
                        "out",
                        new CnnLossLayer.Builder(LossFunction.MSE)
                                .activation(Activation.IDENTITY)
                                .build(),
                        "convolution")
                .setOutputs("out");
        Feeds feeds = Feeds.USUAL.kind("out", LabelKind.VALUES);
        trainsAsDl4j(
                defined(graph, feeds, InputType.convolutional(3, 4, 2)),
                1e-4,
                examples -> examples.input("features", 2, 3, 4).values("labels", examples::normal, true, 3, 4, 2));
    }

    @Test
    void eachVoxelIsToldAClass() {
        Convolution3D.DataFormat format = Convolution3D.DataFormat.NCDHW;
        GraphBuilder graph = graph("in")
                .addLayer(
                        "convolution",
                        new Convolution3D.Builder(1, 1, 1)
                                .nOut(3)
                                .dataFormat(format)
                                .build(),
                        "in")
                .addLayer(
                        "out",
                        new Cnn3DLossLayer.Builder(format)
                                .lossFunction(LossFunction.MCXENT)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "convolution")
                .setOutputs("out");
        trainsAsDl4j(
                defined(graph, Feeds.USUAL, InputType.convolutional3D(format, 2, 3, 4, 2)),
                1e-4,
                examples -> examples.input("features", 2, 2, 3, 4).classes("labels", 3, true, 2, 3, 4));
    }

    @Test
    void boxesAreToldInYolosLabels() {
        GraphBuilder graph = graph("in")
                .addLayer(
                        "convolution",
                        new ConvolutionLayer.Builder(1, 1).nOut(2 * (5 + 3)).build(),
                        "in")
                .addLayer(
                        "out",
                        new Yolo2OutputLayer.Builder()
                                .boundingBoxPriors(Nd4j.createFromArray(new float[][] {{1, 1}, {2, 1}}))
                                .build(),
                        "convolution")
                .setOutputs("out");
        trainsAsDl4j(
                defined(graph, Feeds.USUAL, InputType.convolutional(3, 3, 2)),
                1e-4,
                examples -> examples.input("features", 2, 3, 3).boxes("labels", 3, 3, 3));
    }

    @Test
    void eachStepIsToldNumbersOfWhichSomeAreMasked() {
        GraphBuilder graph = graph("in")
                .addLayer("steps", new LSTM.Builder().nOut(4).build(), "in")
                .addLayer(
                        "out",
                        new RnnOutputLayer.Builder(LossFunction.MSE)
                                .nOut(2)
                                .activation(Activation.IDENTITY)
                                .build(),
                        "steps")
                .setOutputs("out");
        Feeds feeds = Feeds.USUAL.kind("out", LabelKind.VALUES).mask("out", "told");
        trainsAsDl4j(
                defined(graph, feeds, InputType.recurrent(3, 6)),
                1e-5,
                examples -> examples.sequence("features", 6, 3)
                        .values("labels", examples::normal, true, 6, 2)
                        .labelMask("told", 6));
    }

    @Test
    void aLossLayerOfStepsIsToldClasses() {
        GraphBuilder graph = graph("in")
                .addLayer("steps", new SimpleRnn.Builder().nOut(3).build(), "in")
                .addLayer(
                        "out",
                        new RnnLossLayer.Builder(LossFunction.MCXENT)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "steps")
                .setOutputs("out");
        trainsAsDl4j(
                defined(graph, Feeds.USUAL, InputType.recurrent(3, 6)),
                1e-5,
                examples -> examples.sequence("features", 6, 3).classes("labels", 3, true, 6));
    }

    @Test
    void aMaskOfAnInputTellsWhichStepsAreThere() {
        GraphBuilder graph = graph("in")
                .addLayer("steps", new LSTM.Builder().nOut(4).build(), "in")
                .addVertex("last", new LastTimeStepVertex("in"), "steps")
                .addLayer("out", softmax(3), "last")
                .setOutputs("out");
        NetworkDefinition network = defined(graph, Feeds.USUAL.mask("in", "there"), InputType.recurrent(3, 6));
        trainsAsDl4j(
                network,
                1e-5,
                examples -> examples.sequence("features", 6, 3)
                        .inputMask("there", 6)
                        .classes("labels", 3, false));
        try (NetworkReplica replica = new Dl4jReplica(network, 1, 0)) {
            Batch gap = new Batch(
                    1,
                    0,
                    Column.ofFloats(Field.float32("features", 6, 3), new float[18]),
                    Column.ofFloats(Field.float32("there", 6), 1, 0, 1, 1, 1, 1),
                    Column.ofInts(Field.int32("labels"), 1));
            assertThatThrownBy(() -> replica.forwardBackward(gap, 1, mark -> {}))
                    .hasMessageContaining("there")
                    .hasMessageContaining("example 0");
        }
    }

    // ------------------------------------------------------------------ what is told

    @Test
    void theTaskFollowsFromTheFirstOutputAndItsLoss() {
        assertThat(told(LossFunction.MSE, LabelKind.VALUES).task()).isEqualTo(Task.REGRESSION);
        assertThat(told(LossFunction.MEAN_ABSOLUTE_ERROR, LabelKind.VALUES).task())
                .isEqualTo(Task.REGRESSION);
        assertThat(told(LossFunction.MEAN_ABSOLUTE_PERCENTAGE_ERROR, null).task())
                .isEqualTo(Task.REGRESSION);
        assertThat(told(LossFunction.XENT, LabelKind.VALUES).task()).isEqualTo(Task.MULTI_LABEL);
        assertThat(told(LossFunction.MCXENT, LabelKind.VALUES).task()).isEqualTo(Task.OTHER);
        assertThat(told(LossFunction.MCXENT, null).task()).isEqualTo(Task.CLASSIFICATION);
        assertThat(told(LossFunction.MSE, null).task()).isEqualTo(Task.CLASSIFICATION);
    }

    /** @param kind null for what is usual */
    private static NetworkDefinition told(LossFunction loss, LabelKind kind) {
        GraphBuilder graph = graph("in")
                .addLayer(
                        "out",
                        new OutputLayer.Builder(loss)
                                .nOut(3)
                                .activation(loss == LossFunction.MCXENT ? Activation.SOFTMAX : Activation.SIGMOID)
                                .build(),
                        "in")
                .setOutputs("out");
        Feeds feeds = kind == null ? Feeds.USUAL : Feeds.USUAL.kind("out", kind);
        return defined(graph, feeds, InputType.feedForward(4));
    }

    @Test
    void numbersAreAnsweredWithNumbersInTheOrderOfTheLabels() {
        GraphBuilder graph = graph("in")
                .addLayer("steps", new SimpleRnn.Builder().nOut(4).build(), "in")
                .addLayer(
                        "out",
                        new RnnOutputLayer.Builder(LossFunction.MSE)
                                .nOut(2)
                                .activation(Activation.IDENTITY)
                                .build(),
                        "steps")
                .setOutputs("out");
        NetworkDefinition network =
                defined(graph, Feeds.USUAL.kind("out", LabelKind.VALUES), InputType.recurrent(3, 6));
        ComputationGraph plain = Networks.plain(network);
        try (Dl4jReplica replica = new Dl4jReplica(network, EXAMPLES, 0)) {
            ColumnsOfExamples examples = new ColumnsOfExamples(EXAMPLES, 1).sequence("features", 6, 3);
            examples.values("labels", examples::normal, true, 6, 2);
            INDArray expected = plain.output(examples.multiDataSet().getFeatures(0))[0]; // (N, 2, 6)
            Answers answers = replica.evaluate(examples.batch());
            assertThat(answers.classes()).isNull();
            assertThat(answers.width()).isEqualTo(2);
            for (int i = 0; i < EXAMPLES * 6 * 2; i++) {
                float wanted = expected.getFloat(i / 12, i % 2, i / 2 % 6);
                assertThat(answers.outputs().get(i)).as("number %d", i).isCloseTo(wanted, within(1e-6f));
            }
        } finally {
            OffHeap.free(plain);
        }
    }

    // ------------------------------------------------------------------ what is refused

    @Test
    void dataThatDoNotFitAreRefusedByColumn() {
        NetworkDefinition network = defined(
                graph("in").addLayer("out", softmax(3), "in").setOutputs("out"), Feeds.USUAL, InputType.feedForward(4));
        Field features = Field.float32("features", 4);
        network.requireColumns(List.of(features, Field.int32("labels")));
        assertThatThrownBy(() -> network.requireColumns(List.of(Field.float32("features", 2, 2))))
                .hasMessageContaining("labels");
        assertThatThrownBy(() -> network.requireColumns(List.of(Field.float32("features", 5), Field.int32("labels"))))
                .hasMessageContaining("features")
                .hasMessageContaining("5");
        assertThatThrownBy(() -> network.requireColumns(List.of(features, Field.float32("labels", 3))))
                .hasMessageContaining("labels")
                .hasMessageContaining("FLOAT32");
        assertThatThrownBy(() -> network.withFeeds(Feeds.USUAL.column("nothing", "features")))
                .hasMessageContaining("nothing");
    }

    @Test
    void classesOfPixelsAndStepsAreCompiled() {
        NetworkDefinition pixels = defined(
                graph("in")
                        .addLayer(
                                "out",
                                new CnnLossLayer.Builder(LossFunction.MCXENT)
                                        .activation(Activation.SOFTMAX)
                                        .build(),
                                "in")
                        .setOutputs("out"),
                Feeds.USUAL,
                InputType.convolutional(4, 5, 2));
        NetworkDefinition steps = defined(
                graph("in")
                        .addLayer(
                                "out",
                                new RnnLossLayer.Builder(LossFunction.MCXENT)
                                        .activation(Activation.SOFTMAX)
                                        .build(),
                                "in")
                        .setOutputs("out"),
                Feeds.USUAL,
                InputType.recurrent(3, 6));
        assertThat(Replicas.obstacle(pixels, 0)).isEmpty();
        assertThat(Replicas.obstacle(steps, 0)).isEmpty();
    }

    @Test
    void numbersAndSeveralColumnsAreTheEngines() {
        assertThat(Replicas.obstacle(told(LossFunction.MSE, LabelKind.VALUES), 0))
                .isEmpty();
        assertThat(Replicas.obstacle(severalOfEach(), 0)).isEmpty();
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
    void weightsOfExamplesAreNotPassedOverByDl4jsRuntime() {
        NetworkDefinition network = told(LossFunction.MSE, LabelKind.VALUES);
        Batch batch = new Batch(
                1,
                0,
                Column.ofFloats(Field.float32("features", 4), new float[4]),
                Column.ofFloats(Field.float32("labels", 3), new float[3]),
                Column.ofFloats(Field.float32("weights"), 0));
        try (NetworkReplica dl4j = new Dl4jReplica(network, 1, 0);
                NetworkReplica compiled = new CompiledReplica(network, 1, 0, 1)) {
            assertThatThrownBy(() -> dl4j.forwardBackward(batch, 1, mark -> {})).hasMessageContaining("weights");
            assertThat(compiled.forwardBackward(batch, 1, mark -> {}).lossSum()).isZero();
        }
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

    @Test
    void aDefinitionTravelsWithItsFeeds() {
        NetworkDefinition network = defined(
                graph("in").addLayer("out", softmax(3), "in").setOutputs("out"),
                Feeds.USUAL.column("in", "table"),
                InputType.feedForward(4));
        assertThat(SerializationUtils.roundtrip(network).feeds()).isEqualTo(network.feeds());
    }
}
