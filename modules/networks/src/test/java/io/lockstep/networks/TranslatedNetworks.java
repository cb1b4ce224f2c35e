package io.lockstep.networks;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.activations.impl.ActivationThresholdedReLU;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/** Networks of what the engine has of DL4J's layers, by name. */
final class TranslatedNetworks {
    private TranslatedNetworks() {}

    static Map<String, NetworkDefinition> networks() {
        Map<String, NetworkDefinition> networks = new LinkedHashMap<>();
        networks.put("perceptron", Networks.perceptron(Hyperparameters.defaults()));
        for (CNN2DFormat format : CNN2DFormat.values()) {
            networks.put("residual " + format, Networks.residual(format, true));
            networks.put("variances " + format, Networks.residual(format, false));
            networks.put("pooling " + format, pooling(format));
            networks.put("combinations " + format, combinations(format));
        }
        networks.put("auxiliary classifiers", auxiliary());
        for (Activation activation : List.of(
                Activation.SELU,
                Activation.RELU6,
                Activation.HARDTANH,
                Activation.MISH,
                Activation.ELU,
                Activation.LEAKYRELU,
                Activation.SOFTPLUS,
                Activation.SWISH,
                Activation.GELU,
                Activation.HARDSIGMOID,
                Activation.SOFTSIGN,
                Activation.RATIONALTANH,
                Activation.RECTIFIEDTANH)) {
            networks.put(activation.name(), activated(activation.getActivationFunction()));
        }
        networks.put("LEAKYRELU of 0.3", activated(new ActivationLReLU(0.3)));
        networks.put("THRESHOLDEDRELU of 0.1", activated(new ActivationThresholdedReLU(0.1)));
        networks.put("CUBE", cubed());
        networks.putAll(SequenceNetworks.all());
        return networks;
    }

    static NetworkDefinition pooling(CNN2DFormat format) {
        InputType type = InputType.convolutional(8, 6, 2, format);
        MergeVertex merge = new MergeVertex();
        merge.setMergeAxis(format == CNN2DFormat.NHWC ? 3 : 1);
        MergeVertex pad = new MergeVertex();
        pad.setMergeAxis(format == CNN2DFormat.NHWC ? 3 : 1);
        ComputationGraphConfiguration configuration = Hyperparameters.defaults()
                .newConfiguration(7)
                .weightInit(WeightInit.XAVIER)
                .graphBuilder()
                .addInputs("in")
                .addLayer("a", convolution(format, Activation.TANH), "in")
                .addLayer("b", convolution(format, Activation.RELU), "in")
                .addVertex("both", merge, "a", "b")
                .addLayer("max", subsampling(format, SubsamplingLayer.PoolingType.MAX), "both")
                .addVertex("zeros", new ScaleVertex(0), "max")
                .addVertex("padded", pad, "max", "zeros")
                .addLayer("mean", subsampling(format, SubsamplingLayer.PoolingType.AVG), "padded")
                .addLayer(
                        "dense",
                        new DenseLayer.Builder()
                                .nOut(11)
                                .activation(Activation.SIGMOID)
                                .build(),
                        "mean")
                .addLayer("out", softmax(1), "dense")
                .setOutputs("out")
                .setInputTypes(type)
                .build();
        return new NetworkDefinition(configuration, type);
    }

