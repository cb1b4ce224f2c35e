package io.lockstep.modelzoo;

import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

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
        String convolution = layer(
                name + "_conv",
                from,
                new ConvolutionLayer.Builder(kernel, kernel)
                        .stride(stride, stride)
                        .padding(kernel / 2, kernel / 2)
                        .nOut(channels)
                        .hasBias(false)
                        .activation(Activation.IDENTITY)
                        .dataFormat(NHWC)
                        .build());
        // The variance itself and not DL4J's log10 of the deviation, so that the mean over ranks is the arithmetic one.
        return layer(
                name + "_norm",
                convolution,
                new BatchNormalization.Builder()
                        .dataFormat(NHWC)
                        .useLogStd(false)
                        .build());
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
                new SubsamplingLayer.Builder(SubsamplingLayer.PoolingType.MAX)
                        .kernelSize(kernel, kernel)
                        .stride(stride, stride)
                        .padding(padding, padding)
                        .dataFormat(NHWC)
                        .build());
    }

    /** Every second pixel, and as many channels of zeros behind those that there are: no parameters. */
    String halvedWithTwiceTheChannels(String name, String from) {
        String halved = maxPooling(name + "_stride", from, 1, 2, 0);
        String zeros = vertex(name + "_zeros", new ScaleVertex(0), halved);
        MergeVertex concatenation = new MergeVertex();
        concatenation.setMergeAxis(CHANNEL_AXIS);
        return vertex(name + "_pad", concatenation, halved, zeros);
    }

    String layer(String name, String from, Layer layer) {
        graph.addLayer(name, layer, from);
        return name;
    }

    /** Mean over all pixels, then one linear layer and softmax. */
    NetworkDefinition poolAndClassify(String from) {
        String pooled = layer(
                "pool",
                from,
                new GlobalPoolingLayer.Builder(PoolingType.AVG)
                        .poolingDimensions(SPATIAL_AXES)
                        .build());
        return classify(pooled);
    }

    NetworkDefinition classify(String from) {
        layer("output", from, softmax(input.classes()));
        graph.setOutputs("output");
        InputType type = InputType.convolutional(input.height(), input.width(), input.channels(), NHWC);
        return new NetworkDefinition(
                hyperparameters.regularize(graph.setInputTypes(type).build()), type);
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
