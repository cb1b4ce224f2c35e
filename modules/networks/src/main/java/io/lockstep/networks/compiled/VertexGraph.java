package io.lockstep.networks.compiled;

import io.lockstep.engine.Graph;
import io.lockstep.networks.NetworkDefinition;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * The vertices of a network whose losses are elsewhere, over the same flat vector of parameters.
 *
 * @param nodeOf by vertex, the node that holds its output; there is none for one that is all zeros
 */
public record VertexGraph(Graph graph, Map<String, String> nodeOf) {
    /** @throws UnsupportedOperationException naming the vertex that the engine cannot run, or what went wrong */
    public static VertexGraph of(ComputationGraph dl4j, NetworkDefinition definition) {
        return GraphTranslator.translateVertices(dl4j, definition);
    }
}
