package io.lockstep.engine.cpu;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.Sums;
import io.lockstep.engine.cpu.node.CpuNode;
import io.lockstep.engine.cpu.node.LossNode;
import io.lockstep.engine.cpu.node.Site;
import io.lockstep.engine.cpu.program.Joint;
import io.lockstep.engine.cpu.program.Program;
import io.lockstep.engine.cpu.program.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Turns a graph into the two programs of a plan, a training pass and an evaluation. What an operation's tasks are its node
 * says; what concerns several nodes is decided here: which become one, which weights are thinned, which copies are rounded.
 */
final class Compiler implements AutoCloseable {
    private final CpuPlan plan;
    private final Graph graph;
    private final Map<Integer, Fusion> fusions;
    /** Null for what another node does in its pass. */
    private final CpuNode[] nodes;

    private final Map<Integer, DropConnect> dropConnects = new LinkedHashMap<>();
    private final Rounding rounding;
    /** By whether the pass is a training one. */
    private final Map<Boolean, ProgramBuilder> builders = new HashMap<>();

    Compiler(CpuPlan plan, Graph graph) {
        this.plan = plan;
        this.graph = graph;
        fusions = Fusion.of(graph);
        rounding = new Rounding(plan);
        nodes = new CpuNode[graph.nodes().size()];
        for (Node node : graph.nodes()) {
            if (graph.weightRetain(node) < 1) {
                dropConnects.put(node.index(), new DropConnect(plan, graph, node));
            }
            if (!Fusion.absorbs(fusions, node)) {
                nodes[node.index()] =
                        Nodes.make(new Site(plan, graph, node, fusion(node).relu()));
            }
        }
    }

    /** Forward and backward, forward alone where there is no loss; or an evaluation. */
    Program program(boolean training) {
        ProgramBuilder builder = new ProgramBuilder(this, training);
        builders.put(training, builder);
        return builder.build();
    }

    /** @throws IllegalArgumentException if it is not kept */
    Tensor output(boolean training, Node node) {
        return builders.get(training).kept(node);
    }

    /** What the losses told of a pass. */
    void collect(int examples, Sums sums) {
        for (int i = 0; i < sums.losses().size(); i++) {
            LossNode loss = (LossNode) nodes[sums.losses().get(i).index()];
            loss.collect(examples, sums.valuesOf(i));
        }
    }

    CpuPlan plan() {
        return plan;
    }

    Graph graph() {
        return graph;
    }

    Rounding rounding() {
        return rounding;
    }

    /** Null for what another node does in its pass. */
    CpuNode of(Node node) {
        return nodes[node.index()];
    }

    /** What a node does in its pass: itself, and for some what follows. */
    Fusion fusion(Node node) {
        return fusions.getOrDefault(node.index(), Fusion.alone(node));
    }

    // ------------------------------------------------------------------ DropConnect

    /** Appends what makes weights thinner, where there are such. */
    void dropWeights(Program program, boolean training) {
        if (dropConnects.isEmpty()) {
            return;
        }
        List<DropConnect> all = new ArrayList<>(dropConnects.values());
        program.joint("drop weights", (lane, lanes, examples) -> {
            for (int i = 0; i < all.size(); i++) {
                all.get(i).fill(training, lane.index(), lanes);
            }
        });
        program.newSegment();
    }

    /** The gradient of weights that were dropped is 0. */
    Joint masked(Node node, Joint gradient) {
        DropConnect dropConnect = dropConnects.get(node.index());
        if (dropConnect == null) {
            return gradient;
        }
        return (lane, lanes, examples) -> {
            gradient.run(lane, lanes, examples);
            plan.meet();
            dropConnect.maskGradient(lane.index(), lanes);
        };
    }

    @Override
    public void close() {
        for (CpuNode node : nodes) {
            if (node != null) {
                node.close();
            }
        }
        rounding.close();
    }
}
