package io.lockstep.engine.operations;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Shape;

/** The numbers that {@link Noise} draws, for a node; backward asks for the same factors again. */
public final class ActivationNoise {
    private final Noise operation;
    private final int node;
    private final Shape shape;

    public ActivationNoise(Graph.Node node) {
        operation = (Noise) node.operation();
        this.node = node.index();
        shape = node.shape();
    }

    /** @param element of the whole batch, in memory's order; the whole batch may be that of many ranks */
    public double factor(long seed, long element) {
        return operation.factor(seed, node, shape, element);
    }

    public double offset(long seed, long element) {
        return operation.offset(seed, node, shape, element);
    }
}
