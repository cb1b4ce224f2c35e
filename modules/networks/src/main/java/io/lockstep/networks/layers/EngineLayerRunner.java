package io.lockstep.networks.layers;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** An {@link EngineLayer} in a DL4J network: keeps its parameters for the compiled replica. */
final class EngineLayerRunner extends BaseLayer<EngineLayer> {
    private static final long serialVersionUID = 1L;

    EngineLayerRunner(NeuralNetConfiguration configuration, DataType type) {
        super(configuration, type);
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
        throw refusal();
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
        throw refusal();
    }

    private UnsupportedOperationException refusal() {
        return new UnsupportedOperationException("layer '" + layerConf().getLayerName() + "' ("
                + layerConf().getClass().getSimpleName()
                + ") runs in Lockstep's engine only (CompiledReplica), not in DL4J itself");
    }

    @Override
    public boolean isPretrainLayer() {
        return false;
    }
}
