package io.lockstep.engine.cpu;

import io.lockstep.engine.Backend;
import io.lockstep.engine.Graph;
import io.lockstep.engine.Plan;
import io.lockstep.engine.PlanOptions;
import io.lockstep.engine.Precision;
import io.lockstep.engine.TiedPlan;
import io.lockstep.engine.cpu.onednn.OneDnn;
import java.util.Optional;

/** Runs graphs on the CPU. */
public final class CpuBackend implements Backend {
    @Override
    public String name() {
        return "cpu";
    }

    @Override
    public Optional<String> lacks(Precision precision) {
        boolean has = OneDnn.multipliesBfloat16(); // whatever is asked: what cannot load oneDNN cannot run anything
        return has || precision != Precision.BFLOAT16
                ? Optional.empty()
                : Optional.of("products of bfloat16 need a CPU with AVX512_BF16 or AMX, and this one has"
                        + " neither (lscpu lists avx512_bf16): they would be slower than those of float32");
    }

    @Override
    public Plan compile(Graph graph, PlanOptions options) {
        require(options.precision());
        options.requireFor(graph);
        boolean alone = graph.ownsParameters()
                && graph.frozen().stream().allMatch(node -> !graph.wantsGradient(node) || Nodes.keepsGradient(node));
        return alone ? new CpuPlan(graph, options) : new TiedPlan(graph, options, CpuPlan::new);
    }
}
