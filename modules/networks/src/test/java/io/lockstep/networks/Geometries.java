package io.lockstep.networks;

import io.lockstep.networks.layers.GroupedConvolution;
import java.util.Arrays;
import java.util.Random;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Convolution1D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.Subsampling1DLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Random networks around one layer that has a kernel, a stride, padding, a dilation, a mode and a layout. */
final class Geometries {
    private static final int CLASSES = 3;
    private static final int TRIES = 1000;

    private final Random random;
    private final CNN2DFormat format;
    private final int[] kernel;
    private final int[] stride;
    private final int[] padding;
    private final int[] dilation;
    private final ConvolutionMode mode;
    private final int[] image;
    private final int channels;
    private final Kind kind;

    private enum Kind {
        CONVOLUTION(true),
        TRANSPOSED(true),
        GROUPED(true),
        MAX(true),
        AVERAGE(true),
        AVERAGE_WITH_PADDING(true),
        NORM(true),
        UPSAMPLING(true),
        GLOBAL(true),
        RESPONSE_NORM(true),
        ZERO_PADDING(false),
        CROPPING(false),
        DEPTHWISE(false),
        SEPARABLE(false),
        CONVOLUTION_OF_STEPS(false),
        POOLING_OF_STEPS(false);

        private final boolean compiles;

        Kind(boolean compiles) {
            this.compiles = compiles;
        }
    }

    /**
     * @param compiles whether the engine has the layer
     * @param gradientOfReference whether DL4J's own gradient of the layer is wrong
     */
    record Drawn(String what, NetworkDefinition definition, boolean compiles, boolean gradientOfReference) {}

    private Geometries(Random random) {
        this.random = random;
        kind = pick(Kind.values());
        format = pick(CNN2DFormat.values());
        mode = pick(
                ConvolutionMode.Truncate,
                ConvolutionMode.Same,
                ConvolutionMode.Strict,
                kind == Kind.CONVOLUTION_OF_STEPS ? ConvolutionMode.Causal : ConvolutionMode.Truncate);
        kernel = two(1, 4);
        stride = two(1, 4);
        padding = mode == ConvolutionMode.Truncate || mode == ConvolutionMode.Strict ? two(0, 2) : new int[2];
        dilation = random.nextBoolean() ? new int[] {1, 1} : two(1, 3);
        image = two(1, 8);
        channels = pick(1, 2, 3, 4, 16, 17);
    }

    /** The same for the same numbers; whatever DL4J itself does not run is drawn again. */
    static Drawn draw(long seed, int number) {
        Random random = new Random(seed * 1_000_003 + number);
        for (int i = 0; i < TRIES; i++) {
            Geometries drawn = new Geometries(random);
            NetworkDefinition definition = drawn.definitionThatRuns();
            if (definition != null) {
                return new Drawn(drawn.toString(), definition, drawn.kind.compiles, drawn.kind == Kind.RESPONSE_NORM);
            }
        }
        throw new IllegalStateException("DL4J runs none of " + TRIES + " networks");
    }

    private NetworkDefinition definitionThatRuns() {
        Nd4j.getEnvironment().allowHelpers(false);
        try {
            NetworkDefinition definition = definition();
            var graph = Networks.plain(definition);
            DataSet set = Networks.dataSet(definition, Networks.batch(definition, 11, 0, 1));
            graph.setInputs(set.getFeatures());
            graph.setLabels(set.getLabels());
            graph.computeGradientAndScore(); // and is not closed: DL4J collects garbage each time
            return definition;
        } catch (RuntimeException e) {
            return null; // DL4J has an exception of its own for every check
        } finally {
            Nd4j.getEnvironment().allowHelpers(true);
        }
    }

    private NetworkDefinition definition() {
        boolean steps = kind == Kind.CONVOLUTION_OF_STEPS || kind == Kind.POOLING_OF_STEPS;
        InputType type = steps
                ? InputType.recurrent(channels, image[0])
                : InputType.convolutional(image[0], image[1], 2, format);
        var graph = new NeuralNetConfiguration.Builder()
                .seed(3)
                .updater(new Sgd(0.1))
                .convolutionMode(mode)
                .graphBuilder()
                .addInputs("in");
        String before = "in";
        if (!steps) {
            Layer first = new ConvolutionLayer.Builder(1, 1)
                    .nOut(channels)
                    .convolutionMode(ConvolutionMode.Truncate)
                    .activation(Activation.TANH)
                    .dataFormat(format)
                    .build();
            graph.addLayer("first", first, before);
            before = "first";
        }
        graph.addLayer("it", layer(), before);
        String last = "it";
        if (steps) {
            graph.addLayer("steps", new GlobalPoolingLayer.Builder(PoolingType.AVG).build(), last);
            last = "steps";
        }
        Layer output = new OutputLayer.Builder(LossFunction.MCXENT)
                .nOut(CLASSES)
                .activation(Activation.SOFTMAX)
                .build();
        return new NetworkDefinition(
                graph.addLayer("out", output, last)
                        .setOutputs("out")
                        .setInputTypes(type)
                        .build(),
                type);
    }

