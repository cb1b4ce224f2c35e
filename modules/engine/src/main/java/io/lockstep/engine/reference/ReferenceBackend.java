package io.lockstep.engine.reference;

import io.lockstep.engine.Backend;
import io.lockstep.engine.Graph;
import io.lockstep.engine.Plan;

/** Slow and obvious. Takes every {@link io.lockstep.engine.Operation}. */
public final class ReferenceBackend implements Backend {
    @Override
    public Plan compile(Graph graph, int capacity) {
        return new ReferencePlan(graph, capacity);
    }
}
