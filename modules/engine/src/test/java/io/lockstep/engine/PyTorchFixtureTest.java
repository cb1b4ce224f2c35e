package io.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.engine.Operation.Activation;
import io.lockstep.engine.Operation.Dense;
import io.lockstep.engine.Operation.Function;
import io.lockstep.engine.Operation.SoftmaxCrossEntropy;
import io.lockstep.engine.Plan.PassResult;
import io.lockstep.engine.SequenceOperation.Attention;
import io.lockstep.engine.SequenceOperation.GroupNorm;
import io.lockstep.engine.SequenceOperation.Gru;
import io.lockstep.engine.SequenceOperation.LayerNorm;
import io.lockstep.engine.SequenceOperation.Lstm;
import io.lockstep.engine.SequenceOperation.SimpleRnn;
import io.lockstep.engine.cpu.CpuBackend;
import io.lockstep.engine.cpu.CpuPlan;
import io.lockstep.engine.reference.ReferenceBackend;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Both backends against what PyTorch computed: src/test/scripts/sequence_fixtures.py. */
@Timeout(60)
class PyTorchFixtureTest {
    private static final int EXAMPLES = 3;
    private static final Map<String, Operation> OPERATIONS = Map.of(
            "lstm", new Lstm(6, false),
            "gru", new Gru(6, false),
            "simple-rnn", new SimpleRnn(6, false),
            "layer-norm", new LayerNorm(1e-5, true),
            "group-norm", new GroupNorm(3, 1e-5),
            "instance-norm", new GroupNorm(GroupNorm.CHANNELS, 1e-5),
            "attention", new Attention(2, false, false),
            "causal-attention", new Attention(2, true, false),
            "gelu", new Activation(Function.GELU));

    static Stream<String> names() {
        return OPERATIONS.keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("names")
    void outputsLossAndGradientsArePyTorchs(String name) throws IOException {
        Map<String, float[]> expected = read(name);
        Graph graph = new Graph.Builder(Shape.sequence(5, 4))
                .add("linear", new Dense(12, true))
                .add("operation", OPERATIONS.get(name))
                .add("loss", new SoftmaxCrossEntropy(0))
                .build();
        try (Plan reference = new ReferenceBackend().compile(graph, EXAMPLES);
                CpuPlan cpu = new CpuBackend(2).compile(graph, EXAMPLES)) {
            for (Plan plan : new Plan[] {reference, cpu}) {
                TestGraphs.load(plan, expected.get("parameters"));
                ByteBuffer features = buffer(expected.get("features"));
                IntBuffer labels = labels(expected.get("labels"));
                PassResult result = plan.forwardBackward(features, labels, EXAMPLES, 0, 0, mark -> {});
                assertThat(result.lossSum()).isCloseTo(expected.get("loss")[0], within(1e-4));
                assertClose(plan.gradients(), expected.get("gradients"));
                plan.evaluate(features, labels, EXAMPLES, new int[labels.capacity()]);
            }
            assertClose(cpu.scores(), expected.get("outputs"));
        }
    }

    private static Map<String, float[]> read(String name) throws IOException {
        Map<String, float[]> vectors = new HashMap<>();
        try (InputStream in = PyTorchFixtureTest.class.getResourceAsStream(name + ".txt")) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                String[] words = line.split(" ");
                float[] values = new float[words.length - 1];
                for (int i = 0; i < values.length; i++) {
                    values[i] = Float.parseFloat(words[i + 1]);
                }
                vectors.put(words[0], values);
            }
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

    private static void assertClose(ByteBuffer actual, float[] expected) {
        assertThat(actual.limit() / Float.BYTES).isEqualTo(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual.getFloat(i * Float.BYTES))
                    .as("element " + i)
                    .isCloseTo(expected[i], within(2e-5f + 2e-5f * Math.abs(expected[i])));
        }
    }
}