    private Layer layer() {
        return switch (kind) {
            case CONVOLUTION, TRANSPOSED, GROUPED, DEPTHWISE, SEPARABLE -> convolution();
            case MAX -> pooling(SubsamplingLayer.PoolingType.MAX).build();
            case AVERAGE -> pooling(SubsamplingLayer.PoolingType.AVG).build();
            case AVERAGE_WITH_PADDING ->
                pooling(SubsamplingLayer.PoolingType.AVG)
                        .avgPoolIncludePadInDivisor(true)
                        .build();
            case NORM ->
                pooling(SubsamplingLayer.PoolingType.PNORM).pnorm(pick(1, 2, 3)).build();
            case UPSAMPLING ->
                new Upsampling2D.Builder(stride[0])
                        .size(stride)
                        .dataFormat(format)
                        .build();
            case GLOBAL ->
                new GlobalPoolingLayer.Builder(pick(PoolingType.MAX, PoolingType.AVG, PoolingType.PNORM))
                        .poolingDimensions(format == CNN2DFormat.NCHW ? new int[] {2, 3} : new int[] {1, 2})
                        .build();
            case RESPONSE_NORM ->
                new LocalResponseNormalization.Builder()
                        .n(pick(0, 1, 2, 3, 5, 7, 9, 13))
                        .k(1 + random.nextInt(2))
                        .alpha(0.3)
                        .beta(pick(0.75, 0.5, 1.0))
                        .dataFormat(format)
                        .build();
            case ZERO_PADDING ->
                new ZeroPaddingLayer.Builder(padding[0], padding[1])
                        .dataFormat(format)
                        .build();
            case CROPPING ->
                new Cropping2D.Builder(padding[0], 0, 0, padding[1])
                        .dataFormat(format)
                        .build();
            case CONVOLUTION_OF_STEPS ->
                new Convolution1D.Builder(kernel[0], stride[0], padding[0])
                        .dilation(dilation[0])
                        .convolutionMode(mode)
                        .nOut(4)
                        .activation(Activation.IDENTITY)
                        .build();
            case POOLING_OF_STEPS -> poolingOfSteps();
        };
    }

    private Layer convolution() {
        return switch (kind) {
            case CONVOLUTION ->
                new ConvolutionLayer.Builder(kernel, stride, padding)
                        .dilation(dilation)
                        .convolutionMode(mode)
                        .nOut(pick(1, 3, 16))
                        .hasBias(random.nextBoolean())
                        .activation(Activation.IDENTITY)
                        .dataFormat(format)
                        .build();
            case TRANSPOSED ->
                new Deconvolution2D.Builder(kernel, stride, padding)
                        .dilation(dilation)
                        .convolutionMode(mode)
                        .nOut(pick(1, 3, 16))
                        .hasBias(random.nextBoolean())
                        .activation(Activation.IDENTITY)
                        .dataFormat(format)
                        .build();
            case GROUPED ->
                new GroupedConvolution.Builder()
                        .groups(GroupedConvolution.DEPTHWISE)
                        .nOut(channels * pick(1, 2))
                        .kernelSize(kernel)
                        .stride(stride)
                        .padding(padding)
                        .dilation(dilation)
                        .hasBias(random.nextBoolean())
                        .build();
            case DEPTHWISE ->
                new DepthwiseConvolution2D.Builder(kernel, stride, padding)
                        .dilation(dilation)
                        .convolutionMode(mode)
                        .depthMultiplier(pick(1, 2))
                        .activation(Activation.IDENTITY)
                        .dataFormat(format)
                        .build();
            case SEPARABLE ->
                new SeparableConvolution2D.Builder(kernel, stride, padding)
                        .dilation(dilation)
                        .convolutionMode(mode)
                        .nOut(3)
                        .activation(Activation.IDENTITY)
                        .dataFormat(format)
                        .build();
            default -> throw new IllegalStateException(kind + " is no convolution of images");
        };
    }

    private Layer poolingOfSteps() {
        Subsampling1DLayer layer = new Subsampling1DLayer.Builder(
                        pick(SubsamplingLayer.PoolingType.MAX, SubsamplingLayer.PoolingType.AVG),
                        kernel[0],
                        stride[0],
                        padding[0])
                .convolutionMode(mode)
                .build();
        layer.setDilation(new int[] {dilation[0], 1}); // its builder has none
        return layer;
    }

    private SubsamplingLayer.Builder pooling(SubsamplingLayer.PoolingType type) {
        return new SubsamplingLayer.Builder(type, kernel, stride, padding)
                .dilation(dilation)
                .convolutionMode(mode)
                .dataFormat(format);
    }

    private int[] two(int least, int most) {
        return new int[] {least + random.nextInt(most - least + 1), least + random.nextInt(most - least + 1)};
    }

    @SafeVarargs
    private <T> T pick(T... values) {
        return values[random.nextInt(values.length)];
    }

    @Override
    public String toString() {
        return kind + " " + format + " " + mode + ", " + channels + " channels of " + Arrays.toString(image)
                + ", kernel "
                + Arrays.toString(kernel) + ", stride " + Arrays.toString(stride) + ", padding "
                + Arrays.toString(padding) + ", dilation " + Arrays.toString(dilation);
    }
}