    static NetworkDefinition combinations(CNN2DFormat format) {
        InputType type = InputType.convolutional(6, 4, 2, format);
        ComputationGraphConfiguration configuration = Hyperparameters.defaults()
                .newConfiguration(7)
                .weightInit(WeightInit.XAVIER)
                .graphBuilder()
                .addInputs("in")
                .addLayer("a", convolution(format, Activation.TANH), "in")
                .addLayer("b", convolution(format, Activation.TANH), "in")
                .addLayer("c", convolution(format, Activation.TANH), "in")
                .addVertex("less", new ElementWiseVertex(ElementWiseVertex.Op.Subtract), "a", "b")
                .addVertex("times", new ElementWiseVertex(ElementWiseVertex.Op.Product), "less", "c")
                .addVertex("most", new ElementWiseVertex(ElementWiseVertex.Op.Max), "a", "times")
                .addVertex("mean", new ElementWiseVertex(ElementWiseVertex.Op.Average), "a", "b", "most")
                .addLayer("norm", subsampling(format, SubsamplingLayer.PoolingType.PNORM), "mean")
                .addLayer(
                        "large", new Upsampling2D.Builder(2).dataFormat(format).build(), "norm")
                .addLayer("d", convolution(format, Activation.TANH), "large")
                .addLayer("out", softmax(1), "d")
                .setOutputs("out")
                .setInputTypes(type)
                .build();
        return new NetworkDefinition(configuration, type);
    }

    static NetworkDefinition activated(IActivation function) {
        return activated(
                function, new DenseLayer.Builder().nOut(6).activation(function).build());
    }

    /** Cubes of what is small: those of large numbers leave the softmax nothing but zeros and ones. */
    static NetworkDefinition cubed() {
        Layer cubes = new DenseLayer.Builder()
                .nOut(6)
                .weightInit(new NormalDistribution(0, 0.06))
                .activation(Activation.CUBE)
                .build();
        return activated(new ActivationTanH(), cubes);
    }

    static NetworkDefinition activated(IActivation ofFirst, Layer second) {
        InputType type = InputType.convolutional(5, 4, 2, CNN2DFormat.NHWC);
        ComputationGraphConfiguration configuration = Hyperparameters.defaults()
                .newConfiguration(7)
                .weightInit(WeightInit.XAVIER)
                .graphBuilder()
                .addInputs("in")
                .addLayer("a", convolution(CNN2DFormat.NHWC, ofFirst), "in")
                .addLayer("b", second, "a")
                .addLayer("out", softmax(1), "b")
                .setOutputs("out")
                .setInputTypes(type)
                .build();
        return new NetworkDefinition(configuration, type);
    }

    static NetworkDefinition auxiliary() {
        InputType type = InputType.convolutional(8, 6, 2, CNN2DFormat.NHWC);
        ComputationGraphConfiguration configuration = Hyperparameters.defaults()
                .newConfiguration(7)
                .weightInit(WeightInit.XAVIER)
                .graphBuilder()
                .addInputs("in")
                .addLayer("a", convolution(CNN2DFormat.NHWC, Activation.RELU), "in")
                .addLayer("b", convolution(CNN2DFormat.NHWC, Activation.RELU), "a")
                .addLayer("out", softmax(1), "b")
                .addLayer("a_aux", softmax(0.3), "a")
                .addLayer("b_hidden", new DenseLayer.Builder().nOut(5).build(), "b")
                .addLayer("b_aux", softmax(0.5), "b_hidden")
                .setOutputs("out", "a_aux", "b_aux")
                .setInputTypes(type)
                .build();
        return new NetworkDefinition(configuration, type);
    }

    static OutputLayer softmax(double weight) {
        return new OutputLayer.Builder(new LossMCXENT(Nd4j.valueArrayOf(1, 4, weight)))
                .nOut(4)
                .activation(Activation.SOFTMAX)
                .build();
    }

    static ConvolutionLayer convolution(CNN2DFormat format, Activation activation) {
        return convolution(format, activation.getActivationFunction());
    }

    static ConvolutionLayer convolution(CNN2DFormat format, IActivation activation) {
        return new ConvolutionLayer.Builder(3, 3)
                .padding(1, 1)
                .nOut(5)
                .activation(activation)
                .dataFormat(format)
                .build();
    }

    static SubsamplingLayer subsampling(CNN2DFormat format, SubsamplingLayer.PoolingType type) {
        return new SubsamplingLayer.Builder(type)
                .kernelSize(2, 2)
                .stride(2, 2)
                .pnorm(3)
                .dataFormat(format)
                .build();
    }
}
