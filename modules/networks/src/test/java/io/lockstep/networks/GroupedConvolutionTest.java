package io.lockstep.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.datasets.Batch;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.compiled.Replicas;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.networks.layers.GroupedConvolution;
import io.lockstep.training.BatchResult;
import io.lockstep.training.NetworkReplica;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.weights.WeightInit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Convolution in groups: the same inside DL4J as on the engine, and depthwise the same as DL4J's own. */
class GroupedConvolutionTest {
    private static final int BATCH = 5;
    /** That the layer reads. */
    private static final int CHANNELS = 4;
    /** Parameters of the layer before it: 1x1, from 3 channels, with a bias. */
    private static final int BEFORE = CHANNELS + 3 * CHANNELS;

    private static final int KERNEL_HEIGHT = 3;
    private static final int KERNEL_WIDTH = 2;

    static Map<String, NetworkDefinition> networks() {
        Map<String, NetworkDefinition> networks = new LinkedHashMap<>();
        for (CNN2DFormat format : CNN2DFormat.values()) {
            networks.put("two groups " + format, network(format, groups(2).nOut(6)));
            networks.put(
                    "two groups without bias " + format,
                    network(format, groups(2).nOut(6).hasBias(false)));
            networks.put("depthwise " + format, network(format, groups(GroupedConvolution.DEPTHWISE)));
            networks.put(
                    "depthwise, two of each " + format,
                    network(format, groups(GroupedConvolution.DEPTHWISE).nOut(8).hasBias(false)));
            networks.put(
                    "stride " + format,
                    network(format, groups(2).nOut(2).stride(2).padding(1, 0)));
            networks.put(
                    "dilated " + format,
                    network(format, groups(4).nOut(4).kernelSize(3, 2).dilation(1, 2)));
            networks.put("one group " + format, network(format, groups(1).nOut(5)));
        }
        return networks;
    }

    static Stream<String> names() {
        return networks().keySet().stream();
    }

    /** 3x3, and as large an output as its input. */
    private static GroupedConvolution.Builder groups(int groups) {
        return new GroupedConvolution.Builder().groups(groups).padding(1);
    }

    private static NetworkDefinition network(CNN2DFormat format, GroupedConvolution.Builder layer) {
        return network(format, layer.build());
    }

