package io.lockstep.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.engine.Columns;
import io.lockstep.engine.Graph;
import io.lockstep.engine.GraphBuilder;
import io.lockstep.engine.ImageGraphs;
import io.lockstep.engine.Loss;
import io.lockstep.engine.Pass;
import io.lockstep.engine.Plan;
import io.lockstep.engine.PlanOptions;
import io.lockstep.engine.TestData;
import io.lockstep.engine.TestGraphs;
import io.lockstep.engine.operations.Losses.BinaryLoss;
import io.lockstep.engine.operations.Losses.Rule;
import io.lockstep.engine.operations.Norm.BatchNorm;
import io.lockstep.engine.reference.ReferenceNetwork;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import org.junit.jupiter.api.Test;

/** Parts of a network, as two that play against each other need them. */
class GraphPartsTest {
    private static final int EXAMPLES = 5;

    @Test
    void whatOnePartHandsOutTheOtherTakesIn() {
        Graph plain = TestGraphs.judgement(Rule.CROSS_ENTROPY);
        String judged = plain.node(plain.last().input()).name();
        Graph whole = plain.withOutputs(judged);
        Graph first = TestGraphs.judgement(Rule.CROSS_ENTROPY).upTo("both");
        Graph second = whole.after("both");
        assertThat(first.parameters() + second.parameters()).isEqualTo(whole.parameters());
        ByteBuffer features = TestData.features(whole, EXAMPLES, 2);
        IntBuffer labels = TestData.labels(whole, EXAMPLES, 3);
        try (Plan all = new CpuBackend().compile(whole, PlanOptions.of(EXAMPLES).withThreads(2))) {
            TestData.load(all, TestData.parameters(whole, 1));
            int cut = (int) first.parameters() * Float.BYTES;
            ByteBuffer parameters = all.parameters();
            try (Plan head = new CpuBackend()
                            .compile(
                                    first,
                                    PlanOptions.of(EXAMPLES).withThreads(2).withParameters(slice(parameters, 0, cut)));
                    Plan tail = new CpuBackend()
                            .compile(
                                    second,
                                    PlanOptions.of(EXAMPLES)
                                            .withParameters(slice(parameters, cut, parameters.limit())))) {
                double loss = all.forwardBackward(features, labels, EXAMPLES, 0, 7, mark -> {})
                        .lossSum();
                head.forward(features, EXAMPLES, 0, 7, true);
                ByteBuffer handed = copy(head.scores());
                assertThat(tail.forwardBackward(handed, labels, EXAMPLES, 0, 7, mark -> {})
                                .lossSum())
                        .isCloseTo(loss, within(1e-5));
                assertThat(tail.gradients()).isEqualTo(slice(all.gradients(), cut, parameters.limit()));
                assertThat(floats(tail.output(judged))).containsExactly(floats(all.output(judged)), within(1e-6f));
            }
        }
        assertThatThrownBy(() -> whole.after("d1")).hasMessageContaining("both").hasMessageContaining("condition");
    }

    @Test
    void auxiliaryClassifiersTrainWhatTheyReadAndAreNotInWhatIsTold() {
        Graph with = ImageGraphs.auxiliary();
        Graph without = new GraphBuilder(with.inputShape())
                .add("c1", with.named("c1").operation(), "input")
                .add("r1", with.named("r1").operation())
                .add("c2", with.named("c2").operation())
                .add("n2", with.named("n2").operation())
                .add("r2", with.named("r2").operation())
                .add("flat2", with.named("flat2").operation())
                .add("scores", with.named("scores").operation())
                .add("loss", with.last().operation())
                .build();
        ByteBuffer features = TestData.features(with, EXAMPLES, 2);
        IntBuffer labels = TestData.labels(with, EXAMPLES, 3);
        float[] all = TestData.parameters(with, 1);
        float[] own = new float[(int) without.parameters()];
        int c1 = with.named("c1").parameters();
        int c2 = (int) with.named("c2").parametersAt();
        System.arraycopy(all, 0, own, 0, c1);
        System.arraycopy(all, c2, own, c1, own.length - c1);
        try (Plan plan = new CpuBackend().compile(with, PlanOptions.of(EXAMPLES).withThreads(2));
                Plan alone = new CpuBackend()
                        .compile(without, PlanOptions.of(EXAMPLES).withThreads(2))) {
            TestData.load(plan, all);
            TestData.load(alone, own);
            assertThat(plan.forwardBackward(features, labels, EXAMPLES, 0, 7, mark -> {}))
                    .isEqualTo(alone.forwardBackward(features, labels, EXAMPLES, 0, 7, mark -> {}));
            int scores = (int) (with.named("scores").parametersAt() - c2 + c1) * Float.BYTES;
            int shift = (c2 - c1) * Float.BYTES;
            int end = own.length * Float.BYTES;
            assertThat(slice(plan.gradients(), scores + shift, end + shift))
                    .isEqualTo(slice(alone.gradients(), scores, end));
            assertThat(slice(plan.gradients(), 0, c1)).isNotEqualTo(slice(alone.gradients(), 0, c1));
            int[] predictions = new int[EXAMPLES];
            int[] expected = new int[EXAMPLES];
            assertThat(plan.evaluate(features, labels, EXAMPLES, predictions))
                    .isEqualTo(alone.evaluate(features, labels, EXAMPLES, expected));
            assertThat(predictions).isEqualTo(expected);
        }
    }

