package io.lockstep.networks.dl4j;

import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.impl.LayerVertex;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A layer's vertex that says when its gradient is final. */
class ReportingVertex extends LayerVertex {
    private static final long serialVersionUID = 1L;

    private final transient Watermark watermark;
    private final long offset;

    /** @param offset first element of this layer in the flat gradient */
    ReportingVertex(ComputationGraph graph, LayerVertex original, Watermark watermark, long offset) {
        super(
                graph,
                original.getVertexName(),
                original.getVertexIndex(),
                original.getInputVertices(),
                original.getOutputVertices(),
                original.getLayer(),
                original.getLayerPreProcessor(),
                original.isOutputVertex(),
                DataType.FLOAT);
        this.watermark = watermark;
        this.offset = offset;
    }

    @Override
    public Pair<Gradient, INDArray[]> doBackward(boolean tbptt, LayerWorkspaceMgr workspaces) {
        Pair<Gradient, INDArray[]> result = super.doBackward(tbptt, workspaces);
        completeGradient(result);
        watermark.reached(offset);
        return result;
    }

    /** What is to be done to the layer's gradient before it is final. */
    void completeGradient(Pair<Gradient, INDArray[]> backward) {
        // DL4J's is
    }

    // Lombok's equality of a vertex compares its whole graph; a hook is itself.
    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    protected boolean canEqual(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
