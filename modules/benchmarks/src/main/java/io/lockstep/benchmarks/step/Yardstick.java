package io.lockstep.benchmarks.step;

import io.lockstep.engine.Backends;
import io.lockstep.engine.Graph;
import io.lockstep.engine.GraphBuilder;
import io.lockstep.engine.Plan;
import io.lockstep.engine.PlanOptions;
import io.lockstep.engine.Precision;
import io.lockstep.engine.Shape;
import io.lockstep.engine.TaskProfile;
import io.lockstep.engine.Window;
import io.lockstep.engine.operations.Losses.SoftmaxCrossEntropy;
import io.lockstep.engine.operations.Moves.Flatten;
import io.lockstep.engine.operations.Products.Convolution;
import io.lockstep.engine.operations.Products.Dense;
import io.lockstep.kernels.FlatVectors;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;

/**
 * What this machine reaches with some threads, measured.
 *
 * @param gflops of the fastest step of a large convolution of 5x5, all of whose products are done, in float32: 10^9
 *     multiplications and additions a second
 * @param roundedGflops of the same with factors in bfloat16; 0 where nothing is rounded
 * @param gigabytes that y += a x moves a second, with vectors that no cache holds, in 10^9
 */
public record Yardstick(double gflops, double roundedGflops, double gigabytes) {
    private static final int TIMES = 10;
    private static final int CHANNELS = 128;
    private static final int SIDE = 16;
    private static final int EXAMPLES_OF_THREAD = 8;
    private static final int VECTOR_BYTES = 256 << 20;

    static Yardstick measure(int threads, Precision precision) {
        try (Plan plan = plan(threads, Precision.FLOAT32)) {
            double gflops = productRate(plan);
            double rounded = precision == Precision.FLOAT32 ? 0 : roundedRate(threads);
            return new Yardstick(gflops, rounded, memoryRate(plan, threads));
        }
    }

    private static double roundedRate(int threads) {
        try (Plan plan = plan(threads, Precision.BFLOAT16)) {
            return productRate(plan);
        }
    }

    private static Plan plan(int threads, Precision precision) {
        Graph graph = new GraphBuilder(new Shape(SIDE, SIDE, CHANNELS))
                .add("first", new Convolution(CHANNELS, Window.square(5, 1, 2), 1, false), "input")
                .add("second", new Convolution(CHANNELS, Window.square(5, 1, 2), 1, false), "first")
                .add("flat", new Flatten(false), "second")
                .add("scores", new Dense(2, false), "flat")
                .add("loss", new SoftmaxCrossEntropy(0), "scores")
                .build();
        return Backends.standard()
                .compile(
                        graph,
                        PlanOptions.of(EXAMPLES_OF_THREAD * threads)
                                .withThreads(threads)
                                .withPrecision(precision));
    }

    private static double productRate(Plan plan) {
        int batch = plan.capacity();
        ByteBuffer examples = direct(batch * SIDE * SIDE * CHANNELS * Float.BYTES);
        IntBuffer labels = IntBuffer.allocate(batch);
        for (int at = 0; at < plan.parameters().limit(); at += Float.BYTES) {
            plan.parameters().putFloat(at, 0.01f);
        }
        double gflops = 0;
        for (int i = 0; i < TIMES; i++) {
            plan.startProfile();
            plan.forwardBackward(examples, labels, batch, 0, 0, mark -> {});
            for (TaskProfile step : plan.profile()) {
                gflops = Math.max(gflops, (double) step.flop() * plan.threads() / Math.max(1, step.nanos()));
            }
        }
        return gflops;
    }

    private static double memoryRate(Plan plan, int threads) {
        ByteBuffer x = direct(VECTOR_BYTES);
        ByteBuffer y = direct(VECTOR_BYTES);
        int share = VECTOR_BYTES / threads / Long.BYTES * Long.BYTES;
        long fastest = Long.MAX_VALUE;
        for (int i = 0; i < TIMES; i++) {
            long start = System.nanoTime();
            plan.onEveryThread((thread, of) ->
                    FlatVectors.get().addScaled(part(y, thread * share, share), 1, part(x, thread * share, share)));
            fastest = Math.min(fastest, System.nanoTime() - start);
        }
        return 3.0 * share * threads / fastest; // two read, one written
    }

    private static ByteBuffer part(ByteBuffer whole, int from, int length) {
        return whole.slice(from, length).order(ByteOrder.nativeOrder());
    }

    private static ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }
}
