package io.lockstep.networks.compiled.games;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.Operation.Input;
import io.lockstep.networks.compiled.VertexGraph;
import io.lockstep.networks.games.Part;
import io.lockstep.training.Range;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The parts of a game, cut out of the graph of the whole network, whose flat vector is DL4J's. */
final class GameParts {
    private final Graph whole;
    private final Map<String, String> nodeOf;
    private final Map<String, Cut> cuts = new LinkedHashMap<>();

    /**
     * A part's nodes.
     *
     * @param reads nodes of others, in the order of {@link Part#reads}
     * @param nodes its own, in the whole's order
     */
    record Cut(Part part, List<Node> reads, List<Node> nodes, Node gives) {}

    /**
     * @throws IllegalArgumentException if a part is no part of this network, two parts overlap, or parameters are in none
     */
    GameParts(VertexGraph network, List<Part> parts) {
        whole = network.graph();
        nodeOf = network.nodeOf();
        Map<Node, String> owners = new HashMap<>();
        for (Part part : parts) {
            Cut cut = cut(part);
            cuts.put(part.name(), cut);
            for (Node node : cut.nodes()) {
                String other = owners.put(node, part.name());
                if (other != null) {
                    throw new IllegalArgumentException(
                            "'" + node.name() + "' is in two parts, '" + other + "' and '" + part.name() + "'");
                }
            }
        }
        for (Node node : whole.nodes()) {
            if (node.parameters() > 0 && !owners.containsKey(node)) {
                throw new IllegalArgumentException("'" + node.name() + "' has parameters, and is in none of the parts "
                        + cuts.keySet() + ": nothing would train it");
            }
        }
    }

    private Cut cut(Part part) {
        List<Node> reads = part.reads().stream().map(this::nodeOf).toList();
        Node gives = nodeOf(part.gives());
        BitSet inside = new BitSet();
        inside.set(gives.index());
        for (int i = gives.index(); i >= 0; i--) {
            Node node = whole.node(i);
            if (!inside.get(i)) {
                continue;
            }
            if (reads.contains(node)) {
                inside.clear(i);
            } else if (node.operation() instanceof Input) {
                throw new IllegalArgumentException("part '" + part.name() + "' ends at '" + part.gives()
                        + "', which comes of the input '" + node.name() + "' by a way that avoids what it reads, "
                        + part.reads());
            } else {
                node.inputs().forEach(inside::set);
            }
        }
        List<Node> nodes = inside.stream().mapToObj(whole::node).toList();
        if (nodes.isEmpty()) {
            throw new IllegalArgumentException("part '" + part.name() + "' gives what it reads");
        }
        return new Cut(part, reads, nodes, gives);
    }

    private Node nodeOf(String vertex) {
        String node = nodeOf.get(vertex);
        if (node == null) {
            throw new IllegalArgumentException(
                    "the network has no vertex '" + vertex + "', which a part of the game names");
        }
        return whole.named(node);
    }

    Cut cut(String part) {
        return cuts.get(part);
    }

    Graph whole() {
        return whole;
    }

    /** Where the parameters of some parts lie in the network's flat vectors: ascending, with gaps between. */
    List<Range> rangesOf(Collection<String> parts) {
        List<Range> ranges = new ArrayList<>();
        parts.stream()
                .flatMap(part -> cut(part).nodes().stream())
                .filter(node -> node.parameters() > 0)
                .sorted((a, b) -> Long.compare(a.parametersAt(), b.parametersAt()))
                .forEach(node -> append(ranges, node));
        return ranges;
    }

    private static void append(List<Range> ranges, Node node) {
        long end = node.parametersAt() + node.parameters();
        int last = ranges.size() - 1;
        if (last >= 0 && ranges.get(last).end() == node.parametersAt()) {
            ranges.set(last, new Range(ranges.get(last).start(), end));
        } else {
            ranges.add(new Range(node.parametersAt(), end));
        }
    }
}
