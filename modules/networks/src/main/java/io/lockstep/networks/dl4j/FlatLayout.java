package io.lockstep.networks.dl4j;

import io.lockstep.training.Range;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Where each parameter lies in DL4J's flat vectors: vertices in topological order, without gaps. Within a vertex the order is
 * as a rule that of its parameter table, but a depthwise convolution's bias lies before its weights.
 */
final class FlatLayout {
    private FlatLayout() {}

    /** What is called with each parameter, vertex by vertex. */
    private interface Visitor {
        void parameter(GraphVertex vertex, String name, INDArray value, long start);
    }

    /**
     * Parameters whose "gradient" is a change and not a sum over examples: DL4J's updater does not divide them by the
     * batch (batch norm's mean, and variance or log10 of the deviation). Neighbours are joined.
     */
    static List<Range> statistics(ComputationGraph graph) {
        List<Range> ranges = new ArrayList<>();
        visit(graph, (vertex, name, value, start) -> {
            if (vertex.updaterDivideByMinibatch(name)) {
                return;
            }
            int last = ranges.size() - 1;
            if (last >= 0 && ranges.get(last).end() == start) {
                ranges.set(last, new Range(ranges.get(last).start(), start + value.length()));
            } else {
                ranges.add(new Range(start, start + value.length()));
            }
        });
        return List.copyOf(ranges);
    }

    /** The flat gradient, with its parts by the names that DL4J's updater looks them up by. */
    static Gradient gradientTable(ComputationGraph graph) {
        INDArray flat = graph.getFlattenedGradients();
        INDArray vector = flat.reshape(flat.length());
        Gradient table = new DefaultGradient(flat);
        visit(
                graph,
                (vertex, name, value, start) -> table.setGradientFor(
                        vertex.getVertexName() + "_" + name,
                        vector.get(NDArrayIndex.interval(start, start + value.length()))
                                .reshape(value.shape())));
        return table;
    }

    /** The vertex that an element belongs to. */
    static String layerAt(ComputationGraph graph, long element) {
        String[] name = {"none"};
        visit(graph, (vertex, parameter, value, start) -> {
            if (start <= element) {
                name[0] = vertex.getVertexName();
            }
        });
        return name[0];
    }

    /** First element of each vertex, by its index in {@link ComputationGraph#getVertices()}. */
    static long[] offsets(ComputationGraph graph) {
        long[] offsets = new long[graph.getVertices().length];
        long start = 0;
        for (int index : graph.topologicalSortOrder()) {
            offsets[index] = start;
            start += graph.getVertices()[index].numParams();
        }
        return offsets;
    }

    private static void visit(ComputationGraph graph, Visitor visitor) {
        long flat = graph.params().offset();
        for (int index : graph.topologicalSortOrder()) {
            GraphVertex vertex = graph.getVertices()[index];
            if (vertex.numParams() == 0) {
                continue;
            }
            vertex.paramTable(false)
                    .forEach((name, value) -> visitor.parameter(vertex, name, value, value.offset() - flat));
        }
    }
}
