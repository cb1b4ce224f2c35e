package io.lockstep.spark.ml;

import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Small networks, as a user of DL4J would write them. */
final class TestNetworks {
    private TestNetworks() {}

    static MultiLayerConfiguration classifier(int inputs, int classes) {
        return layers(inputs, classes, LossFunction.MCXENT, Activation.SOFTMAX);
    }

    static MultiLayerConfiguration regression(int inputs, int outputs) {
        return layers(inputs, outputs, LossFunction.MSE, Activation.IDENTITY);
    }

    static MultiLayerConfiguration layers(int inputs, int outputs, LossFunction loss, Activation activation) {
        return new NeuralNetConfiguration.Builder()
                .seed(7)
                .updater(new Nesterovs(0.1, 0.9))
                .list()
                .layer(new DenseLayer.Builder()
                        .nIn(inputs)
                        .nOut(16)
                        .activation(Activation.RELU)
                        .build())
                .layer(new OutputLayer.Builder(loss)
                        .nIn(16)
                        .nOut(outputs)
                        .activation(activation)
                        .build())
                .build();
    }
}
