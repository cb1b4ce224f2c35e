package io.lockstep.networks.compiled;

import io.lockstep.engine.GraphBuilder;
import io.lockstep.engine.Operation;
import io.lockstep.engine.Shape;
import io.lockstep.engine.Window;
import io.lockstep.engine.operations.Formulas.Binary;
import io.lockstep.engine.operations.Norm.BatchNorm;
import io.lockstep.engine.operations.Norm.ResponseNorm;
import io.lockstep.engine.operations.PairFormula;
import io.lockstep.engine.operations.Products.Convolution;
import io.lockstep.engine.operations.Products.TransposedConvolution;
import io.lockstep.engine.operations.Products.WeightOrder;
import io.lockstep.engine.operations.Rearrangements.SpaceToDepth;
import io.lockstep.engine.operations.Reductions;
import io.lockstep.engine.operations.Reductions.Over;
import io.lockstep.engine.operations.Reductions.Reduce;
import io.lockstep.engine.operations.Resampling.NormPooling;
import io.lockstep.engine.operations.Resampling.Pooling;
import io.lockstep.engine.operations.Resampling.PoolingKind;
import io.lockstep.engine.operations.Resampling.Upsampling;
import io.lockstep.engine.operations.Sources.Parameter;
import io.lockstep.networks.layers.Windows;
import java.util.Arrays;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SpaceToDepthLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;

/** DL4J's layers of images. */
final class ImageTranslator {
    /** What global pooling of DL4J's (N, F, T) goes over. */
    private static final int[] ALL_STEPS = {2};

    private final GraphBuilder graph;
    private final LayerTranslator layers;
    private final boolean channelsLast;

    ImageTranslator(GraphBuilder graph, LayerTranslator layers, boolean channelsLast) {
        this.graph = graph;
        this.layers = layers;
        this.channelsLast = channelsLast;
    }

    void addTo(LayerRules rules) {
        MovingLayers moving = new MovingLayers(graph);
        rules.add(ConvolutionLayer.class, this::convolution);
        rules.add(Deconvolution2D.class, this::transposed);
        rules.add(BatchNormalization.class, this::batchNorm);
        rules.add(LocalResponseNormalization.class, this::responseNorm);
        rules.add(SubsamplingLayer.class, this::pooling);
        rules.add(GlobalPoolingLayer.class, this::globalPooling);
        rules.add(Upsampling2D.class, (name, layer, x) -> {
            requireFormat(name, layer.getFormat());
            return append(name, new Upsampling(layer.getSize()[0], layer.getSize()[1]), x);
        });
        rules.add(ZeroPaddingLayer.class, (name, layer, x) -> {
            requireFormat(name, layer.getDataFormat());
            return moving.pad(name, layer.getPadding(), x);
        });
        rules.add(Cropping2D.class, (name, layer, x) -> {
            requireFormat(name, layer.getDataFormat());
            return moving.crop(name, layer.getCropping(), x);
        });
        rules.add(SpaceToDepthLayer.class, (name, layer, x) -> {
            requireFormat(name, layer.getDataFormat());
            return append(name, new SpaceToDepth(layer.getBlockSize()), x);
        });
        rules.add(DepthwiseConvolution2D.class, this::depthwise);
        rules.add(SeparableConvolution2D.class, this::separable);
    }

    private String append(String name, Operation operation, String input) {
        graph.add(name, operation, input);
        return name;
    }

    /** @throws UnsupportedOperationException for a layer in another layout than the network's images */
    void requireFormat(String name, CNN2DFormat format) {
        if (format != (channelsLast ? CNN2DFormat.NHWC : CNN2DFormat.NCHW)) {
            throw unsupported(name, "layer in " + format + " within a network in another layout");
        }
    }

    private String convolution(String name, ConvolutionLayer layer, String input) {
        int outputs = Math.toIntExact(layer.getNOut());
        return convolved(
                name, layer, new Convolution(outputs, windowOf(name, layer, input), 1, layer.hasBias()), input);
    }

    /** DL4J's weights are (height, width, inputs, outputs of an input). */
    private String depthwise(String name, DepthwiseConvolution2D layer, String input) {
        int inputs = graph.shapeOf(input).channels();
        Window window = windowOf(name, layer, input);
        return convolved(
                name,
                layer,
                new Convolution(
                        inputs * layer.getDepthMultiplier(), window, inputs, layer.hasBias(), WeightOrder.OUTPUTS_LAST),
                input);
    }

