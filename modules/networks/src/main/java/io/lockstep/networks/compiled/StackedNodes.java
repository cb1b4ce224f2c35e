package io.lockstep.networks.compiled;

import io.lockstep.engine.GraphBuilder;
import io.lockstep.networks.Exactly;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.StackVertex;
import org.deeplearning4j.nn.conf.graph.UnstackVertex;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;

/**
 * DL4J's way to give several inputs to the same layers, as a Siamese network does: it puts one input's examples behind the
 * other's ({@link StackVertex}) and takes them apart again ({@link UnstackVertex}). The engine gives each its own nodes,
 * which share their parameters.
 */
final class StackedNodes {
    private final GraphBuilder graph;
    private final LayerTranslator layers;
    private final VertexTranslator vertices;
    /** By vertex, the nodes that lie behind one another in DL4J's array. */
    private final Map<String, List<String>> members = new HashMap<>();

    StackedNodes(GraphBuilder graph, LayerTranslator layers, VertexTranslator vertices) {
        this.graph = graph;
        this.layers = layers;
        this.vertices = vertices;
    }

    /** Whether a vertex makes a stack, or reads one. */
    boolean concern(GraphVertex vertex, List<String> inputs) {
        return Exactly.is(StackVertex.class, vertex)
                || Exactly.is(UnstackVertex.class, vertex)
                || inputs.stream().anyMatch(members::containsKey);
    }

    /**
     * @param nodeOf the node of a vertex that is no stack
     * @return the node that has the vertex's output, or nothing if it is a stack again
     */
    Optional<String> append(String name, GraphVertex vertex, List<String> inputs, UnaryOperator<String> nodeOf) {
        List<List<String>> stacks = inputs.stream()
                .map(input -> members.containsKey(input) ? members.get(input) : List.of(nodeOf.apply(input)))
                .toList();
        List<String> output = output(name, vertex, stacks);
        if (output.size() == 1) {
            return Optional.of(output.get(0));
        }
        members.put(name, output);
        return Optional.empty();
    }

    private List<String> output(String name, GraphVertex vertex, List<List<String>> stacks) {
        if (Exactly.is(StackVertex.class, vertex)) {
            List<String> all = stacks.stream().flatMap(List::stream).toList();
            requireAlike(name, all);
            return all;
        } else if (Exactly.is(UnstackVertex.class, vertex)) {
            return unstacked(name, (UnstackVertex) vertex, stacks.get(0));
        } else if (Exactly.is(LayerVertex.class, vertex)) {
            return layer(name, (LayerVertex) vertex, stacks.get(0));
        }
        return eachMember(name, vertex, stacks);
    }

    private void requireAlike(String name, List<String> nodes) {
        for (String node : nodes) {
            if (!graph.shapeOf(node).equals(graph.shapeOf(nodes.get(0)))) {
                throw GraphTranslator.unsupported(name, "stack of inputs of different shapes");
            }
        }
    }

    private static List<String> unstacked(String name, UnstackVertex vertex, List<String> stack) {
        if (stack.size() % vertex.getStackSize() != 0) {
            throw GraphTranslator.unsupported(
                    name, "unstacking of " + stack.size() + " inputs into " + vertex.getStackSize());
        }
        int size = stack.size() / vertex.getStackSize();
        return stack.subList(vertex.getFrom() * size, (vertex.getFrom() + 1) * size);
    }

    private List<String> layer(String name, LayerVertex vertex, List<String> stack) {
        Layer layer = vertex.getLayerConf().getLayer();
        while (layer instanceof BaseWrapperLayer wrapper && !(wrapper instanceof FrozenLayerWithBackprop)) {
            layer = wrapper.getUnderlying();
        }
        if (layer instanceof BatchNormalization) { // whose mean DL4J takes over all of them
            throw GraphTranslator.unsupported(name, "batch norm over stacked examples");
        }
        int first = graph.size();
        List<String> outputs = new ArrayList<>();
        outputs.add(layers.layer(name, vertex, stack.get(0)));
        int end = graph.size();
        for (String member : stack.subList(1, stack.size())) {
            Map<String, String> renamed = graph.repeat(first, end, Map.of(stack.get(0), member));
            outputs.add(renamed.getOrDefault(outputs.get(0), outputs.get(0)));
        }
        return outputs;
    }

    private List<String> eachMember(String name, GraphVertex vertex, List<List<String>> stacks) {
        if (vertex.numParams(true) > 0) {
            throw GraphTranslator.unsupported(name, vertex.getClass().getSimpleName() + " of stacked examples");
        }
        int size = stacks.get(0).size();
        List<String> outputs = new ArrayList<>();
        for (int member = 0; member < size; member++) {
            List<String> inputs = new ArrayList<>();
            for (List<String> stack : stacks) {
                if (stack.size() != size) {
                    throw GraphTranslator.unsupported(name, "vertex of stacks of different sizes");
                }
                inputs.add(stack.get(member));
            }
            String own = member == 0 ? name : graph.beside(name, "again");
            outputs.add(vertices.vertex(own, vertex, inputs));
        }
        return outputs;
    }
}
