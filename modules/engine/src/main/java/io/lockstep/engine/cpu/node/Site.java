package io.lockstep.engine.cpu.node;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.Shape;
import java.util.List;

/**
 * What a node is made from.
 *
 * @param rectified whether its output goes through a ReLU in the same pass
 */
public record Site(Machine machine, Graph graph, Node node, boolean rectified) {
    public List<Shape> shapes() {
        return graph.inputShapesOf(node);
    }

    /** Of the first input. */
    public Shape from() {
        return graph.inputShapeOf(node);
    }
}