    private String convolved(String name, ConvolutionLayer layer, Convolution operation, String input) {
        append(name, operation, input);
        return layers.activation(graph.beside(name, "activation"), layer.getActivationFn(), name);
    }

    private Window windowOf(String name, ConvolutionLayer layer, String input) {
        requireFormat(name, layer.getCnn2dDataFormat());
        return window(
                name,
                graph.shapeOf(input),
                layer.getKernelSize(),
                layer.getStride(),
                layer.getPadding(),
                layer.getDilation(),
                layer.getConvolutionMode());
    }

    /** DL4J's bias lies before the weights of the first of two products, and belongs behind the second. */
    private String separable(String name, SeparableConvolution2D layer, String input) {
        if (layer.getDepthMultiplier() != 1) {
            throw unsupported(
                    name, "SeparableConvolution2D with a depthMultiplier, whose weights lie in another order");
        }
        int inputs = graph.shapeOf(input).channels();
        int outputs = Math.toIntExact(layer.getNOut());
        String bias = graph.beside(name, "bias");
        if (layer.hasBias()) {
            graph.add(bias, new Parameter(Shape.vector(outputs)));
        }
        String depthwise = append(
                graph.beside(name, "depthwise"),
                new Convolution(inputs, windowOf(name, layer, input), inputs, false),
                input);
        Convolution pointwise = new Convolution(outputs, Window.square(1, 1, 0), 1, false);
        if (layer.hasBias()) {
            graph.add(
                    name,
                    new Binary(PairFormula.SUM),
                    append(graph.beside(name, "pointwise"), pointwise, depthwise),
                    bias);
        } else {
            append(name, pointwise, depthwise);
        }
        return layers.activation(graph.beside(name, "activation"), layer.getActivationFn(), name);
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
        Window window = Window.of(kernel[0], kernel[1])
                .strided(stride[0], stride[1])
                .padded(height.before(), height.after(), width.before(), width.after())
                .dilated(dilation[0], dilation[1]);
        int outputs = Math.toIntExact(layer.getNOut());
        append(name, new TransposedConvolution(outputs, window, layer.hasBias(), height.gap(), width.gap()), input);
        return layers.activation(graph.beside(name, "activation"), layer.getActivationFn(), name);
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

    static Window window(
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
        BatchNorm norm = new BatchNorm(layer.getEps(), layer.getDecay(), layer.isUseLogStd(), layers.frozen());
        return append(name, norm, input);
    }

    private String responseNorm(String name, LocalResponseNormalization layer, String input) {
        requireFormat(name, layer.getDataFormat());
        int size = 2 * ((int) layer.getN() / 2) + 1; // DL4J looks n / 2 to each side
        return append(name, new ResponseNorm(size, layer.getK(), layer.getAlpha(), layer.getBeta()), input);
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
        return pooled(name, layer, window, input);
    }

    String pooled(String name, SubsamplingLayer layer, Window window, String input) {
        if (layer.getPoolingType() == PoolingType.PNORM) {
            return append(name, new NormPooling(layer.getPnorm(), window), input);
        }
        PoolingKind average =
                layer.isAvgPoolIncludePadInDivisor() ? PoolingKind.AVERAGE_WITH_PADDING : PoolingKind.AVERAGE;
        PoolingKind kind = kind(name, layer.getPoolingType(), average);
        return append(name, new Pooling(kind, window), input);
    }

    static PoolingKind kind(String name, PoolingType type, PoolingKind average) {
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
        Window window = Window.of(shape.height(), shape.width());
        if (layer.getPoolingType() == PoolingType.PNORM) {
            return append(name, new NormPooling(layer.getPnorm(), window), input);
        } else if (layer.getPoolingType() == PoolingType.SUM) {
            return append(name, new Reduce(Reductions.How.SUM, Over.PIXELS), input);
        }
        PoolingKind kind = kind(name, layer.getPoolingType(), PoolingKind.AVERAGE);
        return append(name, new Pooling(kind, window), input);
    }

    private static UnsupportedOperationException unsupported(String vertex, String what) {
        return GraphTranslator.unsupported(vertex, what);
    }
}
