package io.lockstep.networks;

import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.impl.LayerVertex;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The output layer's vertex, which also measures loss and predictions, so that no second forward pass is needed: in
 * training once its backward is done (DL4J never runs the output layer's forward then), otherwise after forward. Either
 * costs small matrix products, (N, features) x (features, classes).
 */
final class OutputVertex extends ReportingVertex {
    private static final long serialVersionUID = 1L;

    private final transient OutputMeter meter;

    OutputVertex(ComputationGraph graph, LayerVertex original, Watermark watermark, long offset, OutputMeter meter) {
        super(graph, original, watermark, offset);
        this.meter = meter;
    }

    @Override
    public INDArray doForward(boolean training, LayerWorkspaceMgr workspaces) {
        INDArray output = super.doForward(training, workspaces);
        meter.measure((IOutputLayer) getLayer(), output);
        return output;
    }

    @Override
    public Pair<Gradient, INDArray[]> doBackward(boolean tbptt, LayerWorkspaceMgr workspaces) {
        Pair<Gradient, INDArray[]> result = super.doBackward(tbptt, workspaces);
        // training = true finds dropout applied to the input already, and does not draw it again
        meter.measure((IOutputLayer) getLayer(), getLayer().activate(true, workspaces));
        return result;
    }
}
