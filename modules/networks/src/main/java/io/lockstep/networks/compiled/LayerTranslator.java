package io.lockstep.networks.compiled;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Operation;
import io.lockstep.engine.Operation.PoolingKind;
import io.lockstep.engine.Operation.SoftmaxCrossEntropy;
import io.lockstep.engine.Shape;
import io.lockstep.engine.Window;
import io.lockstep.networks.layers.EngineLayer;
import io.lockstep.networks.layers.VectorToImage;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
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
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossWasserstein;

/** Appends the operations of one DL4J layer: preprocessor, dropout of the input, the layer itself, its activation. */
final class LayerTranslator {
    /** Layers whose dropout DL4J applies to their input. */
    private static final Set<Class<?>> DROPPING = Set.of(
            ConvolutionLayer.class,
            Deconvolution2D.class,
            DenseLayer.class,
            OutputLayer.class,
            RnnOutputLayer.class,
            LSTM.class,
            SimpleRnn.class,
            DropoutLayer.class,
            ActivationLayer.class);

    /** What global pooling of DL4J's (N, F, T) goes over. */
    private static final int[] ALL_STEPS = {2};

    private final Graph.Builder graph;
    private final boolean channelsLast;
    private final double labelSmoothing;
    private final SequenceTranslator sequences;
    /** By output. */
    private final Map<String, Loss> losses = new HashMap<>();

    LayerTranslator(Graph.Builder graph, boolean channelsLast, double labelSmoothing) {
        this.graph = graph;
        this.channelsLast = channelsLast;
        this.labelSmoothing = labelSmoothing;
        sequences = new SequenceTranslator(graph, this);
    }

    /** @return the node that holds the layer's output */
    String layer(String name, LayerVertex vertex, String input) {
        return unprocessed(name, vertex.getLayerConf().getLayer(), preprocess(name, vertex.getPreProcessor(), input));
    }

    /** A layer without its preprocessor: also what a wrapper holds. */
    String unprocessed(String name, Layer layer, String input) {
        // the exact classes: a subclass does something else
        Class<?> type = layer.getClass();
        String x = dropsInput(type) ? dropout(name, layer, input) : input;
        String y = translate(name, layer, type, x);
        if (layer instanceof BaseLayer base && base.getWeightNoise() != null) {
            NoiseTranslator.dropConnect(graph, name, base.getWeightNoise());
        }
        return y;
    }

