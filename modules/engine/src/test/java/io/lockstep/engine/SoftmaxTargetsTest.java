package io.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.engine.cpu.CpuBackend;
import io.lockstep.engine.operations.Losses.SoftmaxCrossEntropy;
import io.lockstep.engine.operations.Products.Dense;
import io.lockstep.engine.reference.ReferenceBackend;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a softmax cross-entropy of vectors is told beside labels, on the CPU and by the reference. */
class SoftmaxTargetsTest {
    @Test
    void mixedLabelsAndWeightsOfASoftmaxAreTheReferences() {
        Graph graph = new GraphBuilder(Shape.vector(3))
                .add("scores", new Dense(4, true))
                .add("loss", new SoftmaxCrossEntropy(0.1, 0.5))
                .build();
        try (Plan cpu = new CpuBackend().compile(graph, PlanOptions.of(3).withThreads(2));
                Plan reference = new ReferenceBackend().compile(graph, PlanOptions.of(3))) {
            for (Plan plan : List.of(cpu, reference)) {
                TestData.load(plan, TestData.parameters(graph, 1));
                Pass pass = plan.pass()
                        .features(LossesTest.bytes(1, 2, 3, -1, 0, 1, 0.5f, 0.5f, -2))
                        .examples(3);
                pass.set(Columns.LABELS, IntBuffer.wrap(new int[] {0, 3, -1}));
                pass.set(Columns.WEIGHTS, FloatBuffer.wrap(new float[] {2, 0.5f, 1}));
                pass.set(Columns.MIXED_LABELS, IntBuffer.wrap(new int[] {2, 3, 1}));
                pass.set(Columns.MIXED_SHARES, FloatBuffer.wrap(new float[] {0.25f, 0.5f, 0.5f}));
                plan.forwardBackward(pass, mark -> {});
            }
            LossesTest.assertSame(cpu, reference);
            assertThat(cpu.sums().of(Loss.COUNT)).isEqualTo(2);
        }
    }

    @Test
    void aMaskOfAVectorsClassesLeavesExamplesOut() {
        Graph graph = new GraphBuilder(Shape.vector(3))
                .input(Columns.LABELS, Shape.vector(1), ElementType.INT32)
                .input(Columns.WEIGHTS, Shape.vector(1), ElementType.FLOAT32)
                .input(Columns.MASK, Shape.vector(1), ElementType.FLOAT32)
                .add("scores", new Dense(4, true), "input")
                .add("loss", new SoftmaxCrossEntropy(0.1), "scores", Columns.LABELS, Columns.WEIGHTS, Columns.MASK)
                .build();
        try (Plan cpu = new CpuBackend().compile(graph, PlanOptions.of(2));
                Plan reference = new ReferenceBackend().compile(graph, PlanOptions.of(2))) {
            for (Plan plan : List.of(cpu, reference)) {
                TestData.load(plan, TestData.parameters(graph, 1));
                Pass pass = plan.pass()
                        .features(LossesTest.bytes(1, 2, 3, -1, 0, 1))
                        .examples(2);
                pass.set(Columns.LABELS, IntBuffer.wrap(new int[] {0, 3}));
                pass.set(Columns.WEIGHTS, FloatBuffer.wrap(new float[] {2, 1}));
                pass.set(Columns.MASK, FloatBuffer.wrap(new float[] {1, 0}));
                plan.forwardBackward(pass, mark -> {});
            }
            LossesTest.assertSame(cpu, reference);
            assertThat(cpu.sums().of(Loss.COUNT)).isEqualTo(1);
        }
    }
}
