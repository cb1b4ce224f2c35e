package io.lockstep.networks.dl4j;

import io.lockstep.networks.LabelKind;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.Wrapped;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.layers.AbstractLSTM;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.GravesBidirectionalLSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LearnedSelfAttentionLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SpaceToBatchLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossCosineProximity;
import org.nd4j.linalg.lossfunctions.impl.LossHinge;
import org.nd4j.linalg.lossfunctions.impl.LossKLD;
import org.nd4j.linalg.lossfunctions.impl.LossL1;
import org.nd4j.linalg.lossfunctions.impl.LossL2;
import org.nd4j.linalg.lossfunctions.impl.LossMAPE;
import org.nd4j.linalg.lossfunctions.impl.LossMSLE;
import org.nd4j.linalg.lossfunctions.impl.LossPoisson;
import org.nd4j.linalg.lossfunctions.impl.LossSquaredHinge;
import org.nd4j.linalg.lossfunctions.impl.LossWasserstein;

/** What DL4J 1.0.0-M2.1 accepts in a configuration, and then computes wrongly or fails at: refused before anything starts. */
final class Dl4jLimits {
    private Dl4jLimits() {}

    /** @throws UnsupportedOperationException naming what DL4J itself gets wrong, and what to take instead */
    static void require(NetworkDefinition definition) {
        requireWholeSequences(definition.configuration());
        requireMerges(definition.configuration());
        requireTrainable(definition);
        requireGradientsOfMasks(definition.configuration());
        requireGradientsOfMaskedInputs(definition);
        requireScoresOfPixels(definition);
        FlattenedVolumes.require(definition);
    }

    /** Layers that DL4J has and cannot train. */
    private static void requireTrainable(NetworkDefinition definition) {
        if (definition.hasLayer(LearnedSelfAttentionLayer.class::isInstance)) {
            throw new UnsupportedOperationException(
                    "LearnedSelfAttentionLayer has no gradient in DL4J 1.0.0-M2.1, whose"
                            + " operation for it fails; take MultiHeadAttention and a pooling of the steps behind it");
        }
        if (definition.hasLayer(Dl4jLimits::isConvolutionOfChannelsLast)) {
            throw new UnsupportedOperationException(
                    "Convolution1DLayer in the format NWC has a wrong gradient in DL4J"
                            + " itself; take the format NCW, or the compiled runtime, whose gradient is right (runtime = auto)");
        }
        if (definition.hasLayer(
                layer -> layer instanceof SeparableConvolution2D separable && separable.getNIn() == 1)) {
            throw new UnsupportedOperationException("SeparableConvolution2D of one channel leaves out its point-wise"
                    + " weights in DL4J itself; take a ConvolutionLayer, or the compiled runtime (runtime = auto)");
        }
        if (definition.hasLayer(Dl4jLimits::overwritesItsInput)) {
            throw new UnsupportedOperationException(
                    "a frozen ActivationLayer or PReLULayer overwrites in DL4J itself what it"
                            + " reads; do not freeze what has no parameters, or take the compiled runtime (runtime = auto)");
        }
        if (definition.hasLayer(Dl4jLimits::mixesUpSoftmaxOfSteps)) {
            throw new UnsupportedOperationException(
                    "softmax of steps with a loss other than the cross-entropy has a wrong"
                            + " gradient in DL4J itself; take LossMCXENT, or the compiled runtime, whose gradient is right"
                            + " (runtime = auto)");
        }
        if (definition.hasLayer(SpaceToBatchLayer.class::isInstance)) {
            throw new UnsupportedOperationException(
                    "SpaceToBatchLayer makes several examples of one, which then have no"
                            + " label each, and DL4J has no layer that makes one of them again; a dilated convolution sees the same");
        }
    }

    /** What is frozen runs as in a test, where these work in place. */
    private static boolean overwritesItsInput(Layer layer) {
        boolean isFrozen = layer instanceof FrozenLayer || layer instanceof FrozenLayerWithBackprop;
        Layer frozen = isFrozen ? Wrapped.innermost(layer) : null;
        return frozen instanceof ActivationLayer || frozen instanceof PReLULayer;
    }

