package io.lockstep.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.datasets.Batch;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.training.BatchResult;
import io.lockstep.training.NetworkReplica;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.lang3.SerializationUtils;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.ocnn.OCNNOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossCosineProximity;
import org.nd4j.linalg.lossfunctions.impl.LossFMeasure;
import org.nd4j.linalg.lossfunctions.impl.LossHinge;
import org.nd4j.linalg.lossfunctions.impl.LossKLD;
import org.nd4j.linalg.lossfunctions.impl.LossL1;
import org.nd4j.linalg.lossfunctions.impl.LossL2;
import org.nd4j.linalg.lossfunctions.impl.LossMAE;
import org.nd4j.linalg.lossfunctions.impl.LossMAPE;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.nd4j.linalg.lossfunctions.impl.LossMSLE;
import org.nd4j.linalg.lossfunctions.impl.LossMixtureDensity;
import org.nd4j.linalg.lossfunctions.impl.LossMultiLabel;
import org.nd4j.linalg.lossfunctions.impl.LossNegativeLogLikelihood;
import org.nd4j.linalg.lossfunctions.impl.LossPoisson;
import org.nd4j.linalg.lossfunctions.impl.LossSparseMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossSquaredHinge;
import org.nd4j.linalg.lossfunctions.impl.LossWasserstein;

/** Each of DL4J's losses in each kind of output layer: its labels as it wants them, or refused when the network is defined. */
class OutputLossesTest {
    static final int CLASSES = 4;
    static final int STEPS = 3;
    static final int EXAMPLES = 6;

    private static List<ILossFunction> trained() {
        return List.of(
                new LossBinaryXENT(),
                new LossCosineProximity(),
                new LossHinge(),
                new LossKLD(),
                new LossL1(),
                new LossL2(),
                new LossMAE(),
                new LossMCXENT(),
                new LossMSE(),
                new LossMSLE(),
                new LossMultiLabel(),
                new LossNegativeLogLikelihood(),
                new LossPoisson(),
                new LossSparseMCXENT(),
                new LossSquaredHinge());
    }

    private static List<ILossFunction> refused() {
        return List.of(
                new LossFMeasure(),
                new LossMAPE(),
                LossMixtureDensity.builder().gaussians(1).labelWidth(1).build(),
                new LossWasserstein());
    }

