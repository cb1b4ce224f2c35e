package io.lockstep.networks.compiled;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Operation;
import io.lockstep.engine.Shape;
import io.lockstep.engine.Window;
import io.lockstep.engine.operations.Losses.Judgement;
import io.lockstep.engine.operations.Losses.Rule;
import io.lockstep.engine.operations.Losses.SoftmaxCrossEntropy;
import io.lockstep.engine.operations.Moves.Flatten;
import io.lockstep.engine.operations.Moves.Reshape;
import io.lockstep.engine.operations.Norm.BatchNorm;
import io.lockstep.engine.operations.Norm.ResponseNorm;
import io.lockstep.engine.operations.Products.Convolution;
import io.lockstep.engine.operations.Products.Dense;
import io.lockstep.engine.operations.Products.TransposedConvolution;
import io.lockstep.engine.operations.Resampling.NormPooling;
import io.lockstep.engine.operations.Resampling.Pooling;
import io.lockstep.engine.operations.Resampling.PoolingKind;
import io.lockstep.engine.operations.Resampling.Upsampling;
import io.lockstep.networks.Exactly;
import io.lockstep.networks.layers.VectorToImage;
import io.lockstep.networks.layers.Windows;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossNegativeLogLikelihood;
import org.nd4j.linalg.lossfunctions.impl.LossSparseMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossWasserstein;

/** Appends the operations of one DL4J layer: preprocessor, dropout of the input, the layer itself, its activation. */
final class LayerTranslator {
    /** How near to 0 and 1 DL4J lets probabilities come by default, which makes no difference that a test could see. */
    private static final double SOFTMAX_CLIP = 1e-10;

    /** What global pooling of DL4J's (N, F, T) goes over. */
    private static final int[] ALL_STEPS = {2};

    private final Graph.Builder graph;
    private final boolean channelsLast;
    private final double labelSmoothing;
    private final SequenceTranslator sequences;
    private final DropoutProbe dropouts;
    /** By output. */
    private final Map<String, Loss> losses = new HashMap<>();

    LayerTranslator(Graph.Builder graph, boolean channelsLast, double labelSmoothing) {
        this.graph = graph;
        this.channelsLast = channelsLast;
        this.labelSmoothing = labelSmoothing;
        sequences = new SequenceTranslator(graph, this);
        dropouts = new DropoutProbe(channelsLast);
    }

    /** @return the node that holds the layer's output */
    String layer(String name, LayerVertex vertex, String input) {
        return unprocessed(name, vertex.getLayerConf().getLayer(), preprocess(name, vertex.getPreProcessor(), input));
    }

    /** A layer without its preprocessor: also what a wrapper holds. */
    String unprocessed(String name, Layer layer, String input) {
        // the exact classes: a subclass does something else
        Class<?> type = layer.getClass();
        String y = translate(name, layer, type, dropout(name, layer, input));
        if (layer instanceof BaseLayer base && base.getWeightNoise() != null) {
            NoiseTranslator.dropConnect(graph, name, base.getWeightNoise());
        }
        return y;
    }

    private String translate(String name, Layer layer, Class<?> type, String x) {
        if (type == ConvolutionLayer.class) {
            return convolution(name, (ConvolutionLayer) layer, x);
        } else if (type == Deconvolution2D.class) {
            return transposed(name, (Deconvolution2D) layer, x);
        } else if (type == BatchNormalization.class) {
            return batchNorm(name, (BatchNormalization) layer, x);
        } else if (type == SubsamplingLayer.class) {
            return pooling(name, (SubsamplingLayer) layer, x);
        } else if (type == Upsampling2D.class) {
            Upsampling2D upsampling = (Upsampling2D) layer;
            requireFormat(name, upsampling.getFormat());
            return append(
                    name, new Upsampling(upsampling.getSize()[0], upsampling.getSize()[1]), x);
        } else if (type == GlobalPoolingLayer.class) {
            return globalPooling(name, (GlobalPoolingLayer) layer, x);
        } else if (type == ActivationLayer.class) {
            return activation(name, ((ActivationLayer) layer).getActivationFn(), x);
        } else if (type == DropoutLayer.class) {
            return x;
        } else if (type == DenseLayer.class) {
            return dense(name, (DenseLayer) layer, x);
        } else if (type == LocalResponseNormalization.class) {
            return responseNorm(name, (LocalResponseNormalization) layer, x);
        } else if (type == OutputLayer.class) {
            return output(name, (OutputLayer) layer, x);
        } else if (type == LossLayer.class) {
            LossLayer loss = (LossLayer) layer;
            return lose(name, softmaxCrossEntropy(name, loss.getActivationFn(), loss.getLossFn()), x);
        } else if (type == DepthwiseConvolution2D.class || type == SeparableConvolution2D.class) {
            throw stockDepthwise(name, (ConvolutionLayer) layer);
        }
        return sequences.layer(name, layer, x);
    }

