package io.lockstep.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Operation.BatchNorm;
import io.lockstep.engine.Plan;
import io.lockstep.engine.Plan.PassResult;
import io.lockstep.engine.TestGraphs;
import io.lockstep.engine.reference.ReferenceBackend;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CpuAgainstReferenceTest {
    private static final int CAPACITY = 7;

    static Stream<String> graphs() {
        return Stream.concat(TestGraphs.all().keySet().stream(), TestGraphs.large().keySet().stream());
    }

    @ParameterizedTest
    @MethodSource("graphs")
    void sameLossAndGradientsForEveryNumberOfThreadsAndExamples(String name) {
        Graph graph = TestGraphs.any(name);
        boolean large = TestGraphs.large().containsKey(name); // the reference is slow
        for (int threads : large ? new int[] {2} : new int[] {1, 2, 3}) {
            try (Plan cpu = new CpuBackend(threads).compile(graph, CAPACITY);
                    Plan reference = new ReferenceBackend().compile(graph, CAPACITY)) {
                for (int examples :
                        large ? new int[] {CAPACITY, 1} : new int[] {CAPACITY, 2, 1, CAPACITY - 1, CAPACITY}) {
                    float[] parameters = TestGraphs.parameters(graph, examples);
                    TestGraphs.load(cpu, parameters);
                    TestGraphs.load(reference, parameters);
                    compare(graph, cpu, reference, examples, threads + " threads, " + examples + " examples");
                }
            }
        }
    }

    private static void compare(Graph graph, Plan cpu, Plan reference, int examples, String what) {
        ByteBuffer features = TestGraphs.features(graph, examples, 7);
        IntBuffer labels = TestGraphs.labels(graph, examples, 8);
        PassResult expected = reference.forwardBackward(features, labels, examples, 3, 9, mark -> {});
        PassResult actual = cpu.forwardBackward(features, labels, examples, 3, 9, mark -> {});
        double leeway = leeway(graph, examples);
        assertThat(actual.lossSum()).as(what).isCloseTo(expected.lossSum(), within(1e-4 * examples * leeway));
        ByteBuffer wanted = reference.gradients();
        ByteBuffer got = cpu.gradients();
        for (Graph.Node node : graph.nodes()) {
            double scale = largest(wanted, node);
            for (int i = 0; i < node.parameters(); i++) {
                int at = (int) (node.parametersAt() + i) * Float.BYTES;
                assertThat(got.getFloat(at))
                        .as(what + ", " + node.name() + "[" + i + "]")
                        .isCloseTo(wanted.getFloat(at), within((float) ((2e-4 * scale + 2e-5) * leeway)));
            }
        }
        int[] predictions = new int[labels.capacity()];
        int[] wantedPredictions = new int[labels.capacity()];
        PassResult evaluated = cpu.evaluate(features, labels, examples, predictions);
        PassResult wantedResult = reference.evaluate(features, labels, examples, wantedPredictions);
        assertThat(evaluated.lossSum()).as(what).isCloseTo(wantedResult.lossSum(), within(1e-3 * examples));
        assertThat(predictions).as(what).isEqualTo(wantedPredictions);
        assertThat(evaluated.correct()).isEqualTo(wantedResult.correct());
    }

    /**
     * 1, as a rule. A batch norm of a single row has variance 0 and so divides by the square root of its epsilon: what
     * cancels in double precision leaves float32's rounding behind, 316 times as large.
     */
    private static double leeway(Graph graph, int examples) {
        return graph.nodes().stream()
                .filter(node -> node.shape().pixels() * examples == 1)
                .filter(node -> node.operation() instanceof BatchNorm)
                .mapToDouble(node -> 1 / Math.sqrt(((BatchNorm) node.operation()).epsilon()))
                .max()
                .orElse(1);
    }

    private static double largest(ByteBuffer gradients, Graph.Node node) {
        double largest = 0;
        for (int i = 0; i < node.parameters(); i++) {
            largest = Math.max(largest, Math.abs(gradients.getFloat((int) (node.parametersAt() + i) * Float.BYTES)));
        }
        return largest;
    }

    @ParameterizedTest
    @MethodSource("graphs")
    void theSameBatchGivesTheSameBits(String name) {
        Graph graph = TestGraphs.any(name);
        try (Plan plan = new CpuBackend(2).compile(graph, CAPACITY)) {
            TestGraphs.load(plan, TestGraphs.parameters(graph, 1));
            ByteBuffer features = TestGraphs.features(graph, CAPACITY, 2);
            IntBuffer labels = TestGraphs.labels(graph, CAPACITY, 3);
            plan.forwardBackward(features, labels, CAPACITY, 0, 4, mark -> {});
            ByteBuffer first = ByteBuffer.allocate(plan.gradients().limit())
                    .put(plan.gradients())
                    .flip();
            plan.forwardBackward(features, labels, 2, 0, 5, mark -> {});
            plan.evaluate(features, labels, 3, new int[3 * graph.last().shape().pixels()]);
            plan.forwardBackward(features, labels, CAPACITY, 0, 4, mark -> {});
            assertThat(plan.gradients()).isEqualTo(first);
        }
    }

    @Test
    void theWatermarkFallsToZeroAndWhatIsAboveItIsFinal() {
        Graph graph = TestGraphs.all().get("residual");
        try (Plan plan = new CpuBackend(2).compile(graph, CAPACITY)) {
            TestGraphs.load(plan, TestGraphs.parameters(graph, 1));
            List<Long> marks = new ArrayList<>();
            List<ByteBuffer> seen = new ArrayList<>();
            plan.forwardBackward(
                    TestGraphs.features(graph, CAPACITY, 2),
                    TestGraphs.labels(graph, CAPACITY, 3),
                    CAPACITY,
                    0,
                    4,
                    mark -> {
                        marks.add(mark);
                        int at = (int) (mark * Float.BYTES);
                        int size = plan.gradients().limit() - at;
                        seen.add(ByteBuffer.allocate(size)
                                .put(plan.gradients().slice(at, size))
                                .flip());
                    });
            assertThat(marks).isSortedAccordingTo((a, b) -> Long.compare(b, a)).endsWith(0L);
            assertThat(marks).doesNotHaveDuplicates();
            for (int i = 0; i < marks.size(); i++) {
                int at = (int) (marks.get(i) * Float.BYTES);
                assertThat(plan.gradients().slice(at, plan.gradients().limit() - at))
                        .isEqualTo(seen.get(i));
            }
        }
    }

    @Test
    void refusesWhatDoesNotFit() {
        Graph graph = TestGraphs.all().get("dense");
        try (Plan plan = new CpuBackend(1).compile(graph, 2)) {
            ByteBuffer features = TestGraphs.features(graph, 3, 2);
            IntBuffer labels = IntBuffer.wrap(new int[] {0, 5, 0});
            assertThatThrownBy(() -> plan.forwardBackward(features, labels, 3, 0, 4, mark -> {}))
                    .hasMessageContaining("for a plan of 2");
            assertThatThrownBy(() -> plan.forwardBackward(features, labels, 2, 0, 4, mark -> {}))
                    .hasMessageContaining("label 5 of example 1");
        }
    }

    @Test
    void noExamplesGiveNoGradient() {
        Graph graph = TestGraphs.all().get("dense");
        try (Plan plan = new CpuBackend(2).compile(graph, CAPACITY)) {
            TestGraphs.load(plan, TestGraphs.parameters(graph, 1));
            ByteBuffer features = TestGraphs.features(graph, 2, 2);
            IntBuffer labels = TestGraphs.labels(graph, 2, 3);
            plan.forwardBackward(features, labels, 2, 0, 4, mark -> {});
            List<Long> marks = new ArrayList<>();
            assertThat(plan.forwardBackward(features, labels, 0, 0, 4, marks::add))
                    .isEqualTo(new PassResult(0, 0));
            assertThat(marks).containsExactly(0L);
            assertThat(plan.gradients())
                    .isEqualTo(ByteBuffer.allocate(plan.gradients().limit()));
        }
    }

    /** Of a 4x4 picture a lane transforms 128 at a time, and the weights of 48 outputs. */
    @Test
    void manyExamplesByTilesGiveTheSumOfFew() {
        int few = 50;
        int many = 3 * few;
        Graph graph = TestGraphs.tilesWithoutNorm();
        float[] parameters = TestGraphs.parameters(graph, 1);
        ByteBuffer features = TestGraphs.features(graph, many, 2);
        IntBuffer labels = TestGraphs.labels(graph, many, 3);
        int bytes = features.limit() / 3;
        try (Plan large = new CpuBackend(1).compile(graph, many);
                Plan small = new CpuBackend(1).compile(graph, few)) {
            TestGraphs.load(large, parameters);
            TestGraphs.load(small, parameters);
            double[] sums = new double[(int) graph.parameters()];
            double lossSum = 0;
            for (int part = 0; part < 3; part++) {
                ByteBuffer its = features.slice(part * bytes, bytes).order(features.order());
                lossSum += small.forwardBackward(its, labels.slice(part * few, few), few, 0, 4, mark -> {})
                        .lossSum();
                for (int i = 0; i < sums.length; i++) {
                    sums[i] += small.gradients().getFloat(i * Float.BYTES);
                }
            }
            assertThat(large.forwardBackward(features, labels, many, 0, 4, mark -> {})
                            .lossSum())
                    .isCloseTo(lossSum, within(1e-5 * lossSum));
            double largest = Arrays.stream(sums).map(Math::abs).max().orElseThrow();
            for (int i = 0; i < sums.length; i++) {
                assertThat((double) large.gradients().getFloat(i * Float.BYTES))
                        .isCloseTo(sums[i], within(1e-5 * largest));
            }
        }
    }
}
