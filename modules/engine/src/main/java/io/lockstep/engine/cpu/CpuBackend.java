package io.lockstep.engine.cpu;

import io.lockstep.engine.Backend;
import io.lockstep.engine.Graph;
import io.lockstep.engine.StatisticsExchange;
import java.nio.ByteBuffer;

/** Runs graphs on the CPU in float32. */
public final class CpuBackend implements Backend {
    private final int threads;

    /** @param threads that each plan gets; the cores that belong to the replica */
    public CpuBackend(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads: " + threads);
        }
        this.threads = threads;
    }

    @Override
    public CpuPlan compile(Graph graph, int capacity) {
        return new CpuPlan(graph, capacity, threads, null, null, null);
    }

    /**
     * Over parameters and gradients that are there already.
     *
     * @param parameters float32, direct, native order; the caller's, and must outlive the plan, as must gradients
     */
    public CpuPlan compile(Graph graph, int capacity, ByteBuffer parameters, ByteBuffer gradients) {
        return new CpuPlan(graph, capacity, threads, parameters, gradients, null);
    }

    /**
     * As one rank of several whose batch norms see the batches of all.
     *
     * @param exchange null for batch norm of this plan's own batches
     */
    public CpuPlan compile(
            Graph graph, int capacity, ByteBuffer parameters, ByteBuffer gradients, StatisticsExchange exchange) {
        return new CpuPlan(graph, capacity, threads, parameters, gradients, exchange);
    }
}
