package io.lockstep.engine.cpu;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.operations.Elementwise.Activation;
import io.lockstep.engine.operations.Elementwise.Add;
import io.lockstep.engine.operations.Elementwise.Function;
import io.lockstep.engine.operations.Norm.BatchNorm;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A batch norm and what runs in the same pass: the addition of a residual, and a ReLU.
 *
 * @param residual node that is added, or null
 * @param output node whose output the pass writes
 */
record Fusion(Node norm, Integer residual, boolean relu, Node output) {
    /** A node that does itself, and nothing else. */
    static Fusion alone(Node node) {
        return new Fusion(node, null, false, node);
    }

    /** By the index of the batch norm. */
    static Map<Integer, Fusion> of(Graph graph) {
        Map<Integer, Fusion> fusions = new HashMap<>();
        for (Node node : graph.nodes()) {
            if (node.operation() instanceof BatchNorm) {
                fusions.put(node.index(), of(graph, node));
            }
        }
        return fusions;
    }

    private static Fusion of(Graph graph, Node norm) {
        Node add = onlyConsumer(graph, norm);
        if (add == null || !(add.operation() instanceof Add) || add.inputs().size() != 2) {
            return withRelu(graph, norm, null, norm);
        }
        int first = add.inputs().get(0);
        int second = add.inputs().get(1);
        int other = first == norm.index() ? second : first;
        // the later of two batch norms takes the addition: the other is there by then
        return other < norm.index() ? withRelu(graph, norm, other, add) : withRelu(graph, norm, null, norm);
    }

    private static Fusion withRelu(Graph graph, Node norm, Integer residual, Node last) {
        Node relu = onlyConsumer(graph, last);
        if (relu != null && relu.operation() instanceof Activation a && a.function() == Function.RELU) {
            return new Fusion(norm, residual, true, relu);
        }
        return new Fusion(norm, residual, false, last);
    }

    private static Node onlyConsumer(Graph graph, Node node) {
        List<Node> consumers = graph.consumersOf(node);
        boolean seen = graph.isOutput(node); // from outside too
        return consumers.size() == 1 && !seen ? consumers.get(0) : null;
    }

    /** Whether a node has no pass of its own. */
    static boolean absorbs(Map<Integer, Fusion> fusions, Node node) {
        for (Fusion fusion : fusions.values()) {
            boolean add = fusion.residual() != null
                    && node.operation() instanceof Add
                    && node.inputs().contains(fusion.norm().index());
            if (add || (fusion.relu() && node.index() == fusion.output().index())) {
                return true;
            }
        }
        return false;
    }
}