    static Stream<Arguments> lossesInOutputs() {
        List<Arguments> all = new ArrayList<>();
        for (ILossFunction loss : trained()) {
            for (Class<?> output : List.of(OutputLayer.class, RnnOutputLayer.class, CenterLossOutputLayer.class)) {
                boolean unfit = output == CenterLossOutputLayer.class && loss instanceof LossSparseMCXENT
                        || output == RnnOutputLayer.class && (loss instanceof LossHinge || loss instanceof LossKLD);
                if (!unfit) {
                    all.add(Arguments.of(loss, output, CLASSES));
                }
            }
            all.add(Arguments.of(loss, LossLayer.class, CLASSES));
        }
        for (ILossFunction loss :
                List.of(new LossBinaryXENT(), new LossMSE(), new LossL1(), new LossHinge(), new LossSquaredHinge())) {
            all.add(Arguments.of(loss, OutputLayer.class, 1));
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("lossesInOutputs")
    void gradientAndLossAreThoseOfDl4jWithTheLossesOwnLabels(ILossFunction loss, Class<?> output, int outputs) {
        NetworkDefinition network = network(layer(output, loss, outputs), output == RnnOutputLayer.class);
        Batch batch = batch(network, outputs);
        ComputationGraph plain = new ComputationGraph(SerializationUtils.clone(network.configuration()));
        plain.init();
        try (Dl4jReplica replica = new Dl4jReplica(network, EXAMPLES, 0)) {
            plain.setInputs(features(network, batch));
            plain.setLabels(labels(loss, batch, outputs, network.labelsOfExample()));
            plain.computeGradientAndScore();
            INDArray expected = plain.getFlattenedGradients();
            BatchResult result = replica.forwardBackward(batch, 1, mark -> {});
            assertThat(result.lossSum()).isFinite();
            if (output != LossLayer.class) { // whose backward spoils what DL4J's score is then computed from
                assertThat(result.lossSum() / EXAMPLES).isCloseTo(plain.score(), within(1e-4));
            }
            float[] got = Networks.floats(replica.gradients());
            int compared =
                    output == CenterLossOutputLayer.class ? got.length - outputs * 5 : got.length; // the rest: sums
            assertThat(expected.norm2Number().doubleValue()).isGreaterThan(1e-3);
            for (int i = 0; i < compared; i++) {
                float wanted = expected.getFloat(i);
                assertThat(got[i]).as("element %s", i).isCloseTo(wanted, within(1e-4f * (1 + Math.abs(wanted))));
            }
            BatchResult evaluated = replica.evaluate(batch, new int[EXAMPLES * network.labelsOfExample()]);
            assertThat(evaluated.lossSum()).isCloseTo(result.lossSum(), within(1e-3));
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-5, 0.1, 0.4})
    void sureSigmoidsAreClippedAsDl4jClipsThem(double clip) {
        NetworkDefinition network = network(layer(OutputLayer.class, new LossBinaryXENT(clip), 1), false);
        Batch batch = batch(network, 1);
        for (float bias : new float[] {0, 3, -3, 14, -14}) {
            ComputationGraphConfiguration exact = SerializationUtils.clone(network.configuration());
            exact.setDataType(DataType.DOUBLE); // float32 has few numbers just below 1
            ComputationGraph plain = new ComputationGraph(exact);
            plain.init();
            plain.setParam("out_b", Nd4j.valueArrayOf(new long[] {1, 1}, (double) bias));
            try (NetworkReplica replica = new CompiledReplica(network, EXAMPLES, 0, 1)) {
                replica.parameters()
                        .order(ByteOrder.nativeOrder())
                        .asFloatBuffer()
                        .put(plain.params().toFloatVector());
                plain.setInputs(features(network, batch).castTo(DataType.DOUBLE));
                plain.setLabels(labels(new LossBinaryXENT(), batch, 1, 1).castTo(DataType.DOUBLE));
                plain.computeGradientAndScore();
                BatchResult result = replica.forwardBackward(batch, 1, mark -> {});
                assertThat(result.lossSum() / EXAMPLES).isCloseTo(plain.score(), within(1e-4));
                float[] got = Networks.floats(replica.gradients());
                INDArray expected = plain.getFlattenedGradients();
                for (int i = 0; i < got.length; i++) {
                    assertThat(got[i]).as("bias %s, %s", bias, i).isCloseTo(expected.getFloat(i), within(1e-4f));
                }
            }
        }
    }

    @Test
    void oneStepOfOneExampleHasALoss() {
        InputType type = InputType.recurrent(3, 1);
        NetworkDefinition network = new NetworkDefinition(
                Hyperparameters.defaults()
                        .newConfiguration(3)
                        .graphBuilder()
                        .addInputs("in")
                        .addLayer(
                                "hidden",
                                new SimpleRnn.Builder()
                                        .nOut(4)
                                        .activation(Activation.TANH)
                                        .build(),
                                "in")
                        .addLayer("out", layer(RnnOutputLayer.class, new LossMCXENT(), CLASSES), "hidden")
                        .setOutputs("out")
                        .setInputTypes(type)
                        .build(),
                type);
        Batch batch = Networks.batch(network, 5, 0, 1);
        try (NetworkReplica dl4j = new Dl4jReplica(network, 1, 0);
                NetworkReplica compiled = new CompiledReplica(network, 1, 0, 1)) {
            double loss = compiled.forwardBackward(batch, 1, mark -> {}).lossSum();
            assertThat(dl4j.forwardBackward(batch, 1, mark -> {}).lossSum()).isCloseTo(loss, within(1e-5));
        }
    }

    static Stream<Arguments> lossesWithoutLabels() {
        Stream<Arguments> unfit = Stream.of(
                Arguments.of(new LossHinge(), RnnOutputLayer.class),
                Arguments.of(new LossKLD(), RnnOutputLayer.class),
                Arguments.of(new LossSparseMCXENT(), CenterLossOutputLayer.class));
        Stream<Arguments> anywhere = refused().stream()
                .flatMap(loss -> Stream.of(OutputLayer.class, RnnOutputLayer.class, LossLayer.class)
                        .map(output -> Arguments.of(loss, output)));
        return Stream.concat(unfit, anywhere);
    }

    @ParameterizedTest
    @MethodSource("lossesWithoutLabels")
    void whatHasNoLabelsOfClassesIsRefusedByName(ILossFunction loss, Class<?> output) {
        Feeds classes = Feeds.USUAL.kind("out", LabelKind.CLASSES);
        assertThatThrownBy(() -> network(layer(output, loss, CLASSES), output == RnnOutputLayer.class)
                        .withFeeds(classes))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(loss.getClass().getSimpleName())
                .hasMessageContaining("'out'");
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                LossMCXENT.class,
                LossNegativeLogLikelihood.class,
                LossSparseMCXENT.class,
                LossKLD.class,
                LossCosineProximity.class,
                LossMultiLabel.class
            })
    void aSingleOutputIsRefusedWhereClassZeroWouldTeachNothing(Class<? extends ILossFunction> type)
            throws ReflectiveOperationException {
        ILossFunction loss = type.getDeclaredConstructor().newInstance();
        assertThatThrownBy(() -> network(layer(OutputLayer.class, loss, 1), false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("an output for each class");
    }

    static Stream<Layer> outputsOfOtherThings() {
        return Stream.of(
                new DenseLayer.Builder().nOut(3).build(),
                new OCNNOutputLayer.Builder().hiddenLayerSize(3).build());
    }

    @ParameterizedTest
    @MethodSource("outputsOfOtherThings")
    void outputsThatTellNoClassesApartAreRefusedByName(Layer output) {
        assertThatThrownBy(() -> ClassLabels.require("out", output))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(output.getClass().getSimpleName());
    }

    // ------------------------------------------------------------------ networks and labels

    static Layer layer(Class<?> type, ILossFunction loss, int outputs) {
        Activation activation = outputs == 1 ? Activation.SIGMOID : Activation.SOFTMAX;
        if (type == LossLayer.class) {
            return new LossLayer.Builder(loss).activation(activation).build();
        }
        BaseOutputLayer.Builder<?> builder = type == OutputLayer.class
                ? new OutputLayer.Builder(loss)
                : type == RnnOutputLayer.class
                        ? new RnnOutputLayer.Builder(loss)
                        : new CenterLossOutputLayer.Builder(loss).alpha(0.5).lambda(0.1);
        return builder.nOut(outputs).activation(activation).build();
    }

    static NetworkDefinition network(Layer output, boolean steps) {
        return network(output, steps, Feeds.USUAL);
    }

    static NetworkDefinition network(Layer output, boolean steps, Feeds feeds) {
        InputType type = steps ? InputType.recurrent(3, STEPS) : InputType.feedForward(7);
        int hidden = output instanceof LossLayer || output instanceof RnnLossLayer ? CLASSES : 5;
        Layer first = steps
                ? new SimpleRnn.Builder()
                        .nOut(hidden)
                        .activation(Activation.TANH)
                        .build()
                : new DenseLayer.Builder()
                        .nOut(hidden)
                        .activation(Activation.TANH)
                        .build();
        GraphBuilder graph = Hyperparameters.defaults()
                .newConfiguration(3)
                .graphBuilder()
                .addInputs("in")
                .addLayer("hidden", first, "in")
                .addLayer("out", output, "hidden")
                .setOutputs("out")
                .setInputTypes(type);
        graph.validateOutputLayerConfig(false);
        return new NetworkDefinition(graph.build(), List.of(type), feeds);
    }

    static Batch batch(NetworkDefinition network, int outputs) {
        Batch batch = Networks.batch(network, 5, 0, EXAMPLES);
        for (int i = 0; i < EXAMPLES * network.labelsOfExample(); i++) {
            batch.labels().put(i, i * 7 % 5 % Math.max(2, outputs)); // every step has one
        }
        return batch;
    }

    private static INDArray features(NetworkDefinition network, Batch batch) {
        long[] shape = network.input().getShape(true);
        shape[0] = EXAMPLES;
        return Networks.inDl4jsOrder(network, Networks.floats(batch.features()), shape);
    }

    /** From DL4J's documentation of the losses: numbers for the sparse one, +1 and -1 for hinges, else probabilities. */
    private static INDArray labels(ILossFunction loss, Batch batch, int outputs, int steps) {
        boolean numbers = loss instanceof LossSparseMCXENT;
        float off = loss instanceof LossHinge || loss instanceof LossSquaredHinge ? -1 : 0;
        INDArray labels = Nd4j.valueArrayOf(new long[] {EXAMPLES, numbers ? 1 : outputs, steps}, off);
        for (int i = 0; i < EXAMPLES; i++) {
            for (int t = 0; t < steps; t++) {
                int label = batch.labels().get(i * steps + t);
                if (numbers) {
                    labels.putScalar(i, 0, t, label);
                } else if (outputs > 1 || label == 1) {
                    labels.putScalar(i, outputs == 1 ? 0 : label, t, 1);
                }
            }
        }
        return steps > 1 ? labels : labels.reshape(EXAMPLES, numbers ? 1 : outputs);
    }
}
