package io.lockstep.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.lockstep.engine.Graph;
import io.lockstep.engine.Plan;
import io.lockstep.engine.PlanOptions;
import io.lockstep.engine.TestData;
import io.lockstep.engine.TestGraphs;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a training pass leaves to the garbage collector, once it is compiled. */
class StepAllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int LANES = 2;
    private static final int EXAMPLES = 4;
    private static final int PASSES = 500;
    /** Until compiled, vectors are objects; it takes some thousands of passes. */
    private static final int MOST_BATCHES = 60;
    /**
     * Of a pass, on the thread that asks for it: the result that it returns, what the lanes run, and what their owner
     * does meanwhile. Three objects of 24 bytes, 32 with wide references.
     */
    private static final long CALLERS_BYTES = 3 * 32;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "residual",
                "tiles",
                "attention",
                "ELU of 0.3",
                "RATIONAL_TANH",
                "judgement CROSS_ENTROPY",
                "sources"
            })
    void aPassAllocatesNothingButItsResult(String name) {
        Graph graph = TestGraphs.any(name);
        try (Plan plan =
                new CpuBackend().compile(graph, PlanOptions.of(EXAMPLES).withThreads(LANES))) {
            TestData.load(plan, TestData.parameters(graph, 1));
            Allocated least = leastOfManyBatches(plan, graph);
            assertThat(least.byLanes())
                    .as("bytes that %d passes allocate on lanes", PASSES)
                    .isZero();
            assertThat(least.byCaller())
                    .as("bytes that %d passes allocate on the caller's thread", PASSES)
                    .isLessThanOrEqualTo(PASSES * CALLERS_BYTES);
        }
    }

    /** In bytes, by a batch of passes. */
    private record Allocated(long byLanes, long byCaller) {
        boolean isLittle() {
            return byLanes == 0 && byCaller <= PASSES * CALLERS_BYTES;
        }
    }

    /** Of the two numbers each, or the first that are little enough. */
    private static Allocated leastOfManyBatches(Plan plan, Graph graph) {
        ByteBuffer features = TestData.features(graph, EXAMPLES, 2);
        IntBuffer labels = TestData.labels(graph, EXAMPLES, 3);
        List<Thread> lanes = lanes();
        assertThat(lanes).hasSizeGreaterThanOrEqualTo(LANES);
        Allocated least = new Allocated(Long.MAX_VALUE, Long.MAX_VALUE);
        for (int batch = 0; batch < MOST_BATCHES && !least.isLittle(); batch++) {
            long byLanes = bytes(lanes);
            long byCaller = run(plan, features, labels);
            byLanes = bytes(lanes) - byLanes;
            least = new Allocated(Math.min(least.byLanes(), byLanes), Math.min(least.byCaller(), byCaller));
        }
        return least;
    }

    /** What this thread allocates in many passes. */
    private static long run(Plan plan, ByteBuffer features, IntBuffer labels) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int pass = 0; pass < PASSES; pass++) {
            plan.forwardBackward(features, labels, EXAMPLES, 0, 4, mark -> {});
        }
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    private static List<Thread> lanes() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("lockstep-engine"))
                .toList();
    }

    private static long bytes(List<Thread> threads) {
        long bytes = 0;
        for (Thread thread : threads) {
            bytes += THREADS.getThreadAllocatedBytes(thread.getId());
        }
        return bytes;
    }
}
