package io.lockstep.networks.dl4j;

import java.util.Optional;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.impl.LayerVertex;
import org.deeplearning4j.nn.layers.LossLayer;
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
    private final transient Optional<ClassCentres> centres;

    OutputVertex(
            ComputationGraph graph,
            LayerVertex original,
            Watermark watermark,
            long offset,
            OutputMeter meter,
            Optional<ClassCentres> centres) {
        super(graph, original, watermark, offset);
        this.meter = meter;
        this.centres = centres;
    }

    @Override
    void completeGradient(Pair<Gradient, INDArray[]> backward) {
        centres.ifPresent(each -> each.sum(((IOutputLayer) getLayer()).getLabels()));
        if (meter.onlyMask() != 1) {
            backward.getFirst().gradientForVariable().values().forEach(part -> part.muli(meter.onlyMask()));
            backward.getSecond()[0].muli(meter.onlyMask());
        }
    }

    @Override
    public INDArray doForward(boolean training, LayerWorkspaceMgr workspaces) {
        INDArray output = super.doForward(training, workspaces);
        meter.measure((IOutputLayer) getLayer(), output);
        return output;
    }

    @Override
    public Pair<Gradient, INDArray[]> doBackward(boolean tbptt, LayerWorkspaceMgr workspaces) {
        if (getLayer() instanceof LossLayer) {
            // whose backward writes over what it reads: ND4J's gradient of softmax is computed in place
            meter.measure((IOutputLayer) getLayer(), getLayer().activate(true, workspaces));
            return super.doBackward(tbptt, workspaces);
        }
        Pair<Gradient, INDArray[]> result = super.doBackward(tbptt, workspaces);
        // training = true finds dropout applied to the input already, and does not draw it again
        meter.measure((IOutputLayer) getLayer(), getLayer().activate(true, workspaces));
        return result;
    }
}