    private String append(String name, Operation operation, String input) {
        graph.add(name, operation, input);
        return name;
    }

    /** @return the node that holds what the preprocessor makes of the input */
    String preprocess(String name, InputPreProcessor preprocessor, String input) {
        if (preprocessor == null) {
            return input;
        }
        if (Exactly.is(VectorToImage.class, preprocessor)) {
            VectorToImage image = (VectorToImage) preprocessor;
            Shape shape = new Shape(
                    Math.toIntExact(image.height()), Math.toIntExact(image.width()), Math.toIntExact(image.channels()));
            return append(graph.beside(name, "image"), new Reshape(shape), input);
        }
        if (preprocessor.getClass() != CnnToFeedForwardPreProcessor.class) {
            return sequences.preprocess(name, preprocessor, input);
        }
        requireFormat(name, ((CnnToFeedForwardPreProcessor) preprocessor).getFormat());
        return append(graph.beside(name, "flat"), new Flatten(!channelsLast), input);
    }

    private void requireFormat(String name, CNN2DFormat format) {
        if (format != (channelsLast ? CNN2DFormat.NHWC : CNN2DFormat.NCHW)) {
            throw unsupported(name, "layer in " + format + " within a network in another layout");
        }
    }

    /**
     * A dropout that is set for the whole network is on every layer, also on those that DL4J leaves alone.
     *
     * @return the node that the layer reads
     */
    String dropout(String name, Layer layer, String input) {
        if (layer.getIDropout() == null || !dropouts.isApplied(name, layer, graph.shapeOf(input))) {
            return input;
        }
        return append(graph.beside(name, "dropout"), NoiseTranslator.noise(name, layer.getIDropout()), input);
    }

    private String convolution(String name, ConvolutionLayer layer, String input) {
        requireFormat(name, layer.getCnn2dDataFormat());
        Window window = window(
                name,
                graph.shapeOf(input),
                layer.getKernelSize(),
                layer.getStride(),
                layer.getPadding(),
                layer.getDilation(),
                layer.getConvolutionMode());
        int outputs = Math.toIntExact(layer.getNOut());
        append(name, new Convolution(outputs, window, 1, layer.hasBias()), input);
        return activation(graph.beside(name, "activation"), layer.getActivationFn(), name);
    }

    /** Of a depthwise one DL4J's weights are (height, width, inputs, multiplier), the engine's (outputs, 1, height, width). */
    private static UnsupportedOperationException stockDepthwise(String name, ConvolutionLayer layer) {
        if (layer instanceof SeparableConvolution2D separable) {
            long between = separable.getNIn() * separable.getDepthMultiplier();
            return unsupported(
                    name,
                    "SeparableConvolution2D; it has GroupedConvolution with groups(DEPTHWISE), nOut(" + between
                            + ") and no bias, and a 1x1 ConvolutionLayer behind it makes it separable");
        }
        return unsupported(
                name,
                "DepthwiseConvolution2D, whose weights lie in another order; it has GroupedConvolution with"
                        + " groups(DEPTHWISE) and nOut(" + layer.getNOut()
                        + "), and an ActivationLayer goes behind it");
    }

    private String transposed(String name, Deconvolution2D layer, String input) {
        requireFormat(name, layer.getCnn2dDataFormat());
        int[] kernel = layer.getKernelSize();
        int[] stride = layer.getStride();
        int[] dilation = layer.getDilation();
        int[] pad = layer.getPadding();
        boolean same = layer.getConvolutionMode() == ConvolutionMode.Same;
        Sides height = same ? sameOutput(name, kernel[0], stride[0], dilation[0]) : Sides.both(pad[0]);
        Sides width = same ? sameOutput(name, kernel[1], stride[1], dilation[1]) : Sides.both(pad[1]);
        Window window = new Window(
                kernel[0],
                kernel[1],
                stride[0],
                stride[1],
                height.before(),
                height.after(),
                width.before(),
                width.after(),
                dilation[0],
                dilation[1]);
        int outputs = Math.toIntExact(layer.getNOut());
        append(name, new TransposedConvolution(outputs, window, layer.hasBias(), height.gap(), width.gap()), input);
        return activation(graph.beside(name, "activation"), layer.getActivationFn(), name);
    }

