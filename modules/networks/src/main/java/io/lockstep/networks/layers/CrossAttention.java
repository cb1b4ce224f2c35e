package io.lockstep.networks.layers;

import io.lockstep.engine.operations.Attention;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Attention of one sequence to another, without projections (Vaswani et al. 2017, section 3.2.3): reads queries (N, F,
 * T), and keys and values one behind the other (N, 2 F, S); gives (N, F, T).
 */
public final class CrossAttention extends GraphVertex {
    private static final long serialVersionUID = 1L;

    @JsonProperty
    private final int heads;

    public CrossAttention(@JsonProperty("heads") int heads) {
        this.heads = heads;
    }

    public Attention operation() {
        return new Attention(heads, false, false);
    }

    @Override
    public GraphVertex clone() {
        return new CrossAttention(heads);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CrossAttention that && heads == that.heads;
    }

    @Override
    public int hashCode() {
        return heads;
    }

    @Override
    public long numParams(boolean backprop) {
        return 0;
    }

    @Override
    public int minVertexInputs() {
        return 2;
    }

    @Override
    public int maxVertexInputs() {
        return 2;
    }

    @Override
    public org.deeplearning4j.nn.graph.vertex.GraphVertex instantiate(
            ComputationGraph graph, String name, int index, INDArray parameters, boolean initialize, DataType type) {
        return new CrossAttentionRunner(graph, name, index, type, operation());
    }

    @Override
    public InputType getOutputType(int index, InputType... inputs) {
        InputType.InputTypeRecurrent queries = (InputType.InputTypeRecurrent) inputs[0];
        InputType.InputTypeRecurrent keys = (InputType.InputTypeRecurrent) inputs[1];
        if (keys.getSize() != 2 * queries.getSize() || queries.getSize() % heads != 0) {
            throw new IllegalArgumentException(heads + " heads of queries " + queries + " for keys and values " + keys);
        }
        return queries;
    }

    /** DL4J's estimate of memory is not asked for. */
    @Override
    public MemoryReport getMemoryReport(InputType... inputs) {
        throw new UnsupportedOperationException("no memory report of CrossAttention");
    }
}