    @Test
    void whatIsFrozenChangesNothingForTheRest() {
        Graph whole = ImageGraphs.transposed();
        Graph frozen = whole.frozenAfter("t2");
        ByteBuffer features = TestData.features(whole, EXAMPLES, 2);
        IntBuffer labels = TestData.labels(whole, EXAMPLES, 3);
        try (Plan all = new CpuBackend().compile(whole, PlanOptions.of(EXAMPLES).withThreads(2));
                Plan part = new CpuBackend()
                        .compile(frozen, PlanOptions.of(EXAMPLES).withThreads(2))) {
            TestData.load(all, TestData.parameters(whole, 1));
            TestData.load(part, TestData.parameters(whole, 1));
            all.forwardBackward(features, labels, EXAMPLES, 0, 7, mark -> {});
            long[] marks = {Long.MAX_VALUE};
            part.forwardBackward(features, labels, EXAMPLES, 0, 7, mark -> marks[0] = mark);
            int end = (int) whole.upTo("t2").parameters() * Float.BYTES;
            assertThat(slice(part.gradients(), 0, end)).isEqualTo(slice(all.gradients(), 0, end));
            assertThat(part.gradients().getFloat(part.gradients().limit() - Float.BYTES))
                    .isZero();
            assertThat(marks[0]).isZero();
        }
    }

    @Test
    void theGradientTowardsTheInputIsTheReferences() {
        for (String name : TestGraphs.all().keySet()) {
            Graph graph = TestGraphs.all().get(name);
            if (TestData.embeds(graph)) {
                continue; // numbers of a vocabulary have no gradient
            }
            ByteBuffer features = TestData.features(graph, EXAMPLES, 2);
            IntBuffer labels = TestData.labels(graph, EXAMPLES, 3);
            float[] parameters = TestData.parameters(graph, 1);
            var reference = new ReferenceNetwork(graph, doubles(parameters), true, 7, 0);
            int[] classes = new int[labels.remaining()];
            labels.duplicate().get(classes);
            reference.forward(doubles(features), classes);
            reference.backward();
            try (Plan plan = new CpuBackend()
                    .compile(graph.towardsInput(), PlanOptions.of(EXAMPLES).withThreads(2))) {
                TestData.load(plan, parameters);
                plan.forwardBackward(features, labels, EXAMPLES, 0, 7, mark -> {});
                boolean norms = graph.nodes().stream().anyMatch(node -> node.operation() instanceof BatchNorm);
                for (int i = 0; i < reference.inputGradient().length; i++) {
                    assertThat((double) plan.inputGradient().getFloat(i * Float.BYTES))
                            .as("%s, input %d", name, i)
                            .isCloseTo(reference.inputGradient()[i], within(norms ? 2e-3 : 2e-4));
                }
            }
        }
    }

    @Test
    void weightsOfExamplesScaleTheirLossAndGradient() {
        Graph graph = TestGraphs.judgement(Rule.WASSERSTEIN);
        assertThat(((BinaryLoss) graph.last().operation()).rule()).isEqualTo(Rule.WASSERSTEIN);
        ByteBuffer features = TestData.features(graph, EXAMPLES, 2);
        IntBuffer labels = TestData.labels(graph, EXAMPLES, 3);
        try (Plan plan =
                new CpuBackend().compile(graph, PlanOptions.of(EXAMPLES).withThreads(2))) {
            TestData.load(plan, TestData.parameters(graph, 1));
            double loss = plan.forwardBackward(features, labels, EXAMPLES, 0, 7, mark -> {})
                    .lossSum();
            float gradient = plan.gradients().getFloat(0);
            Pass weighed = plan.pass().set(Columns.WEIGHTS, FloatBuffer.wrap(new float[] {-2, -2, -2, -2, -2}));
            plan.forwardBackward(weighed, mark -> {});
            assertThat(plan.sums().of(Loss.LOSS)).isCloseTo(-2 * loss, within(1e-6));
            assertThat(plan.gradients().getFloat(0)).isCloseTo(-2 * gradient, within(1e-6f));
        }
    }

    private static ByteBuffer slice(ByteBuffer buffer, int from, int to) {
        return buffer.slice(from, to - from).order(ByteOrder.nativeOrder());
    }

    private static ByteBuffer copy(ByteBuffer buffer) {
        return ByteBuffer.allocateDirect(buffer.remaining())
                .order(ByteOrder.nativeOrder())
                .put(buffer)
                .flip();
    }

    private static float[] floats(ByteBuffer buffer) {
        float[] values = new float[buffer.limit() / Float.BYTES];
        buffer.asFloatBuffer().get(values);
        return values;
    }

    private static double[] doubles(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }

    private static double[] doubles(ByteBuffer floats) {
        double[] doubles = new double[floats.limit() / Float.BYTES];
        for (int i = 0; i < doubles.length; i++) {
            doubles[i] = floats.getFloat(i * Float.BYTES);
        }
        return doubles;
    }
}
