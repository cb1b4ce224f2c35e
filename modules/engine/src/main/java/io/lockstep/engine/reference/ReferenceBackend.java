package io.lockstep.engine.reference;

import io.lockstep.engine.Backend;
import io.lockstep.engine.Graph;
import io.lockstep.engine.Plan;
import io.lockstep.engine.PlanOptions;
import io.lockstep.engine.Precision;
import io.lockstep.engine.TiedPlan;
import java.util.Optional;

/** Slow and obvious, on one thread, in double precision whatever is asked. Takes every {@link io.lockstep.engine.Operation}. */
public final class ReferenceBackend implements Backend {
    @Override
    public String name() {
        return "reference";
    }

    @Override
    public Optional<String> lacks(Precision precision) {
        return Optional.empty();
    }

    /** @throws UnsupportedOperationException if the options want statistics of several ranks */
    @Override
    public Plan compile(Graph graph, PlanOptions options) {
        if (options.statistics() != null) {
            throw new UnsupportedOperationException("the reference does not share the statistics of batch norm");
        }
        options.requireFor(graph);
        boolean alone = graph.ownsParameters() && graph.frozen().isEmpty();
        return alone ? new ReferencePlan(graph, options) : new TiedPlan(graph, options, ReferencePlan::new);
    }
}
