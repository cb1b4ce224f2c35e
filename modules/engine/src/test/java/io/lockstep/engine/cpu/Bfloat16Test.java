package io.lockstep.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.lockstep.engine.Graph;
import io.lockstep.engine.GraphBuilder;
import io.lockstep.engine.ImageGraphs;
import io.lockstep.engine.Plan;
import io.lockstep.engine.Plan.PassResult;
import io.lockstep.engine.PlanOptions;
import io.lockstep.engine.Precision;
import io.lockstep.engine.Shape;
import io.lockstep.engine.TestData;
import io.lockstep.engine.TestGraphs;
import io.lockstep.engine.Window;
import io.lockstep.engine.cpu.onednn.OneDnn;
import io.lockstep.engine.operations.Losses.SoftmaxCrossEntropy;
import io.lockstep.engine.operations.Moves.Flatten;
import io.lockstep.engine.operations.Norm.BatchNorm;
import io.lockstep.engine.operations.Products.Convolution;
import io.lockstep.engine.operations.Products.Dense;
import io.lockstep.engine.reference.ReferenceBackend;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Bfloat16Test {
    private static final int CAPACITY = 7;

    /** Convolutions with and without bias, and a dense layer of each step: what is rounded, and beside it what is not. */
    private static final Map<String, Graph> GRAPHS = Map.of(
            "residual", ImageGraphs.residual(),
            "convolutions", ImageGraphs.convolutions(),
            "activations", TestGraphs.activations(),
            "tiles beside it",
                    new GraphBuilder(new Shape(5, 4, 64))
                            .add("tiled", new Convolution(64, Window.square(3, 1, 1), 1, true))
                            .add("norm", new BatchNorm(1e-5, 0.9, true))
                            .add("rounded", new Convolution(64, Window.square(3, 2, 1), 1, false))
                            .add("norm2", new BatchNorm(1e-5, 0.9, true))
                            .add("flat", new Flatten(true))
                            .add("out", new Dense(3, true))
                            .add("loss", new SoftmaxCrossEntropy(0))
                            .build(),
            "steps",
                    new GraphBuilder(new Shape(5, 1, 32))
                            .add("wide", new Dense(48, true))
                            .add("narrow", new Dense(3, false))
                            .add("loss", new SoftmaxCrossEntropy(0))
                            .build());

    @ParameterizedTest
    @ValueSource(strings = {"residual", "convolutions", "activations", "tiles beside it", "steps"})
    void gradientsAreThoseOfFloat32ToTheDigitsOfBfloat16(String name) {
        assumeThat(OneDnn.multipliesBfloat16()).isTrue();
        Graph graph = GRAPHS.get(name);
        float[] parameters = TestData.parameters(graph, 1);
        ByteBuffer features = TestData.features(graph, CAPACITY, 7);
        IntBuffer labels = TestData.labels(graph, CAPACITY, 8);
        for (int threads : new int[] {1, 2}) {
            try (Plan cpu = new CpuBackend()
                            .compile(
                                    graph,
                                    PlanOptions.of(CAPACITY)
                                            .withThreads(threads)
                                            .withPrecision(Precision.BFLOAT16));
                    Plan reference = new ReferenceBackend().compile(graph, PlanOptions.of(CAPACITY))) {
                TestData.load(cpu, parameters);
                TestData.load(reference, parameters);

                PassResult rounded = cpu.forwardBackward(features, labels, CAPACITY, 0, 9, mark -> {});
                PassResult exact = reference.forwardBackward(features, labels, CAPACITY, 0, 9, mark -> {});

                assertThat(rounded.lossSum()).isCloseTo(exact.lossSum(), within(0.02 * exact.lossSum()));
                assertThat(distance(cpu.gradients(), reference.gradients()))
                        .as("%s on %d threads: distance of the gradients, relative to their length", name, threads)
                        .isBetween(1e-4, 0.06);
            }
        }
    }

    @Test
    void aPassRepeatsItsBits() {
        assumeThat(OneDnn.multipliesBfloat16()).isTrue();
        Graph graph = ImageGraphs.residual();
        try (Plan plan = new CpuBackend()
                .compile(graph, PlanOptions.of(CAPACITY).withThreads(2).withPrecision(Precision.BFLOAT16))) {
            TestData.load(plan, TestData.parameters(graph, 1));
            ByteBuffer features = TestData.features(graph, CAPACITY, 7);
            IntBuffer labels = TestData.labels(graph, CAPACITY, 8);
            plan.forwardBackward(features, labels, CAPACITY, 0, 9, mark -> {});
            ByteBuffer first = ByteBuffer.allocate(plan.gradients().limit())
                    .put(plan.gradients())
                    .flip();
            plan.forwardBackward(features, labels, CAPACITY, 0, 9, mark -> {});

            assertThat(plan.gradients()).isEqualTo(first);
        }
    }

    @Test
    void aCpuWithoutItIsToldBeforeAnythingIsCompiled() {
        assumeThat(OneDnn.multipliesBfloat16()).isFalse();
        PlanOptions options = PlanOptions.of(1).withPrecision(Precision.BFLOAT16);
        assertThatThrownBy(() -> new CpuBackend().compile(TestGraphs.all().get("dense"), options))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("AVX512_BF16");
    }

    private static double distance(ByteBuffer a, ByteBuffer b) {
        double difference = 0;
        double length = 0;
        for (int at = 0; at < b.limit(); at += Float.BYTES) {
            difference += Math.pow(a.getFloat(at) - b.getFloat(at), 2);
            length += Math.pow(b.getFloat(at), 2);
        }
        return Math.sqrt(difference / length);
    }
}
