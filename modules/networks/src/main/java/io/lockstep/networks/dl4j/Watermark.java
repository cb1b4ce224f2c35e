package io.lockstep.networks.dl4j;

import io.lockstep.training.GradientListener;
import java.lang.reflect.Field;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.impl.LayerVertex;

/**
 * Tells while DL4J's backward runs which part of the flat gradient is final.
 *
 * <p>Backward visits vertices in reverse topological order and the flat gradient is in topological order, so what is
 * final is always a suffix: when a vertex is done, everything from its first element on. Vertices with parameters that
 * are no layers (attention) announce nothing themselves; the next layer's announcement covers them.
 *
 * <p>Layer vertices are exchanged for {@link ReportingVertex} after {@code init()}, in the live array and in the map by
 * name; configuration, parameters and what is saved know nothing of it.
 */
final class Watermark {
    private static final GradientListener NOBODY = watermark -> {};

    private GradientListener listener = NOBODY;
    private long lowest;

    private Watermark() {}

    /** @param meters by output, for those whose loss is told; class centres belong to the first output */
    static Watermark install(ComputationGraph graph, Map<String, OutputMeter> meters, Optional<ClassCentres> centres) {
        Watermark watermark = new Watermark();
        long[] offsets = FlatLayout.offsets(graph);
        Map<String, GraphVertex> byName = verticesByName(graph);
        GraphVertex[] vertices = graph.getVertices();
        String first = graph.getConfiguration().getNetworkOutputs().get(0);
        for (int i = 0; i < vertices.length; i++) {
            if (vertices[i].getClass() != LayerVertex.class) {
                continue;
            }
            LayerVertex vertex = (LayerVertex) vertices[i];
            if (vertex.numParams() == 0 && !vertex.isOutputVertex()) {
                continue;
            }
            String name = vertex.getVertexName();
            Optional<ClassCentres> own = name.equals(first) ? centres : Optional.empty();
            vertices[i] = meters.containsKey(name)
                    ? new OutputVertex(graph, vertex, watermark, offsets[i], meters.get(name), own)
                    : new ReportingVertex(graph, vertex, watermark, offsets[i]);
            byName.put(name, vertices[i]);
        }
        return watermark;
    }

    void start(GradientListener toldTo) {
        listener = toldTo;
        lowest = Long.MAX_VALUE;
    }

    void reached(long offset) {
        if (offset < lowest) {
            lowest = offset;
            listener.gradientsReadyFrom(offset);
        }
    }

    /** Backward is over: everything is final, whichever vertex came last. */
    void finish() {
        reached(0);
        listener = NOBODY;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, GraphVertex> verticesByName(ComputationGraph graph) {
        try {
            Field field = ComputationGraph.class.getDeclaredField("verticesMap");
            field.setAccessible(true);
            return (Map<String, GraphVertex>) field.get(graph);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this DL4J has no ComputationGraph.verticesMap; 1.0.0-M2.1 has", e);
        }
    }
}
