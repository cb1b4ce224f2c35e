package io.lockstep.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Plan;
import io.lockstep.engine.Plan.PassResult;
import io.lockstep.engine.PlanOptions;
import io.lockstep.engine.TestData;
import io.lockstep.engine.operations.Norm.BatchNorm;
import io.lockstep.engine.reference.ReferenceBackend;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;

/** What the CPU computes, against double precision. */
final class AgainstReference {
    private AgainstReference() {}

    /**
     * Compares loss and gradients of a training pass, and loss and predictions of an evaluation.
     *
     * @param sizes of batches, one after the other on the same plans: memory holds what the last pass left
     */
    static void compare(Graph graph, int threads, int capacity, int... sizes) {
        try (Plan cpu = new CpuBackend().compile(graph, PlanOptions.of(capacity).withThreads(threads));
                Plan reference = new ReferenceBackend().compile(graph, PlanOptions.of(capacity))) {
            for (int examples : sizes) {
                float[] parameters = TestData.parameters(graph, examples);
                TestData.load(cpu, parameters);
                TestData.load(reference, parameters);
                compare(graph, cpu, reference, examples, threads + " threads, " + examples + " examples");
            }
        }
    }

    private static void compare(Graph graph, Plan cpu, Plan reference, int examples, String what) {
        ByteBuffer features = TestData.features(graph, examples, 7);
        IntBuffer labels = TestData.labels(graph, examples, 8);
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
}
