package io.lockstep.modelzoo;

import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.layers.GroupNormalization;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/**
 * A network of images being written down, (N, H, W, C) throughout. Each method appends vertices and returns the name of
 * the last, which the next one is given as its input.
 */
final class ImageGraph {
    static final String INPUT = "input";

    private static final CNN2DFormat NHWC = CNN2DFormat.NHWC;
    private static final int CHANNEL_AXIS = 3;
    private static final int[] SPATIAL_AXES = {1, 2};

    private final ModelInput input;
    private final Hyperparameters hyperparameters;
    private final GraphBuilder graph;
    /** Auxiliary classifiers. */
    private final List<String> beside = new ArrayList<>();

    ImageGraph(ModelInput input, Hyperparameters hyperparameters, long seed) {
        this.input = input;
        this.hyperparameters = hyperparameters;
        this.graph = hyperparameters
                .newConfiguration(seed)
                .weightInit(WeightInit.RELU) // He et al. 2015, Delving Deep into Rectifiers, equation 10
                .graphBuilder()
                .addInputs(INPUT);
    }

    /** Convolution without bias, then batch norm; pads so that stride 1 keeps the size. */
    String convolutionAndNorm(String name, String from, int kernel, int stride, int channels) {
        return norm(name, plainConvolution(name, from, kernel, stride, channels));
    }

    /** Convolution without bias and without activation; pads so that stride 1 keeps the size. */
    String plainConvolution(String name, String from, int kernel, int stride, int channels) {
        return layer(
                name + "_conv",
                from,
                convolution(kernel, stride, kernel / 2, channels)
                        .hasBias(false)
                        .activation(Activation.IDENTITY)
                        .build());
    }

    /** Convolution with bias, then ReLU. */
    String convolutionRelu(String name, String from, int kernel, int stride, int padding, int channels) {
        return layer(
                name,
                from,
                convolution(kernel, stride, padding, channels)
                        .activation(Activation.RELU)
                        .build());
    }

    /** As the flag says: convolution, batch norm and ReLU, or convolution with bias and ReLU. Keeps the size. */
    String convolutionRelu(String name, String from, int kernel, int channels, boolean norm) {
        return norm
                ? relu(name, convolutionAndNorm(name, from, kernel, 1, channels))
                : convolutionRelu(name, from, kernel, 1, kernel / 2, channels);
    }

    private static ConvolutionLayer.Builder convolution(int kernel, int stride, int padding, int channels) {
        return new ConvolutionLayer.Builder(kernel, kernel)
                .stride(stride, stride)
                .padding(padding, padding)
                .nOut(channels)
                .dataFormat(NHWC);
    }

    String norm(String name, String from) {
        if (hyperparameters.normGroups() != Hyperparameters.BATCH_NORM) {
            return layer(
                    name + "_norm",
                    from,
                    new GroupNormalization.Builder()
                            .groups(hyperparameters.normGroups())
                            .build());
        }
        // The variance itself and not DL4J's log10 of the deviation, so that the mean over ranks is the arithmetic one.
        return layer(
                name + "_norm",
                from,
                new BatchNormalization.Builder()
                        .dataFormat(NHWC)
                        .useLogStd(false)
                        .build());
    }

    /** Krizhevsky et al. 2012, section 3.3, with its constants. */
    String responseNorm(String name, String from) {
        return layer(
                name,
                from,
                new LocalResponseNormalization.Builder()
                        .k(2)
                        .n(5)
                        .alpha(1e-4)
                        .beta(0.75)
                        .dataFormat(NHWC)
                        .build());
    }

    /** Linear layer with bias, then ReLU; drops activations of its input where the hyper-parameters say so. */
    String denseRelu(String name, String from, int units) {
        return denseRelu(name, from, units, hyperparameters.dropout() > 0);
    }

    String denseRelu(String name, String from, int units, boolean drops) {
        DenseLayer.Builder layer = new DenseLayer.Builder().nOut(units).activation(Activation.RELU);
        if (drops) {
            layer.dropOut(1 - hyperparameters.dropout()); // DL4J's is the probability of keeping
        }
        return layer(name, from, layer.build());
    }

    /** Where the hyper-parameters say so; otherwise nothing. */
    String dropout(String name, String from) {
        if (hyperparameters.dropout() == 0) {
            return from;
        }
        return layer(name, from, new DropoutLayer(1 - hyperparameters.dropout()));
    }

    /** Of equal height and width, the channels one after the other. */
    String concatenation(String name, String... from) {
        MergeVertex concatenation = new MergeVertex();
        concatenation.setMergeAxis(CHANNEL_AXIS);
        return vertex(name, concatenation, from);
    }

