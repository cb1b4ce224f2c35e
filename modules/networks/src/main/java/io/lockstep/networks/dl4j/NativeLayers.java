package io.lockstep.networks.dl4j;

import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.impl.LayerVertex;
import org.deeplearning4j.nn.layers.ActivationLayer;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.layers.convolution.ConvolutionLayer;
import org.deeplearning4j.nn.layers.convolution.subsampling.SubsamplingLayer;
import org.deeplearning4j.nn.layers.normalization.BatchNormalization;
import org.deeplearning4j.nn.layers.normalization.LocalResponseNormalization;
import org.deeplearning4j.nn.layers.wrapper.BaseWrapperLayer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Exchanges what runs a layer, after {@code init()}, for something faster with the same results, or for something right
 * where DL4J's or ND4J's own is wrong. The configuration, the parameters' memory and what is saved stay DL4J's.
 *
 * <p>DL4J 1.0.0-M2.1 has oneDNN helpers of its own, but looks for ND4J's environment under a class name that has since
 * changed, finds none, and falls back to im2col and chains of broadcasts. ResNet-18 on 32x32 pixels, batch 64, two
 * cores of an AMD EPYC (Zen 5): 7 images/s so, 38 with the helpers, 66 with these layers.
 */
final class NativeLayers {
    private NativeLayers() {}

    /** @param onCpu whether ND4J's arrays are in this process's own memory, which most of the exchanged work on */
    static void install(ComputationGraph graph, boolean onCpu) {
        GraphVertex[] vertices = graph.getVertices();
        Layer[] layers = graph.getLayers(); // the live array
        for (GraphVertex vertex : vertices) {
            if (!(vertex instanceof LayerVertex layerVertex)) {
                continue;
            }
            Layer original = layerVertex.getLayer();
            Layer replacement = replacementOf(original, onCpu);
            if (replacement == original) {
                continue;
            }
            layerVertex.setLayer(replacement);
            for (int i = 0; i < layers.length; i++) {
                if (layers[i] == original) {
                    layers[i] = replacement;
                }
            }
        }
    }

    private static Layer replacementOf(Layer original, boolean onCpu) {
        if (original instanceof BaseWrapperLayer wrapper) { // as transfer learning freezes layers
            wrapper.setUnderlying(correctionOf(wrapper.getUnderlying(), onCpu));
            return wrapper;
        }
        Layer corrected = correctionOf(original, onCpu);
        return corrected == original && onCpu ? fasterThan(original) : corrected;
    }

    private static Layer correctionOf(Layer original, boolean onCpu) {
        if (original.getClass() == LocalResponseNormalization.class) {
            return at(original, new ExactResponseNorm((LocalResponseNormalization) original));
        }
        if (onCpu && original.getClass() == SubsamplingLayer.class) {
            SubsamplingLayer pooling = (SubsamplingLayer) original;
            return DilatedPooling.isDilated(pooling) ? at(original, new DilatedPooling(pooling)) : original;
        }
        if (onCpu && original instanceof SubsamplingLayer sequences && DilatedPooling.isDilated(sequences)) {
            throw new UnsupportedOperationException(
                    "layer '" + sequences.layerConf().getLayerName() + "': ND4J pools steps that are apart as if they"
                            + " were neighbours, which its oneDNN helper gets wrong; set the layer's dilation to 1");
        }
        return original;
    }

    private static Layer fasterThan(Layer original) {
        if (original.getClass() == ConvolutionLayer.class && !isDilated((ConvolutionLayer) original)) {
            return inPlaceOf((ConvolutionLayer) original, new OneDnnConvolution((ConvolutionLayer) original));
        }
        if (original.getClass() == BatchNormalization.class
                && VectorBatchNorm.canReplace((BatchNormalization) original)) {
            return inPlaceOf((BatchNormalization) original, new VectorBatchNorm((BatchNormalization) original));
        }
        if (original.getClass() == ActivationLayer.class && VectorRelu.canReplace((ActivationLayer) original)) {
            return at(original, new VectorRelu((ActivationLayer) original));
        }
        return original;
    }

    /** For some sizes of these oneDNN has no convolution, and DL4J then takes its own. */
    private static boolean isDilated(ConvolutionLayer layer) {
        int[] dilation = layer.layerConf().getDilation();
        return dilation[0] > 1 || dilation[1] > 1;
    }

    /** Of layers without parameters. */
    private static Layer at(Layer original, Layer replacement) {
        replacement.setIndex(original.getIndex());
        return replacement;
    }

    private static Layer inPlaceOf(BaseLayer<?> original, BaseLayer<?> replacement) {
        INDArray gradients = original.getGradientsViewArray();
        replacement.setParamsViewArray(original.params());
        replacement.setParamTable(original.paramTable());
        replacement.setBackpropGradientsViewArray(gradients);
        replacement.setIndex(original.getIndex());
        return replacement;
    }
}
