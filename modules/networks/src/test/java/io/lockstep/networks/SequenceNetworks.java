package io.lockstep.networks;

import io.lockstep.networks.layers.ImageToSequence;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/** Small networks of stock recurrent layers. */
final class SequenceNetworks {
    static final int STEPS = 5;
    static final int VOCABULARY = 7;

    private SequenceNetworks() {}

    static Map<String, NetworkDefinition> all() {
        Map<String, NetworkDefinition> networks = new LinkedHashMap<>();
        networks.put("LSTM of rows", rows());
        networks.put("simple RNN", simple());
        networks.put("bidirectional LSTM", bidirectional(Bidirectional.Mode.CONCAT));
        networks.put("bidirectional sum", bidirectional(Bidirectional.Mode.ADD));
        networks.put("LSTM of characters", characters(1));
        networks.put("LSTM of characters, mean over time", characters(1.0 / STEPS));
        return networks;
    }

    private static GraphBuilder graph() {
        return Hyperparameters.defaults()
                .newConfiguration(7)
                .weightInit(WeightInit.XAVIER)
                .graphBuilder()
                .addInputs("in");
    }

    private static NetworkDefinition rows() {
        InputType type = InputType.convolutional(6, 4, 2, CNN2DFormat.NHWC);
        ComputationGraphConfiguration configuration = graph().addLayer(
                        "first", lstm(9), new ImageToSequence(ImageToSequence.Steps.ROWS, 6, 4, 2), "in")
                .addLayer("last", new LastTimeStep(lstm(17)), "first")
                .addLayer("out", softmax(), "last")
                .setOutputs("out")
                .setInputTypes(type)
                .build();
        return new NetworkDefinition(configuration, type);
    }

    private static NetworkDefinition simple() {
        InputType type = InputType.recurrent(1, STEPS);
        ComputationGraphConfiguration configuration = graph().addLayer(
                        "first",
                        new SimpleRnn.Builder()
                                .nOut(11)
                                .activation(Activation.TANH)
                                .build(),
                        "in")
                .addLayer(
                        "dense",
                        new DenseLayer.Builder()
                                .nOut(6)
                                .activation(Activation.TANH)
                                .build(),
                        "first")
                .addLayer(
                        "second",
                        new LastTimeStep(new SimpleRnn.Builder()
                                .nOut(5)
                                .activation(Activation.TANH)
                                .build()),
                        "dense")
                .addLayer("out", softmax(), "second")
                .setOutputs("out")
                .setInputTypes(type)
                .build();
        return new NetworkDefinition(configuration, type);
    }

    private static NetworkDefinition bidirectional(Bidirectional.Mode mode) {
        InputType type = InputType.recurrent(1, STEPS);
        ComputationGraphConfiguration configuration = graph().addLayer("both", new Bidirectional(mode, lstm(6)), "in")
                .addLayer("again", new Bidirectional(mode, lstm(3)), "both")
                .addLayer(
                        "out",
                        new RnnOutputLayer.Builder(LossFunction.MCXENT)
                                .nOut(4)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "again")
                .setOutputs("out")
                .setInputTypes(type)
                .build();
        return new NetworkDefinition(configuration, type);
    }

    private static NetworkDefinition characters(double weight) {
        InputType type = InputType.recurrent(VOCABULARY, STEPS);
        LossMCXENT loss = weight == 1 ? new LossMCXENT() : new LossMCXENT(Nd4j.valueArrayOf(1, VOCABULARY, weight));
        ComputationGraphConfiguration configuration = graph().addLayer(
                        "embedding",
                        new EmbeddingSequenceLayer.Builder()
                                .nIn(VOCABULARY)
                                .nOut(8)
                                .inputLength(STEPS)
                                .build(),
                        "in")
                .addLayer("lstm", lstm(9), "embedding")
                .addLayer(
                        "out",
                        new RnnOutputLayer.Builder(loss)
                                .nOut(VOCABULARY)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "lstm")
                .setOutputs("out")
                .setInputTypes(type)
                .build();
        return new NetworkDefinition(configuration, type);
    }

    private static LSTM lstm(int units) {
        return new LSTM.Builder()
                .nOut(units)
                .activation(Activation.TANH)
                .forgetGateBiasInit(1)
                .build();
    }

    private static OutputLayer softmax() {
        return new OutputLayer.Builder(LossFunction.MCXENT)
                .nOut(4)
                .activation(Activation.SOFTMAX)
                .build();
    }
}
