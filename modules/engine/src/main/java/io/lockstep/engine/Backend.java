package io.lockstep.engine;

/** What runs graphs: the CPU, the reference; a GPU's library would be one more. */
public interface Backend {
    /**
     * @param capacity most examples in one pass
     * @throws UnsupportedOperationException naming the node that this backend cannot run
     */
    Plan compile(Graph graph, int capacity);
}