    /**
     * ND4J's gradient of softmax reads one array in the order of another: right only where the gradient by the activations
     * lies as they do, which is up to what the loss makes it of, outputs or labels.
     */
    private static boolean mixesUpSoftmaxOfSteps(Layer layer) {
        if (layer instanceof RnnOutputLayer output) {
            return output.getActivationFn() instanceof ActivationSoftmax && isMadeOfLabels(output.getLossFn());
        }
        return layer instanceof RnnLossLayer output
                && output.getActivationFn() instanceof ActivationSoftmax
                && isMadeOfOutputs(output.getLossFn());
    }

    private static boolean isMadeOfLabels(ILossFunction loss) {
        return loss instanceof LossPoisson
                || loss instanceof LossKLD
                || loss instanceof LossHinge
                || loss instanceof LossWasserstein
                || loss instanceof LossMAPE;
    }

    private static boolean isMadeOfOutputs(ILossFunction loss) {
        return loss instanceof LossL1 // and LossMAE
                || loss instanceof LossL2 // and LossMSE
                || loss instanceof LossMSLE
                || loss instanceof LossSquaredHinge
                || loss instanceof LossCosineProximity;
    }

    /** DL4J writes the gradient of a convolution of sequences in NWC where another weight's belongs. */
    private static boolean isConvolutionOfChannelsLast(Layer layer) {
        return layer instanceof Convolution1DLayer convolution && convolution.getRnnDataFormat() == RNNFormat.NWC;
    }

    /** A merge of one input hands on DL4J's array itself, which a layer behind it may change in place when it only tests. */
    private static void requireMerges(ComputationGraphConfiguration configuration) {
        configuration.getVertices().forEach((name, vertex) -> {
            if (vertex instanceof MergeVertex
                    && configuration.getVertexInputs().get(name).size() == 1) {
                throw new UnsupportedOperationException("vertex '" + name + "' merges one input, which DL4J itself does"
                        + " wrongly in tests, where it shares memory with what reads it; leave the vertex out");
            }
        });
    }

    /** Where a step is masked, DL4J's LSTM hands on the gradient of the memory cell as if the step were there. */
    private static void requireGradientsOfMasks(ComputationGraphConfiguration configuration) {
        configuration.getVertices().forEach((name, vertex) -> {
            Layer layer = vertex instanceof LayerVertex of ? of.getLayerConf().getLayer() : null;
            while (layer instanceof BaseWrapperLayer wrapper && !(layer instanceof MaskZeroLayer)) {
                layer = wrapper.getUnderlying();
            }
            if (layer instanceof MaskZeroLayer masked && masked.getUnderlying() instanceof AbstractLSTM) {
                throw new UnsupportedOperationException("vertex '" + name + "' is an LSTM whose steps are masked, of"
                        + " which DL4J itself computes a wrong gradient; the compiled runtime's is right"
                        + " (runtime = auto, with layers that it has), and so is that of DL4J's SimpleRnn");
            }
        });
    }

    /** DL4J's score of pixels takes whatever layout for channels first, and then a mask does not fit. */
    private static void requireScoresOfPixels(NetworkDefinition definition) {
        boolean masked = definition.plan().outputs().stream()
                .anyMatch(output -> output.kind() == LabelKind.CLASSES || output.mask() != null);
        if (masked
                && definition.hasLayer(
                        layer -> layer instanceof CnnLossLayer pixels && pixels.getFormat() == CNN2DFormat.NHWC)) {
            throw new UnsupportedOperationException(
                    "CnnLossLayer in the format NHWC fails in DL4J itself where labels are"
                            + " classes or masked; take the format NCHW, or the compiled runtime (runtime = auto)");
        }
    }

    /** Steps that are masked behind all others are right: nothing comes back from them. */
    private static void requireGradientsOfMaskedInputs(NetworkDefinition definition) {
        boolean masked = definition.plan().inputs().stream().anyMatch(input -> input.mask() != null);
        if (masked
                && definition.hasLayer(layer -> layer instanceof GravesBidirectionalLSTM
                        || layer instanceof Bidirectional both && both.getFwd() instanceof AbstractLSTM)) {
            throw new UnsupportedOperationException(
                    "a mask of an input goes with no LSTM that reads backwards, of which"
                            + " DL4J itself computes a wrong gradient then; DL4J's SimpleRnn has a right one");
        }
    }

    static void requireWholeSequences(ComputationGraphConfiguration configuration) {
        if (configuration.getBackpropType() == BackpropType.TruncatedBPTT) {
            throw new UnsupportedOperationException(
                    "DL4J itself truncates back-propagation only in its own fit, with an"
                            + " update for each part of a sequence; the compiled runtime does (runtime = auto)");
        }
    }
}
