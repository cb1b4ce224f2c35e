package io.lockstep.engine.reference;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.Shape;
import java.util.List;

/**
 * What a node is made from, in one pass.
 *
 * @param parameters the flat vector
 * @param gradients of the flat vector, to be added to
 */
record ReferenceSite(Graph graph, Node node, int examples, double[] parameters, double[] gradients, Draws draws) {
    /**
     * What noise is drawn from.
     *
     * @param training whether there is any
     * @param firstExample of the pass, in the batch of all ranks
     */
    record Draws(boolean training, long seed, long firstExample) {}

    boolean training() {
        return draws.training;
    }

    long seed() {
        return draws.seed;
    }

    long firstExample() {
        return draws.firstExample;
    }

    List<Shape> shapes() {
        return graph.inputShapesOf(node);
    }

    /** Of the first input. */
    Shape from() {
        return graph.inputShapeOf(node);
    }

    int parametersAt() {
        return (int) node.parametersAt();
    }
}
