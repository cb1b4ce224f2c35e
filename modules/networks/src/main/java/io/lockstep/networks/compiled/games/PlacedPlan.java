package io.lockstep.networks.compiled.games;

import io.lockstep.engine.Backend;
import io.lockstep.engine.Graph;
import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.Pass;
import io.lockstep.engine.Plan;
import io.lockstep.engine.PlanOptions;
import io.lockstep.training.FlatBuffers;
import io.lockstep.training.GradientListener;
import io.lockstep.training.NetworkVectors;
import io.lockstep.training.Range;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * A plan of parts of a network, on the network's flat vectors: on their memory itself where the plan's parameters lie there
 * in one piece and in the same order, by copies before and after a pass otherwise.
 */
final class PlacedPlan implements AutoCloseable {
    private final Plan plan;
    private final List<Range> places; // in the network's vectors, in the order of the plan's
    private final boolean copied;
    private final List<ByteBuffer> parameters; // the network's, in these places; none where memory is shared
    private final List<ByteBuffer> gradients;

    /** @param originals of the graph's nodes, in the network's own graph */
    PlacedPlan(Backend backend, Graph graph, Map<String, Node> originals, NetworkVectors network, PlanOptions options) {
        places = placesOf(graph, originals);
        copied = places.size() != 1;
        plan = backend.compile(
                graph,
                copied
                        ? options
                        : options.withParameters(FlatBuffers.slice(network.parameters(), places.get(0)))
                                .withGradients(FlatBuffers.slice(network.gradients(), places.get(0))));
        parameters = copied ? FlatBuffers.slices(network.parameters(), places) : List.of();
        gradients = copied ? FlatBuffers.slices(network.gradients(), places) : List.of();
    }

    /** Neighbours in both vectors are one. */
    private static List<Range> placesOf(Graph graph, Map<String, Node> originals) {
        List<Range> places = new ArrayList<>();
        graph.nodes().stream()
                .filter(node -> node.parameters() > 0 && graph.ownerOf(node) == node)
                .sorted(Comparator.comparingLong(Node::parametersAt))
                .map(node -> originals.get(node.name()))
                .forEach(original -> append(places, original));
        return places;
    }

    private static void append(List<Range> places, Node original) {
        long start = original.parametersAt();
        long end = start + original.parameters();
        int last = places.size() - 1;
        if (last >= 0 && places.get(last).end() == start) {
            places.set(last, new Range(places.get(last).start(), end));
        } else {
            places.add(new Range(start, end));
        }
    }

    Plan plan() {
        return plan;
    }

    /** Where in the network's vectors the plan's lie. */
    List<Range> places() {
        return places;
    }

    /** As {@link Plan#forwardBackward}, into the network's gradients; the listener is told elements of the network's vector. */
    void forwardBackward(Pass pass, GradientListener listener) {
        load();
        if (copied) {
            plan.forwardBackward(pass, watermark -> {});
            store();
            listener.gradientsReadyFrom(0);
        } else {
            long start = places.get(0).start();
            plan.forwardBackward(pass, watermark -> listener.gradientsReadyFrom(start + watermark));
        }
    }

    void evaluate(Pass pass) {
        load();
        plan.evaluate(pass);
    }

    /** Draws. */
    ByteBuffer forward(Pass pass, boolean asTraining) {
        load();
        plan.forward(pass, asTraining);
        return plan.scores();
    }

    private void load() {
        if (copied) {
            copy(parameters, plan.parameters(), true);
        }
    }

    private void store() {
        copy(gradients, plan.gradients(), false);
    }

    /** @param in into the plan's vector, otherwise out of it */
    private static void copy(List<ByteBuffer> pieces, ByteBuffer vector, boolean in) {
        int at = 0;
        for (int i = 0; i < pieces.size(); i++) {
            ByteBuffer piece = pieces.get(i);
            if (in) {
                vector.put(at, piece, 0, piece.limit());
            } else {
                piece.put(0, vector, at, piece.limit());
            }
            at += piece.limit();
        }
    }

    @Override
    public void close() {
        plan.close();
    }
}