    private static NetworkDefinition network(CNN2DFormat format, Layer layer) {
        InputType type = InputType.convolutional(6, 5, 3, format);
        ComputationGraphConfiguration configuration = Hyperparameters.defaults()
                .newConfiguration(7)
                .weightInit(WeightInit.XAVIER)
                .graphBuilder()
                .addInputs("in")
                .addLayer(
                        "before",
                        new ConvolutionLayer.Builder(1, 1)
                                .nOut(CHANNELS)
                                .activation(Activation.TANH)
                                .dataFormat(format)
                                .build(),
                        "in")
                .addLayer("middle", layer, "before")
                .addLayer("after", new ActivationLayer(Activation.TANH), "middle")
                .addLayer(
                        "out",
                        new OutputLayer.Builder(LossFunction.MCXENT)
                                .nOut(4)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "after")
                .setOutputs("out")
                .setInputTypes(type)
                .build();
        return new NetworkDefinition(configuration, type);
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
                Batch channelsLast = CompiledReplicaTest.channelsLast(definition, batch);
                BatchResult expected = dl4j.forwardBackward(batch, 1, mark -> {});
                BatchResult actual = compiled.forwardBackward(channelsLast, 1, mark -> {});
                assertThat(actual.lossSum()).isCloseTo(expected.lossSum(), within(1e-4));
                assertClose(Networks.floats(compiled.gradients()), Networks.floats(dl4j.gradients()));

                int[] wanted = new int[size];
                int[] got = new int[size];
                BatchResult evaluated = dl4j.evaluate(batch, wanted);
                assertThat(compiled.evaluate(channelsLast, got).lossSum()).isCloseTo(evaluated.lossSum(), within(1e-4));
                assertThat(got).isEqualTo(wanted);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"NHWC, 1", "NCHW, 1", "NHWC, 2", "NCHW, 2"})
    void depthwiseIsDl4jsDepthwiseConvolutionOfTheSameWeights(CNN2DFormat format, int multiplier) {
        int outputs = multiplier * CHANNELS;
        NetworkDefinition stock = network(format, stockDepthwise(format, multiplier));
        NetworkDefinition own = network(
                format,
                groups(GroupedConvolution.DEPTHWISE)
                        .nOut(outputs)
                        .kernelSize(KERNEL_HEIGHT, KERNEL_WIDTH)
                        .stride(1, 2));
        try (NetworkReplica dl4j = new Dl4jReplica(stock, BATCH, 0);
                NetworkReplica compiled = new CompiledReplica(own, BATCH, 0, 2)) {
            FloatBuffer parameters = dl4j.parameters().asFloatBuffer();
            for (int o = 0; o < outputs; o++) {
                parameters.put(BEFORE + o, 0.1f * (o + 1)); // the bias, which begins with zeros
            }
            compiled.parameters().asFloatBuffer().put(0, inEnginesOrder(Networks.floats(dl4j.parameters()), outputs));

            Batch batch = Networks.batch(stock, 3, 0, BATCH);
            BatchResult expected = dl4j.forwardBackward(batch, 1, mark -> {});
            BatchResult actual = compiled.forwardBackward(CompiledReplicaTest.channelsLast(own, batch), 1, mark -> {});
            assertThat(actual.lossSum()).isCloseTo(expected.lossSum(), within(1e-4));
            assertClose(
                    Networks.floats(compiled.gradients()), inEnginesOrder(Networks.floats(dl4j.gradients()), outputs));
        }
    }

    private static DepthwiseConvolution2D stockDepthwise(CNN2DFormat format, int multiplier) {
        return new DepthwiseConvolution2D.Builder(KERNEL_HEIGHT, KERNEL_WIDTH)
                .depthMultiplier(multiplier)
                .stride(1, 2)
                .padding(1, 1)
                .activation(Activation.IDENTITY)
                .dataFormat(format)
                .build();
    }

    /** Behind the bias, DL4J's (pixels of the kernel, outputs) as (outputs, pixels of the kernel). */
    private static float[] inEnginesOrder(float[] dl4j, int outputs) {
        float[] engines = dl4j.clone();
        int weights = BEFORE + outputs;
        int pixels = KERNEL_HEIGHT * KERNEL_WIDTH;
        for (int o = 0; o < outputs; o++) {
            for (int pixel = 0; pixel < pixels; pixel++) {
                engines[weights + o * pixels + pixel] = dl4j[weights + pixel * outputs + o];
            }
        }
        return engines;
    }

    @Test
    void stockDepthwiseLayersAreCompiledToo() {
        for (Layer layer :
                List.of(stockDepthwise(CNN2DFormat.NCHW, 1), stockDepthwise(CNN2DFormat.NCHW, 2), separable(1))) {
            assertThat(Replicas.obstacle(network(CNN2DFormat.NCHW, layer), 0)).isEmpty();
        }
        assertThat(Replicas.obstacle(network(CNN2DFormat.NCHW, separable(2)), 0))
                .hasValueSatisfying(why -> assertThat(why).contains("'middle'").contains("SeparableConvolution2D"));
    }

    private static Layer separable(int depthMultiplier) {
        return new SeparableConvolution2D.Builder(3, 3)
                .depthMultiplier(depthMultiplier)
                .nOut(5)
                .activation(Activation.IDENTITY)
                .dataFormat(CNN2DFormat.NCHW)
                .build();
    }

    @Test
    void groupsThatDoNotDivideTheChannelsAreRefusedByTheLayersName() {
        for (GroupedConvolution.Builder layer : new GroupedConvolution.Builder[] {
            groups(3).nOut(6), // of 4 inputs
            groups(2).nOut(5),
            groups(2), // no outputs at all
            groups(GroupedConvolution.DEPTHWISE).nOut(6)
        }) {
            assertThatThrownBy(() -> network(CNN2DFormat.NHWC, layer))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("'middle'", "groups do not divide 4 input", "DEPTHWISE");
        }
    }

    @Test
    void anActivationOfItsOwnIsRefused() {
        assertThatThrownBy(() -> groups(2).nOut(6).activation(Activation.RELU).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ActivationLayer");
    }

    @Test
    void jsonKeepsTheLayer() {
        NetworkDefinition definition = network(
                CNN2DFormat.NCHW,
                groups(2)
                        .nOut(2)
                        .kernelSize(3, 2)
                        .stride(2, 1)
                        .padding(1, 0)
                        .dilation(1, 2)
                        .hasBias(false));
        String json = definition.configuration().toJson();
        NetworkDefinition read =
                new NetworkDefinition(ComputationGraphConfiguration.fromJson(json), definition.input());
        try (Dl4jReplica written = new Dl4jReplica(definition, BATCH, 0);
                Dl4jReplica again = new Dl4jReplica(read, BATCH, 0)) {
            assertThat(CompiledReplica.graphOf(again, read).nodes())
                    .isEqualTo(CompiledReplica.graphOf(written, definition).nodes());
            again.parameters().asFloatBuffer().put(0, Networks.floats(written.parameters()));
            Batch batch = Networks.batch(definition, 3, 0, BATCH);
            assertThat(again.forwardBackward(batch, 1, mark -> {}).lossSum())
                    .isCloseTo(written.forwardBackward(batch, 1, mark -> {}).lossSum(), within(1e-6));
        }
    }

    /** Glorot and Bengio 2010: variance 2 / (fan-in + fan-out). */
    @Test
    void weightsBeginByWhatAnOutputReadsAndAnInputGoesTo() {
        NetworkDefinition definition =
                network(CNN2DFormat.NHWC, groups(2).nOut(256).stride(2, 1));
        INDArray weights = Networks.plain(definition).getLayer("middle").getParam("W");
        double fanIn = 2 * 3 * 3;
        double fanOut = 128 * 3 * 3 / 2.0; // half of them, as the stride is 2
        double expected = Math.sqrt(2 / (fanIn + fanOut)); // 0.058
        assertThat(weights.stdNumber().doubleValue()).isCloseTo(expected, within(0.003));
    }

    @ParameterizedTest
    @MethodSource("names")
    void theSummaryCountsWhatTheEngineCounts(String name) {
        NetworkDefinition definition = networks().get(name);
        try (Dl4jReplica dl4j = new Dl4jReplica(definition, BATCH, 0)) {
            assertThat(ModelSummary.of(definition).flops())
                    .isEqualTo(CompiledReplica.graphOf(dl4j, definition).forwardFlop());
        }
    }

    @Test
    void theSummaryOfStockDepthwiseLayersIsThatOfThisOne() {
        CNN2DFormat format = CNN2DFormat.NHWC;
        GroupedConvolution.Builder own = groups(GroupedConvolution.DEPTHWISE)
                .nOut(2 * CHANNELS)
                .kernelSize(KERNEL_HEIGHT, KERNEL_WIDTH)
                .stride(1, 2);
        assertThat(ModelSummary.of(network(format, stockDepthwise(format, 2))).multiplyAdds())
                .isEqualTo(ModelSummary.of(network(format, own)).multiplyAdds());
    }

    private static void assertClose(float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i])
                    .as("element " + i)
                    .isCloseTo(expected[i], within(1e-4f * (1 + Math.abs(expected[i]))));
        }
    }
}
