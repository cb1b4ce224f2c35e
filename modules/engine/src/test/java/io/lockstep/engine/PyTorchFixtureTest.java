package io.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.engine.Plan.PassResult;
import io.lockstep.engine.cpu.CpuBackend;
import io.lockstep.engine.operations.Attention;
import io.lockstep.engine.operations.Elementwise.Activation;
import io.lockstep.engine.operations.Elementwise.Function;
import io.lockstep.engine.operations.Losses.SoftmaxCrossEntropy;
import io.lockstep.engine.operations.Moves.ChannelRange;
import io.lockstep.engine.operations.Moves.Flatten;
import io.lockstep.engine.operations.Norm.BatchNorm;
import io.lockstep.engine.operations.Norm.GroupNorm;
import io.lockstep.engine.operations.Norm.LayerNorm;
import io.lockstep.engine.operations.Norm.ResponseNorm;
import io.lockstep.engine.operations.Products.Convolution;
import io.lockstep.engine.operations.Products.Dense;
import io.lockstep.engine.operations.Products.TransposedConvolution;
import io.lockstep.engine.operations.Recurrent.Gru;
import io.lockstep.engine.operations.Recurrent.Lstm;
import io.lockstep.engine.operations.Recurrent.SimpleRnn;
import io.lockstep.engine.operations.Resampling.NormPooling;
import io.lockstep.engine.operations.Resampling.Pooling;
import io.lockstep.engine.operations.Resampling.PoolingKind;
import io.lockstep.engine.operations.Resampling.Upsampling;
import io.lockstep.engine.operations.Sequences.TimeStepMask;
import io.lockstep.engine.operations.Sequences.TimeStepRange;
import io.lockstep.engine.reference.ReferenceBackend;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Both backends against what PyTorch computed: src/test/scripts/sequence_fixtures.py and image_fixtures.py. */
class PyTorchFixtureTest {
    private static final int EXAMPLES = 3;
    private static final Map<String, Operation> OPERATIONS = Map.ofEntries(
            Map.entry("lstm", new Lstm(6, false)),
            Map.entry("gru", new Gru(6, false)),
            Map.entry("simple-rnn", new SimpleRnn(6, false)),
            Map.entry("reversed-lstm", new Lstm(6, true)),
            Map.entry("reversed-gru", new Gru(6, true)),
            Map.entry("reversed-simple-rnn", new SimpleRnn(6, true)),
            Map.entry("masked-lstm", new Lstm(6, false, true)),
            Map.entry("masked-gru", new Gru(6, false, true)),
            Map.entry("masked-simple-rnn", new SimpleRnn(6, false, true)),
            Map.entry("layer-norm", new LayerNorm(1e-5, true)),
            Map.entry("group-norm", new GroupNorm(3, 1e-5)),
            Map.entry("instance-norm", new GroupNorm(GroupNorm.CHANNELS, 1e-5)),
            Map.entry("attention", new Attention(2, false, false)),
            Map.entry("causal-attention", new Attention(2, true, false)),
            Map.entry("masked-attention", new Attention(2, false, true)),
            Map.entry("cross-attention", new Attention(2, false, false)),
            Map.entry("gelu", new Activation(Function.GELU)));

    private static final Window THREES = Window.square(3, 2, 1);
    private static final Map<String, Operation> ON_IMAGES = Map.ofEntries(
            Map.entry("convolution", new Convolution(4, THREES, 1, true)),
            Map.entry(
                    "dilated-convolution",
                    new Convolution(3, Window.of(3, 2).padded(2, 1).dilated(2, 2), 1, false)),
            Map.entry("grouped-convolution", new Convolution(9, Window.square(3, 1, 1), 3, true)),
            Map.entry("depthwise-convolution", new Convolution(6, Window.square(3, 1, 1), 6, false)),
            Map.entry("transposed-convolution", new TransposedConvolution(3, THREES, true)),
            Map.entry("batch-norm", new BatchNorm(1e-5, 0.9, false)),
            Map.entry("max-pooling", new Pooling(PoolingKind.MAX, THREES)),
            Map.entry("average-pooling", new Pooling(PoolingKind.AVERAGE, THREES)),
            Map.entry("average-pooling-with-padding", new Pooling(PoolingKind.AVERAGE_WITH_PADDING, THREES)),
            Map.entry("norm-pooling", new NormPooling(2, Window.square(3, 2, 0))),
            Map.entry("upsampling", new Upsampling(2, 2)),
            Map.entry("response-norm", new ResponseNorm(5, 2, 0.1, 0.75)),
            Map.entry("elu", new Activation(Function.ELU)),
            Map.entry("softplus", new Activation(Function.SOFTPLUS)),
            Map.entry("swish", new Activation(Function.SWISH)),
            Map.entry("leaky-relu", new Activation(Function.LEAKY_RELU, 0.2)),
            Map.entry("relu", new Activation(Function.RELU)),
            Map.entry("tanh", new Activation(Function.TANH)),
            Map.entry("sigmoid", new Activation(Function.SIGMOID)),
            Map.entry("relu6", new Activation(Function.RELU6)),
            Map.entry("selu", new Activation(Function.SELU)),
            Map.entry("mish", new Activation(Function.MISH)),
            Map.entry("hard-tanh", new Activation(Function.HARD_TANH)),
            Map.entry("softsign", new Activation(Function.SOFTSIGN)),
            Map.entry("thresholded-relu", new Activation(Function.THRESHOLDED_RELU, 0.1)),
            Map.entry("elu-of-another-alpha", new Activation(Function.ELU, 0.3)),
            Map.entry("gelu-by-tanh", new Activation(Function.GELU_TANH)));