    /**
     * What is cut off an output before its first pixel and after its last one.
     *
     * @param gap pixels after the last one that no kernel reaches
     */
    private record Sides(int before, int after, int gap) {
        static Sides both(int padding) {
            return new Sides(padding, padding, 0);
        }
    }

    /**
     * Of a transposed convolution whose output is stride times as large as its input: what is too much is cut, the odd
     * pixel at the end. A kernel shorter than its stride leaves too little, and DL4J moves it to the middle of the stride.
     */
    private static Sides sameOutput(String name, int kernel, int stride, int dilation) {
        int excess = (kernel - 1) * dilation + 1 - stride;
        if (excess < -1) {
            throw unsupported(
                    name,
                    "transposed convolution of mode Same with a stride of " + stride + " and a kernel that reaches "
                            + (stride + excess) + ", two or more fewer");
        }
        return excess < 0 ? new Sides(0, 0, -excess) : new Sides(excess / 2, excess - excess / 2, 0);
    }

    private static Window window(
            String name, Shape input, int[] kernel, int[] stride, int[] padding, int[] dilation, ConvolutionMode mode) {
        if (mode == ConvolutionMode.Causal) {
            throw unsupported(name, "causal convolution");
        }
        return Windows.of(input, kernel, stride, padding, dilation, mode);
    }

    private String batchNorm(String name, BatchNormalization layer, String input) {
        if (layer.isLockGammaBeta()) {
            throw unsupported(name, "batch norm with locked gamma and beta");
        }
        if (graph.shapeOf(input).pixels() > 1) {
            requireFormat(name, layer.getCnn2DFormat());
        }
        return append(name, new BatchNorm(layer.getEps(), layer.getDecay(), layer.isUseLogStd()), input);
    }

    private String pooling(String name, SubsamplingLayer layer, String input) {
        requireFormat(name, layer.getCnn2dDataFormat());
        Window window = window(
                name,
                graph.shapeOf(input),
                layer.getKernelSize(),
                layer.getStride(),
                layer.getPadding(),
                layer.getDilation(),
                layer.getConvolutionMode());
        if (layer.getPoolingType() == PoolingType.PNORM) {
            return append(name, new NormPooling(layer.getPnorm(), window), input);
        }
        PoolingKind average =
                layer.isAvgPoolIncludePadInDivisor() ? PoolingKind.AVERAGE_WITH_PADDING : PoolingKind.AVERAGE;
        PoolingKind kind = kind(name, layer.getPoolingType(), average);
        return append(name, new Pooling(kind, window), input);
    }

    private static PoolingKind kind(String name, PoolingType type, PoolingKind average) {
        return switch (type) {
            case MAX -> PoolingKind.MAX;
            case AVG -> average;
            default -> throw unsupported(name, type + " pooling");
        };
    }

    private String globalPooling(String name, GlobalPoolingLayer layer, String input) {
        Shape shape = graph.shapeOf(input);
        int[] pixels = channelsLast ? new int[] {1, 2} : new int[] {2, 3};
        int[] dimensions = layer.getPoolingDimensions();
        boolean allPixels = dimensions == null
                ? !channelsLast
                : Arrays.equals(dimensions, pixels) || shape.width() == 1 && Arrays.equals(dimensions, ALL_STEPS);
        if (!layer.isCollapseDimensions() || !allPixels) {
            throw unsupported(name, "global pooling over other than all pixels");
        }
        Window window = new Window(shape.height(), shape.width(), 1, 1, 0, 0, 0, 0, 1, 1);
        if (layer.getPoolingType() == PoolingType.PNORM) {
            return append(name, new NormPooling(layer.getPnorm(), window), input);
        }
        PoolingKind kind = kind(name, layer.getPoolingType(), PoolingKind.AVERAGE);
        return append(name, new Pooling(kind, window), input);
    }

    private String dense(String name, DenseLayer layer, String input) {
        if (layer.isHasLayerNorm()) {
            throw unsupported(name, "layer norm");
        }
        append(name, new Dense(Math.toIntExact(layer.getNOut()), layer.hasBias()), input);
        return activation(graph.beside(name, "activation"), layer.getActivationFn(), name);
    }

    private String output(String name, OutputLayer layer, String input) {
        if (graph.shapeOf(input).pixels() > 1) {
            throw unsupported(name, "OutputLayer of each step; RnnOutputLayer is one");
        }
        Operation loss = lossOf(name, layer);
        append(name, new Dense(Math.toIntExact(layer.getNOut()), layer.hasBias()), input);
        return lose(name, loss, name);
    }

