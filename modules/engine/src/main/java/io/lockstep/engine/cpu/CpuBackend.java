package io.lockstep.engine.cpu;

import io.lockstep.engine.Backend;
import io.lockstep.engine.Graph;

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
        return new CpuPlan(graph, capacity, threads);
    }
}
