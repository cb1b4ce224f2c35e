package io.lockstep.engine.operations;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Shape;

/** The numbers that {@link Noise} draws, for a node; backward asks for the same factors again. */
public final class ActivationNoise {
    private final Noise operation;
    private final int stream;
    private final Shape shape;

    public ActivationNoise(Graph.Node node) {
        operation = (Noise) node.operation();
        stream = node.stream();
        shape = node.shape();
    }

    /** @param element of the whole batch, in memory's order; the whole batch may be that of many ranks */
    public double factor(long seed, long element) {
        return operation.factor(seed, stream, shape, element);
    }

    public double offset(long seed, long element) {
        return operation.offset(seed, stream, shape, element);
    }
}
