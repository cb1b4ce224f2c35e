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
import io.lockstep.training.Answers;
import io.lockstep.training.BatchResult;
import io.lockstep.training.NetworkReplica;
import io.lockstep.training.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.lang3.SerializationUtils;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.nd4j.linalg.lossfunctions.impl.LossMultiLabel;

/** Networks of several inputs and outputs, and losses of numbers, train as in DL4J's own {@code fit}. */
class FeedsTest {
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
        List<Field> labelled = List.of(features, Field.int32("labels"));
        network.requireColumns(with(labelled, Field.float32(Batch.WEIGHTS)));
        for (Field other : List.of(
                Field.int32(Batch.WEIGHTS), Field.float32(Batch.WEIGHTS, 2), Field.float32(Batch.MIXED_LABELS))) {
            assertThatThrownBy(() -> network.requireColumns(with(labelled, other)))
                    .hasMessageContaining("the loss")
                    .hasMessageContaining(other.name());
        }
    }

    @Test
    void asManyNumbersInAnotherOrderAreRefused() {
        NetworkDefinition pictures = defined(
                graph("in")
                        .addLayer(
                                "convolution",
                                new ConvolutionLayer.Builder(3, 3).nOut(3).build(),
                                "in")
                        .addLayer("out", softmax(3), "convolution")
                        .setOutputs("out"),
                Feeds.USUAL,
                InputType.convolutional(6, 5, 2));
        Field labels = Field.int32("labels");
        pictures.requireColumns(List.of(Field.float32("features", 2, 6, 5), labels));
        pictures.requireColumns(List.of(Field.float32("features", 60), labels));
        assertThatThrownBy(() -> pictures.requireColumns(List.of(Field.float32("features", 6, 5, 2), labels)))
                .hasMessageContaining("(channels, height, width) = [2, 6, 5], and the column 'features' has [6, 5, 2]");
        NetworkDefinition sequences = defined(
                graph("in")
                        .addLayer("steps", new LSTM.Builder().nOut(4).build(), "in")
                        .addLayer("last", new GlobalPoolingLayer(PoolingType.AVG), "steps")
                        .addLayer("out", softmax(3), "last")
                        .setOutputs("out"),
                Feeds.USUAL,
                InputType.recurrent(2, 6));
        sequences.requireColumns(List.of(Field.float32("features", 6, 2), labels));
        assertThatThrownBy(() -> sequences.requireColumns(List.of(Field.float32("features", 2, 6), labels)))
                .hasMessageContaining("(steps, numbers of a step) = [6, 2], and the column 'features' has [2, 6]");
    }

    private static List<Field> with(List<Field> fields, Field another) {
        return Stream.concat(fields.stream(), Stream.of(another)).toList();
    }

    @Test
    void aColumnThatWouldChangeTheLossAndThatNobodyReadsIsRefused() {
        GraphBuilder graph = graph("in").addLayer("out", softmax(3), "in").setOutputs("out");
        NetworkDefinition network = defined(graph, Feeds.USUAL, InputType.feedForward(4));
        Field weights = Field.float32(Batch.WEIGHTS);
        Field mask = Field.float32(Batch.MASK);

        Replicas.requireHeard(network, 0, List.of(weights));
        Dl4jReplica.requireHeard(network.withFeeds(Feeds.USUAL.mask("out", Batch.MASK)), List.of(mask));

        assertThatThrownBy(() -> Replicas.requireHeard(network, 0, List.of(mask)))
                .hasMessageContaining("'mask'")
                .hasMessageContaining("Feeds.mask");
        assertThatThrownBy(() -> Dl4jReplica.requireHeard(network, List.of(weights)))
                .hasMessageContaining("'weights'");
    }

    /** Of two examples the first output's class counts in one: in the engine the other is -1, DL4J has a mask. */
    @Test
    void theLossOfSeveralOutputsIsAMeanOverExamplesAsDl4jsScoreIs() {
        Feeds feeds = Feeds.USUAL.kind("second", LabelKind.VALUES);
        try (NetworkReplica compiled = new CompiledReplica(classesBesideNumbers(feeds), 2, 0, 1);
                NetworkReplica dl4j = new Dl4jReplica(classesBesideNumbers(feeds.mask("first", "counts")), 2, 0)) {
            assertMeanOverExamples(compiled, classAndNumbers(-1));
            assertMeanOverExamples(dl4j, classAndNumbers(2, Column.ofFloats(Field.float32("counts"), 1, 0)));
        }
    }

    private static void assertMeanOverExamples(NetworkReplica replica, Batch batch) {
        BatchResult result = replica.evaluate(batch).result();
        assertThat(result.labels()).isEqualTo(2);
        assertThat(result.measures()[1]).as("classes that count").isEqualTo(1);
        assertThat(replica.forwardBackward(batch, 1, mark -> {}).labels()).isEqualTo(2);
    }

    private static NetworkDefinition classesBesideNumbers(Feeds feeds) {
        GraphBuilder graph = graph("in")
                .addLayer("hidden", dense(6), "in")
                .addLayer("first", softmax(3), "hidden")
                .addLayer("second", output(new LossMSE(), Activation.IDENTITY, 2), "hidden")
                .setOutputs("first", "second");
        return defined(graph, feeds, InputType.feedForward(4));
    }

    private static Batch classAndNumbers(int secondClass, Column... more) {
        List<Column> columns = new ArrayList<>(List.of(
                Column.ofFloats(Field.float32("features", 4), -2, -1, 0, 1, 2, -2, -1, 0),
                Column.ofInts(Field.int32("first"), 1, secondClass),
                Column.ofFloats(Field.float32("second", 2), 1, 2, -2, -1)));
        columns.addAll(List.of(more));
        return new Batch(2, 0, columns.toArray(Column[]::new));
    }

    @Test
    void labelsThatMayHoldTogetherAreJudgedByProbabilitiesAlone() {
        assertThat(multiLabel(Activation.SIGMOID).task()).isEqualTo(Task.MULTI_LABEL);
        assertThat(multiLabel(Activation.TANH).task()).isEqualTo(Task.OTHER);
    }

    private static NetworkDefinition multiLabel(Activation activation) {
        GraphBuilder graph = graph("in")
                .addLayer("out", output(new LossMultiLabel(), activation, 3), "in")
                .setOutputs("out");
        return defined(graph, Feeds.USUAL.kind("out", LabelKind.VALUES), InputType.feedForward(4));
    }

    private static OutputLayer output(ILossFunction loss, Activation activation, int units) {
        return new OutputLayer.Builder(loss).nOut(units).activation(activation).build();
    }

    @Test
    void numbersAndSeveralColumnsAreTheEngines() {
        assertThat(Replicas.obstacle(told(LossFunction.MSE, LabelKind.VALUES), 0))
                .isEmpty();
        assertThat(Replicas.obstacle(severalOfEach(), 0)).isEmpty();
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
    void aDefinitionTravelsWithItsFeeds() {
        NetworkDefinition network = defined(
                graph("in").addLayer("out", softmax(3), "in").setOutputs("out"),
                Feeds.USUAL.column("in", "table"),
                InputType.feedForward(4));
        assertThat(SerializationUtils.roundtrip(network).feeds()).isEqualTo(network.feeds());
    }
}
