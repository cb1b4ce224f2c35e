package io.lockstep.engine.cpu;

import io.lockstep.engine.Backend;
import io.lockstep.engine.Graph;
import io.lockstep.engine.Precision;
import io.lockstep.engine.StatisticsExchange;
import java.nio.ByteBuffer;

/** Runs graphs on the CPU. */
public final class CpuBackend implements Backend {
    private final int threads;
    private final Precision precision;

    /** In float32. */
    public CpuBackend(int threads) {
        this(threads, Precision.FLOAT32);
    }

    /**
     * @param threads that each plan gets; the cores that belong to the replica
     * @throws IllegalArgumentException if this CPU has no instructions for the precision
     */
    public CpuBackend(int threads, Precision precision) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads: " + threads);
        }
        if (precision == Precision.BFLOAT16 && !OneDnn.multipliesBfloat16()) {
            throw new IllegalArgumentException(
                    "products of bfloat16 need a CPU with AVX512_BF16 or AMX, and this one has"
                            + " neither (lscpu lists avx512_bf16): they would be slower than those of float32");
        }
        this.threads = threads;
        this.precision = precision;
    }

    /**
     * Whether this CPU multiplies bfloat16; loads oneDNN.
     *
     * @throws LinkageError if oneDNN does not run on this platform
     */
    public static boolean hasBfloat16() {
        return OneDnn.multipliesBfloat16();
    }

    @Override
    public CpuPlan compile(Graph graph, int capacity) {
        return compile(graph, capacity, null, null);
    }

    /**
     * Over parameters and gradients that are there already.
     *
     * @param parameters float32, direct, native order; the caller's, and must outlive the plan, as must gradients
     */
    public CpuPlan compile(Graph graph, int capacity, ByteBuffer parameters, ByteBuffer gradients) {
        return compile(graph, capacity, parameters, gradients, null);
    }

    /**
     * As one rank of several whose batch norms see the batches of all.
     *
     * @param exchange null for batch norm of this plan's own batches
     */
    public CpuPlan compile(
            Graph graph, int capacity, ByteBuffer parameters, ByteBuffer gradients, StatisticsExchange exchange) {
        return new CpuPlan(graph, capacity, threads, precision, parameters, gradients, exchange);
    }
}
