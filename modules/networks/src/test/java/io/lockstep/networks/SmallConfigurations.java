package io.lockstep.networks;

import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The smallest networks that have a certain part. */
final class SmallConfigurations {
    private static final CNN2DFormat NHWC = CNN2DFormat.NHWC;

    private SmallConfigurations() {}

    static DenseLayer dense() {
        return new DenseLayer.Builder().nOut(4).activation(Activation.TANH).build();
    }

    static OutputLayer output() {
        return new OutputLayer.Builder(LossFunction.MCXENT)
                .nOut(4)
                .activation(Activation.SOFTMAX)
                .build();
    }

    static LSTM lstm() {
        return new LSTM.Builder().nOut(4).activation(Activation.TANH).build();
    }

    static LSTM hardLstm() {
        return new LSTM.Builder()
                .nOut(4)
                .activation(Activation.TANH)
                .gateActivationFunction(Activation.HARDSIGMOID)
                .build();
    }

    static NetworkDefinition dropping(IDropout dropout) {
        DenseLayer layer = dense();
        layer.setIDropout(dropout);
        return network(layer);
    }

    static NetworkDefinition noisy(DropConnect noise) {
        DenseLayer layer = dense();
        layer.setWeightNoise(noise);
        return network(layer);
    }

    static NetworkDefinition active(ActivationReLU activation) {
        DenseLayer layer = dense();
        layer.setActivationFn(activation);
        return network(layer);
    }

    static NetworkDefinition losing(ILossFunction loss) {
        OutputLayer output = output();
        output.setLossFn(loss);
        return network(dense(), output);
    }

    static NetworkDefinition judging(ILossFunction loss) {
        return network(
                dense(),
                new OutputLayer.Builder(loss)
                        .nOut(1)
                        .activation(Activation.SIGMOID)
                        .build());
    }

    static NetworkDefinition network(Layer layer) {
        return network(layer, output());
    }

    static NetworkDefinition network(Layer layer, Layer output) {
        return built(InputType.feedForward(7), List.of(layer, output));
    }

    static NetworkDefinition pictures(Layer layer) {
        return built(InputType.convolutional(4, 4, 2, NHWC), List.of(layer, output()));
    }

    static NetworkDefinition sequences(Layer layer) {
        return sequences(layer, false);
    }

    static NetworkDefinition sequences(Layer layer, boolean bias) {
        EmbeddingSequenceLayer embedding = new EmbeddingSequenceLayer.Builder()
                .nIn(4)
                .nOut(4)
                .inputLength(5)
                .hasBias(bias)
                .build();
        RnnOutputLayer output = new RnnOutputLayer.Builder(LossFunction.MCXENT)
                .nOut(4)
                .activation(Activation.SOFTMAX)
                .build();
        return built(InputType.recurrent(4, 5), List.of(embedding, layer, output));
    }

    static NetworkDefinition built(InputType type, List<Layer> layers) {
        List<String> names = Arrays.asList("in", "d", "e", "f");
        var graph =
                Hyperparameters.defaults().newConfiguration(3).graphBuilder().addInputs("in");
        int last = layers.size();
        for (int i = 1; i <= last; i++) {
            graph.addLayer(i == last ? "out" : names.get(i), layers.get(i - 1), names.get(i - 1));
        }
        return new NetworkDefinition(graph.setOutputs("out").setInputTypes(type).build(), type);
    }

    static NetworkDefinition behind(GraphVertex vertex) {
        InputType type = InputType.feedForward(7);
        return new NetworkDefinition(
                Hyperparameters.defaults()
                        .newConfiguration(3)
                        .graphBuilder()
                        .addInputs("in")
                        .addVertex("s", vertex, "in")
                        .addLayer("out", output(), "s")
                        .setOutputs("out")
                        .setInputTypes(type)
                        .build(),
                type);
    }

    static NetworkDefinition flattenedOtherwise() {
        NetworkDefinition network =
                pictures(new BatchNormalization.Builder().dataFormat(NHWC).build());
        LayerVertex output = (LayerVertex) network.configuration().getVertices().get("out");
        output.setPreProcessor(new CnnToFeedForwardPreProcessor(4, 4, 2, CNN2DFormat.NCHW));
        return network;
    }
}