    /** Notes what an output's scores become once all vertices are there. */
    String lose(String name, Operation loss, String scores) {
        losses.put(name, new Loss(loss, scores));
        return scores;
    }

    /**
     * Appends an output's loss, and then it is the graph's own.
     *
     * @param own whether it is the network's first output, whose loss is told: DL4J would tell a weighted one
     */
    void appendLoss(String output, boolean own) {
        Loss loss = losses.get(output);
        if (loss == null) {
            throw unsupported(output, "output that is no output layer");
        }
        boolean steps = graph.shapeOf(loss.scores).pixels() > 1;
        if (!own && (steps || !(loss.operation instanceof SoftmaxCrossEntropy))) {
            throw unsupported(output, "auxiliary output other than softmax of a vector");
        }
        if (own && !steps && loss.operation instanceof SoftmaxCrossEntropy softmax && softmax.weight() != 1) {
            throw unsupported(output, "weighted cross-entropy, but of each step or an auxiliary classifier");
        }
        append(graph.beside(output, "loss"), loss.operation, loss.scores);
    }

    /** @param scores node that the loss reads */
    private record Loss(Operation operation, String scores) {}

    private Operation lossOf(String name, OutputLayer layer) {
        IActivation function = layer.getActivationFn();
        ILossFunction loss = layer.getLossFn();
        boolean one = layer.getNOut() == 1;
        if (one && Exactly.is(ActivationSigmoid.class, function) && Exactly.is(LossBinaryXENT.class, loss)) {
            LossBinaryXENT binary = (LossBinaryXENT) loss;
            if (binary.getWeights() != null || labelSmoothing > 0) {
                throw unsupported(name, "sigmoid cross-entropy with weights or label smoothing");
            }
            return new Judgement(Rule.CROSS_ENTROPY, binary.getClipEps());
        } else if (one && Exactly.is(ActivationIdentity.class, function) && Exactly.is(LossWasserstein.class, loss)) {
            return new Judgement(Rule.WASSERSTEIN);
        }
        return softmaxCrossEntropy(name, function, loss);
    }

    /** Weights of classes that are all the same weigh each label: 1 / T makes DL4J's sum over T steps a mean. */
    SoftmaxCrossEntropy softmaxCrossEntropy(String name, IActivation function, ILossFunction loss) {
        if (!Exactly.is(ActivationSoftmax.class, function) || !isCrossEntropy(loss)) {
            throw unsupported(
                    name,
                    "output of " + function.getClass().getSimpleName() + " with "
                            + loss.getClass().getSimpleName()
                            + "; it has softmax, or one sigmoid, with cross-entropy, and a critic's");
        }
        if (((LossMCXENT) loss).getSoftmaxClipEps() != SOFTMAX_CLIP) {
            throw unsupported(name, "cross-entropy with a softmaxClipEps of its own");
        }
        INDArray weights = ((LossMCXENT) loss).getWeights();
        double weight = weights == null ? 1 : weights.getDouble(0);
        if (weights != null
                && (weights.minNumber().doubleValue() != weight
                        || weights.maxNumber().doubleValue() != weight)) {
            throw unsupported(name, "cross-entropy with other weights for other classes");
        }
        return new SoftmaxCrossEntropy(labelSmoothing, weight);
    }

    /** DL4J has it under three names: the second is the same, the third is given the same labels as numbers. */
    private static boolean isCrossEntropy(ILossFunction loss) {
        return Exactly.is(LossMCXENT.class, loss)
                || Exactly.is(LossNegativeLogLikelihood.class, loss)
                || Exactly.is(LossSparseMCXENT.class, loss);
    }

    private String responseNorm(String name, LocalResponseNormalization layer, String input) {
        requireFormat(name, layer.getDataFormat());
        int size = 2 * ((int) layer.getN() / 2) + 1; // DL4J looks n / 2 to each side
        return append(name, new ResponseNorm(size, layer.getK(), layer.getAlpha(), layer.getBeta()), input);
    }

    private String activation(String name, IActivation function, String input) {
        if (Exactly.is(ActivationIdentity.class, function)) {
            return input;
        }
        return append(name, ActivationTranslator.activation(name, function), input);
    }

    private static UnsupportedOperationException unsupported(String vertex, String what) {
        return GraphTranslator.unsupported(vertex, what);
    }
}