    String relu(String name, String from) {
        return layer(name + "_relu", from, new ActivationLayer(Activation.RELU));
    }

    String add(String name, String a, String b) {
        return vertex(name + "_add", new ElementWiseVertex(ElementWiseVertex.Op.Add), a, b);
    }

    String maxPooling(String name, String from, int kernel, int stride, int padding) {
        return layer(
                name,
                from,
                pooling(SubsamplingLayer.PoolingType.MAX, kernel, stride)
                        .padding(padding, padding)
                        .build());
    }

    /** Windows hang over the bottom and right edge, so that an input of n pixels gives ceil(n / stride). */
    String maxPoolingOfAll(String name, String from, int kernel, int stride) {
        return poolingOfAll(name, from, SubsamplingLayer.PoolingType.MAX, kernel, stride);
    }

    /** The same with the mean of the pixels that are there. */
    String averagePoolingOfAll(String name, String from, int kernel, int stride) {
        return poolingOfAll(name, from, SubsamplingLayer.PoolingType.AVG, kernel, stride);
    }

    private String poolingOfAll(String name, String from, SubsamplingLayer.PoolingType type, int kernel, int stride) {
        return layer(
                name,
                from,
                pooling(type, kernel, stride)
                        .convolutionMode(ConvolutionMode.Same)
                        .build());
    }

    /** Of windows that fit in whole. */
    String averagePooling(String name, String from, int kernel, int stride) {
        return layer(
                name,
                from,
                pooling(SubsamplingLayer.PoolingType.AVG, kernel, stride).build());
    }

    private static SubsamplingLayer.Builder pooling(SubsamplingLayer.PoolingType type, int kernel, int stride) {
        return new SubsamplingLayer.Builder(type)
                .kernelSize(kernel, kernel)
                .stride(stride, stride)
                .dataFormat(NHWC);
    }

    /** Every second pixel, and as many channels of zeros behind those that there are: no parameters. */
    String halvedWithTwiceTheChannels(String name, String from) {
        String halved = maxPooling(name + "_stride", from, 1, 2, 0);
        String zeros = vertex(name + "_zeros", new ScaleVertex(0), halved);
        return concatenation(name + "_pad", halved, zeros);
    }

    String layer(String name, String from, Layer layer) {
        graph.addLayer(name, layer, from);
        return name;
    }

    /** Mean over all pixels, then one linear layer and softmax. */
    NetworkDefinition poolAndClassify(String from) {
        return classify(globalMean(from));
    }

    String globalMean(String from) {
        return layer(
                "pool",
                from,
                new GlobalPoolingLayer.Builder(PoolingType.AVG)
                        .poolingDimensions(SPATIAL_AXES)
                        .build());
    }

    NetworkDefinition classify(String from) {
        return withOutput(from, softmax(input.classes()));
    }

    /**
     * A classifier that helps in training and is left out of inference.
     *
     * @param weight of its loss
     */
    void classifyBeside(String name, String from, double weight) {
        OutputLayer output = softmax(input.classes());
        output.setLossFn(new LossMCXENT(Nd4j.valueArrayOf(1, input.classes(), weight)));
        beside.add(layer(name, from, output));
    }

    /** Mean over all pixels, then softmax of the channels, which are the classes: no parameters. */
    NetworkDefinition poolToClasses(String from) {
        LossLayer layer = new LossLayer.Builder(LossFunction.MCXENT)
                .activation(Activation.SOFTMAX)
                .build();
        layer.setNIn(input.classes());
        layer.setNOut(input.classes());
        return withOutput(globalMean(from), layer);
    }

    private NetworkDefinition withOutput(String from, Layer output) {
        layer("output", from, output);
        List<String> outputs = new ArrayList<>(List.of("output"));
        outputs.addAll(beside);
        graph.setOutputs(outputs.toArray(String[]::new));
        InputType type = InputType.convolutional(input.height(), input.width(), input.channels(), NHWC);
        return new NetworkDefinition(
                hyperparameters.applyTo(graph.setInputTypes(type).build()), type);
    }

    static OutputLayer softmax(int classes) {
        return new OutputLayer.Builder(LossFunction.MCXENT)
                .nOut(classes)
                .activation(Activation.SOFTMAX)
                .weightInit(WeightInit.XAVIER)
                .build();
    }

    private String vertex(String name, GraphVertex vertex, String... from) {
        graph.addVertex(name, vertex, from);
        return name;
    }
}
