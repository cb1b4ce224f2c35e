package io.lockstep.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.engine.Backend;
import io.lockstep.engine.Graph;
import io.lockstep.engine.ImageGraphs;
import io.lockstep.engine.Plan;
import io.lockstep.engine.Plan.PassResult;
import io.lockstep.engine.PlanOptions;
import io.lockstep.engine.TestData;
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
            AgainstReference.compare(
                    graph,
                    threads,
                    CAPACITY,
                    large ? new int[] {CAPACITY, 1} : new int[] {CAPACITY, 2, 1, CAPACITY - 1, CAPACITY});
        }
    }

    @ParameterizedTest
    @MethodSource("graphs")
    void theSameBatchGivesTheSameBits(String name) {
        Graph graph = TestGraphs.any(name);
        try (Plan plan =
                new CpuBackend().compile(graph, PlanOptions.of(CAPACITY).withThreads(2))) {
            TestData.load(plan, TestData.parameters(graph, 1));
            ByteBuffer features = TestData.features(graph, CAPACITY, 2);
            IntBuffer labels = TestData.labels(graph, CAPACITY, 3);
            plan.forwardBackward(features, labels, CAPACITY, 0, 4, mark -> {});
            ByteBuffer first = ByteBuffer.allocate(plan.gradients().limit())
                    .put(plan.gradients())
                    .flip();
            plan.forwardBackward(TestData.features(graph, 2, 5), TestData.labels(graph, 2, 6), 2, 0, 5, mark -> {});
            IntBuffer three = TestData.labels(graph, 3, 6);
            plan.evaluate(TestData.features(graph, 3, 5), three, 3, new int[three.capacity()]);
            plan.forwardBackward(features, labels, CAPACITY, 0, 4, mark -> {});
            assertThat(plan.gradients()).isEqualTo(first);
        }
    }

    @Test
    void theWatermarkFallsToZeroAndWhatIsAboveItIsFinal() {
        Graph graph = TestGraphs.all().get("residual");
        try (Plan plan =
                new CpuBackend().compile(graph, PlanOptions.of(CAPACITY).withThreads(2))) {
            TestData.load(plan, TestData.parameters(graph, 1));
            List<Long> marks = new ArrayList<>();
            List<ByteBuffer> seen = new ArrayList<>();
            plan.forwardBackward(
                    TestData.features(graph, CAPACITY, 2),
                    TestData.labels(graph, CAPACITY, 3),
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

    static Stream<Backend> backends() {
        return Stream.of(new CpuBackend(), new ReferenceBackend());
    }

    /** More than enough bytes are no good either: of pictures in colour a network for grey ones would see pieces. */
    @ParameterizedTest
    @MethodSource("backends")
    void refusesWhatIsNotExactlyItsExamples(Backend backend) {
        Graph graph = TestGraphs.all().get("dense"); // 13 numbers, 5 classes
        try (Plan plan = backend.compile(graph, PlanOptions.of(2).withThreads(2))) {
            ByteBuffer two = TestData.features(graph, 2, 2);
            IntBuffer labels = IntBuffer.wrap(new int[] {0, 4});
            refuses(plan, TestData.features(graph, 3, 2), IntBuffer.wrap(new int[3]), 3, "3 examples", "at most 2");
            refuses(plan, two, IntBuffer.wrap(new int[] {0, 5}), 2, "label 5 of example 1", "5 classes");
            refuses(plan, two, IntBuffer.wrap(new int[] {0, 4, 0}), 2, "3 of labels", "have 2");
            refuses(plan, two, IntBuffer.wrap(new int[] {0}), 2, "1 of labels", "have 2");
            refuses(plan, two, labels, 1, "1 examples with 104 bytes", "1x1x13", "have 52");
            refuses(plan, two.slice(0, 103), labels, 2, "103 bytes", "1x1x13", "have 104");
            assertThat(plan.forwardBackward(two, labels, 2, 0, 4, mark -> {}).lossSum())
                    .isPositive();
        }
    }

    private static void refuses(Plan plan, ByteBuffer features, IntBuffer labels, int examples, String... words) {
        assertThatThrownBy(() -> plan.forwardBackward(features, labels, examples, 0, 4, mark -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(words);
        assertThatThrownBy(() -> plan.evaluate(features, labels, examples, new int[9]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(words);
    }

    @Test
    void noExamplesGiveNoGradient() {
        Graph graph = TestGraphs.all().get("dense");
        try (Plan plan =
                new CpuBackend().compile(graph, PlanOptions.of(CAPACITY).withThreads(2))) {
            TestData.load(plan, TestData.parameters(graph, 1));
            ByteBuffer features = TestData.features(graph, 2, 2);
            IntBuffer labels = TestData.labels(graph, 2, 3);
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
        Graph graph = ImageGraphs.tilesWithoutNorm();
        float[] parameters = TestData.parameters(graph, 1);
        ByteBuffer features = TestData.features(graph, many, 2);
        IntBuffer labels = TestData.labels(graph, many, 3);
        int bytes = features.limit() / 3;
        try (Plan large = new CpuBackend().compile(graph, PlanOptions.of(many).withThreads(1));
                Plan small = new CpuBackend().compile(graph, PlanOptions.of(few).withThreads(1))) {
            TestData.load(large, parameters);
            TestData.load(small, parameters);
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
