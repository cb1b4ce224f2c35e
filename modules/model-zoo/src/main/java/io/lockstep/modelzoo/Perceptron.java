package io.lockstep.modelzoo;

import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;

/** Fully connected, 300 and 100 hidden units: LeCun et al. 1998, section III.C.4. No convolution, no batch norm. */
final class Perceptron {
    private static final int FIRST_UNITS = 300;
    private static final int SECOND_UNITS = 100;

    private Perceptron() {}

    static NetworkDefinition build(ModelInput input, Hyperparameters hyperparameters, long seed) {
        InputType type = InputType.feedForward((long) input.channels() * input.height() * input.width());
        NeuralNetConfiguration.Builder shared =
                hyperparameters.newConfiguration(seed).weightInit(WeightInit.RELU);
        ComputationGraphConfiguration configuration = shared.graphBuilder()
                .addInputs("input")
                .addLayer("hidden1", hidden(FIRST_UNITS, 0), "input")
                .addLayer("hidden2", hidden(SECOND_UNITS, hyperparameters.dropout()), "hidden1")
                .addLayer("output", ImageGraph.softmax(input.classes()), "hidden2")
                .setOutputs("output")
                .setInputTypes(type)
                .build();
        return new NetworkDefinition(hyperparameters.applyTo(configuration), type);
    }

    private static DenseLayer hidden(int units, double inputDropout) {
        DenseLayer.Builder layer = new DenseLayer.Builder().nOut(units).activation(Activation.RELU);
        if (inputDropout > 0) {
            layer.dropOut(1 - inputDropout); // DL4J's is the probability of keeping
        }
        return layer.build();
    }
}
