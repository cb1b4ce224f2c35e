package io.lockstep.networks.dl4j;

import io.lockstep.networks.Exactly;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.convolution.ConvolutionLayer;
import org.deeplearning4j.nn.layers.mkldnn.MKLDNNConvHelper;
import org.deeplearning4j.nn.params.ConvolutionParamInitializer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;

/**
 * DL4J's convolution, run by oneDNN: what DL4J's own helper does, without what DL4J does around it even with the helper
 * (transposing the whole input for nothing, and a second forward pass in backward where the activation is the identity).
 */
final class OneDnnConvolution extends ConvolutionLayer {
    private static final long serialVersionUID = 1L;

    private final transient MKLDNNConvHelper oneDnn = new MKLDNNConvHelper(DataType.FLOAT);

    OneDnnConvolution(ConvolutionLayer original) {
        super(original.conf(), DataType.FLOAT);
        helper = null;
    }

    @Override
    protected Pair<INDArray, INDArray> preOutput(boolean training, boolean forBackprop, LayerWorkspaceMgr workspaces) {
        assertInputSet(false);
        validateInputRank();
        validateInputDepth(layerConf().getNIn());
        INDArray z = oneDnn.preOutput(
                input,
                weights(training, workspaces),
                bias(training, workspaces),
                layerConf().getKernelSize(),
                layerConf().getStride(),
                layerConf().getPadding(),
                layerConf().getCudnnAlgoMode(),
                layerConf().getCudnnFwdAlgo(),
                convolutionMode,
                layerConf().getDilation(),
                format(),
                workspaces);
        return new Pair<>(z, null);
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
        assertInputSet(true);
        IActivation activation = layerConf().getActivationFn();
        INDArray delta = Exactly.is(ActivationIdentity.class, activation)
                ? epsilon
                : activation
                        .backprop(preOutput(true, true, workspaces).getFirst(), epsilon)
                        .getFirst();
        if (!Shape.hasDefaultStridesForShape(delta)) {
            delta = workspaces.dup(ArrayType.BP_WORKING_MEM, delta, 'c');
        }
        Pair<Gradient, INDArray> result = oneDnn.backpropGradient(
                input,
                weights(true, workspaces),
                bias(true, workspaces),
                delta,
                layerConf().getKernelSize(),
                layerConf().getStride(),
                layerConf().getPadding(),
                hasBias() ? gradientViews.get(ConvolutionParamInitializer.BIAS_KEY) : null,
                gradientViews.get(ConvolutionParamInitializer.WEIGHT_KEY),
                activation,
                layerConf().getCudnnAlgoMode(),
                layerConf().getCudnnBwdFilterAlgo(),
                layerConf().getCudnnBwdDataAlgo(),
                convolutionMode,
                layerConf().getDilation(),
                format(),
                workspaces);
        weightNoiseParams.clear();
        result.setSecond(backpropDropOutIfPresent(result.getSecond()));
        return result;
    }

    private INDArray weights(boolean training, LayerWorkspaceMgr workspaces) {
        return getParamWithNoise(ConvolutionParamInitializer.WEIGHT_KEY, training, workspaces);
    }

    private INDArray bias(boolean training, LayerWorkspaceMgr workspaces) {
        return hasBias() ? getParamWithNoise(ConvolutionParamInitializer.BIAS_KEY, training, workspaces) : null;
    }

    private CNN2DFormat format() {
        return layerConf().getCnn2dDataFormat();
    }
}