    /**
     * Whether DL4J applies a layer's dropout to its input. A dropout that is set for the whole network is on every layer,
     * also on those that DL4J leaves alone: pooling, norms, losses, embeddings, and what wraps another layer.
     */
    private static boolean dropsInput(Class<?> type) {
        return DROPPING.contains(type) || EngineLayer.class.isAssignableFrom(type);
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
                    name,
                    new Operation.Upsampling(upsampling.getSize()[0], upsampling.getSize()[1]),
                    x);
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
        if (preprocessor instanceof VectorToImage image) {
            Shape shape = new Shape(
                    Math.toIntExact(image.height()), Math.toIntExact(image.width()), Math.toIntExact(image.channels()));
            return append(name + ".image", new Operation.Reshape(shape), input);
        }
        if (preprocessor.getClass() != CnnToFeedForwardPreProcessor.class) {
            return sequences.preprocess(name, preprocessor, input);
        }
        requireFormat(name, ((CnnToFeedForwardPreProcessor) preprocessor).getFormat());
        return append(name + ".flat", new Operation.Flatten(!channelsLast), input);
    }

    private void requireFormat(String name, CNN2DFormat format) {
        if (format != (channelsLast ? CNN2DFormat.NHWC : CNN2DFormat.NCHW)) {
            throw unsupported(name, "layer in " + format + " within a network in another layout");
        }
    }

    String dropout(String name, Layer layer, String input) {
        if (layer.getIDropout() == null) {
            return input;
        }
        return append(name + ".dropout", NoiseTranslator.noise(name, layer.getIDropout()), input);
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
        append(name, new Operation.Convolution(outputs, window, 1, layer.hasBias()), input);
        return activation(name + ".activation", layer.getActivationFn(), name);
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
        Window window;
        if (layer.getConvolutionMode() == ConvolutionMode.Same) {
            // the output is stride times as large; what is too much is cut, the odd pixel at the end
            int height = Math.max(0, (kernel[0] - 1) * dilation[0] + 1 - stride[0]);
            int width = Math.max(0, (kernel[1] - 1) * dilation[1] + 1 - stride[1]);
            window = new Window(
                    kernel[0],
                    kernel[1],
                    stride[0],
                    stride[1],
                    height / 2,
                    height - height / 2,
                    width / 2,
                    width - width / 2,
                    dilation[0],
                    dilation[1]);
        } else {
            window = new Window(
                    kernel[0],
                    kernel[1],
                    stride[0],
                    stride[1],
                    pad[0],
                    pad[0],
                    pad[1],
                    pad[1],
                    dilation[0],
                    dilation[1]);
        }
        int outputs = Math.toIntExact(layer.getNOut());
        append(name, new Operation.TransposedConvolution(outputs, window, layer.hasBias()), input);
        return activation(name + ".activation", layer.getActivationFn(), name);
    }

    private static Window window(
            String name, Shape input, int[] kernel, int[] stride, int[] padding, int[] dilation, ConvolutionMode mode) {
        if (mode == ConvolutionMode.Causal) {
            throw unsupported(name, "causal convolution");
        }
        if (mode == ConvolutionMode.Same) {
            int height = samePadding(input.height(), kernel[0], stride[0], dilation[0]);
            int width = samePadding(input.width(), kernel[1], stride[1], dilation[1]);
            return new Window(
                    kernel[0],
                    kernel[1],
                    stride[0],
                    stride[1],
                    height / 2,
                    height - height / 2,
                    width / 2,
                    width - width / 2,
                    dilation[0],
                    dilation[1]);
        }
        return new Window(
                kernel[0],
                kernel[1],
                stride[0],
                stride[1],
                padding[0],
                padding[0],
                padding[1],
                padding[1],
                dilation[0],
                dilation[1]);
    }

    private static int samePadding(int input, int kernel, int stride, int dilation) {
        int output = (input + stride - 1) / stride;
        return Math.max(0, (output - 1) * stride + (kernel - 1) * dilation + 1 - input);
    }

    private String batchNorm(String name, BatchNormalization layer, String input) {
        if (layer.isLockGammaBeta()) {
            throw unsupported(name, "batch norm with locked gamma and beta");
        }
        if (graph.shapeOf(input).pixels() > 1) {
            requireFormat(name, layer.getCnn2DFormat());
        }
        return append(name, new Operation.BatchNorm(layer.getEps(), layer.getDecay(), layer.isUseLogStd()), input);
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
            return append(name, new Operation.NormPooling(layer.getPnorm(), window), input);
        }
        PoolingKind average =
                layer.isAvgPoolIncludePadInDivisor() ? PoolingKind.AVERAGE_WITH_PADDING : PoolingKind.AVERAGE;
        PoolingKind kind = kind(name, layer.getPoolingType(), average);
        return append(name, new Operation.Pooling(kind, window), input);
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
            return append(name, new Operation.NormPooling(layer.getPnorm(), window), input);
        }
        PoolingKind kind = kind(name, layer.getPoolingType(), PoolingKind.AVERAGE);
        return append(name, new Operation.Pooling(kind, window), input);
    }

    private String dense(String name, DenseLayer layer, String input) {
        if (layer.isHasLayerNorm()) {
            throw unsupported(name, "layer norm");
        }
        append(name, new Operation.Dense(Math.toIntExact(layer.getNOut()), layer.hasBias()), input);
        return activation(name + ".activation", layer.getActivationFn(), name);
    }

    private String output(String name, OutputLayer layer, String input) {
        if (graph.shapeOf(input).pixels() > 1) {
            throw unsupported(name, "OutputLayer of each step; RnnOutputLayer is one");
        }
        Operation loss = lossOf(name, layer);
        append(name, new Operation.Dense(Math.toIntExact(layer.getNOut()), layer.hasBias()), input);
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
        append(output + ".loss", loss.operation, loss.scores);
    }

    /** @param scores node that the loss reads */
    private record Loss(Operation operation, String scores) {}

    private Operation lossOf(String name, OutputLayer layer) {
        IActivation function = layer.getActivationFn();
        ILossFunction loss = layer.getLossFn();
        if (layer.getNOut() == 1 && function instanceof ActivationSigmoid && loss instanceof LossBinaryXENT binary) {
            if (binary.getWeights() != null || labelSmoothing > 0) {
                throw unsupported(name, "sigmoid cross-entropy with weights or label smoothing");
            }
            return new Operation.Judgement(Operation.Rule.CROSS_ENTROPY);
        } else if (layer.getNOut() == 1 && function instanceof ActivationIdentity && loss instanceof LossWasserstein) {
            return new Operation.Judgement(Operation.Rule.WASSERSTEIN);
        }
        return softmaxCrossEntropy(name, function, loss);
    }

    /** Weights of classes that are all the same weigh each label: 1 / T makes DL4J's sum over T steps a mean. */
    SoftmaxCrossEntropy softmaxCrossEntropy(String name, IActivation function, ILossFunction loss) {
        if (!(function instanceof ActivationSoftmax) || !(loss instanceof LossMCXENT crossEntropy)) {
            throw unsupported(name, "output other than softmax, or one sigmoid, with cross-entropy, or a critic's");
        }
        INDArray weights = crossEntropy.getWeights();
        double weight = weights == null ? 1 : weights.getDouble(0);
        if (weights != null
                && (weights.minNumber().doubleValue() != weight
                        || weights.maxNumber().doubleValue() != weight)) {
            throw unsupported(name, "cross-entropy with other weights for other classes");
        }
        return new SoftmaxCrossEntropy(labelSmoothing, weight);
    }

    private String responseNorm(String name, LocalResponseNormalization layer, String input) {
        requireFormat(name, layer.getDataFormat());
        int size = 2 * ((int) layer.getN() / 2) + 1; // DL4J looks n / 2 to each side
        return append(name, new Operation.ResponseNorm(size, layer.getK(), layer.getAlpha(), layer.getBeta()), input);
    }

    private String activation(String name, IActivation function, String input) {
        if (function instanceof ActivationIdentity) {
            return input;
        }
        return append(name, ActivationTranslator.activation(name, function), input);
    }

    private static UnsupportedOperationException unsupported(String vertex, String what) {
        return GraphTranslator.unsupported(vertex, what);
    }
}