    /** Of recurrent cells whose gradients go back within blocks of two steps. */
    private static final String TRUNCATED = "truncated-";

    static Stream<String> names() {
        return Stream.concat(
                OPERATIONS.keySet().stream(),
                Stream.of("lstm", "gru", "simple-rnn").map(cell -> TRUNCATED + cell));
    }

    static Stream<String> namesOnImages() {
        return ON_IMAGES.keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("namesOnImages")
    void onImagesTooTheyArePyTorchs(String name) throws IOException {
        Map<String, float[]> expected = read("images/" + name);
        Graph graph = new GraphBuilder(new Shape(7, 5, 2))
                .add("linear", new Convolution(6, Window.square(1, 1, 0), 1, true))
                .add("operation", ON_IMAGES.get(name))
                .add("flat", new Flatten(true))
                .add("loss", new SoftmaxCrossEntropy(0))
                .build();
        assertPyTorchs(graph, expected.get("labels").length, expected);
    }

    @ParameterizedTest
    @MethodSource("names")
    void outputsLossAndGradientsArePyTorchs(String name) throws IOException {
        Map<String, float[]> expected = read(name);
        assertPyTorchs(graph(name), EXAMPLES, expected);
    }

    private static Graph graph(String name) {
        Operation operation = OPERATIONS.get(name.replace(TRUNCATED, ""));
        GraphBuilder graph = new GraphBuilder(Shape.sequence(5, 4)).add("linear", new Dense(12, true), "input");
        if (name.startsWith("masked-")) {
            graph.add("there", new TimeStepMask(0), "input").add("operation", operation, "linear", "there");
        } else if (name.startsWith("cross-")) {
            graph.add("queries", new ChannelRange(0, 4), "linear")
                    .add("some", new TimeStepRange(1, 3), "queries")
                    .add("asked", new ChannelRange(4, 8), "linear")
                    .add("operation", operation, "some", "asked");
        } else {
            graph.add("operation", operation, "linear");
        }
        return graph.add("loss", new SoftmaxCrossEntropy(0), "operation")
                .truncation(name.startsWith(TRUNCATED) ? 2 : 0)
                .build();
    }

    private static void assertPyTorchs(Graph graph, int examples, Map<String, float[]> expected) {
        try (Plan reference = new ReferenceBackend().compile(graph, PlanOptions.of(examples));
                Plan cpu =
                        new CpuBackend().compile(graph, PlanOptions.of(examples).withThreads(2))) {
            for (Plan plan : new Plan[] {reference, cpu}) {
                TestData.load(plan, expected.get("parameters"));
                ByteBuffer features = buffer(expected.get("features"));
                IntBuffer labels = labels(expected.get("labels"));
                PassResult result = plan.forwardBackward(features, labels, examples, 0, 0, mark -> {});
                assertThat(result.lossSum()).isCloseTo(expected.get("loss")[0], within(1e-4));
                float[] gradients = expected.get("gradients"); // PyTorch's has none of running statistics
                assertThat(gradients)
                        .hasSizeGreaterThanOrEqualTo(plan.gradients().limit() / Float.BYTES - 2 * 6);
                assertClose(plan.gradients().slice(0, gradients.length * Float.BYTES), gradients);
                plan.evaluate(features, labels, examples, new int[labels.capacity()]);
            }
            assertClose(cpu.scores(), expected.get("outputs"));
        }
    }

    static Map<String, float[]> read(String name) throws IOException {
        try (InputStream in = PyTorchFixtureTest.class.getResourceAsStream(name + ".txt")) {
            return vectors(new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList());
        }
    }

    /** @param lines of each vector its name and its numbers */
    static Map<String, float[]> vectors(List<String> lines) {
        Map<String, float[]> vectors = new HashMap<>();
        for (String line : lines) {
            String[] words = line.split(" ");
            float[] values = new float[words.length - 1];
            for (int i = 0; i < values.length; i++) {
                values[i] = Float.parseFloat(words[i + 1]);
            }
            vectors.put(words[0], values);
        }
        return vectors;
    }

    private static ByteBuffer buffer(float[] values) {
        ByteBuffer buffer =
                ByteBuffer.allocateDirect(values.length * Float.BYTES).order(ByteOrder.nativeOrder());
        buffer.asFloatBuffer().put(values);
        return buffer;
    }

    private static IntBuffer labels(float[] values) {
        IntBuffer labels = IntBuffer.allocate(values.length);
        Arrays.setAll(labels.array(), i -> (int) values[i]);
        return labels;
    }

    static void assertClose(ByteBuffer actual, float[] expected) {
        actual.order(ByteOrder.nativeOrder());
        assertThat(actual.limit() / Float.BYTES).isEqualTo(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual.getFloat(i * Float.BYTES))
                    .as("element " + i)
                    .isCloseTo(expected[i], within(2e-5f + 2e-5f * Math.abs(expected[i])));
        }
    }
}
