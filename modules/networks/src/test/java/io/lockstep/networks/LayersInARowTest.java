package io.lockstep.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.datasets.Batch;
import io.lockstep.networks.compiled.CompiledReplica;
import java.nio.FloatBuffer;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/** DL4J's MultiLayerNetwork as it is. */
class LayersInARowTest {
    private static final int BATCH = 4;
    private static final InputType PICTURES = InputType.convolutional(6, 5, 2);

    private static MultiLayerConfiguration configuration() {
        return new NeuralNetConfiguration.Builder()
                .seed(7)
                .updater(new Sgd(0.1))
                .weightInit(WeightInit.XAVIER)
                .list()
                .layer(new ConvolutionLayer.Builder(3, 3)
                        .nOut(4)
                        .activation(Activation.TANH)
                        .build())
                .layer(new DenseLayer.Builder()
                        .nOut(5)
                        .activation(Activation.SIGMOID)
                        .build())
                .layer(new OutputLayer.Builder()
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(PICTURES)
                .build();
    }

    @Test
    void aPReLUWithoutAShapeIsNamed() {
        InputType row = InputType.feedForward(4);
        MultiLayerConfiguration shapeless = new NeuralNetConfiguration.Builder()
                .list()
                .layer(new PReLULayer.Builder().name("slopes").build())
                .layer(new OutputLayer.Builder().nOut(3).build())
                .setInputType(row)
                .build();
        assertThatThrownBy(() -> NetworkDefinition.of(shapeless, row))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("layer 'slopes' is a PReLULayer without a shape", ".inputShape(...)");
    }

    @Test
    void aMultiLayerNetworkHasItsOwnLossOnTheEngine() {
        NetworkDefinition definition = NetworkDefinition.of(configuration(), PICTURES);
        MultiLayerNetwork network = new MultiLayerNetwork(configuration());
        network.init();
        Batch batch = Networks.batch(definition, 1, 0, BATCH);
        float[] features = new float[batch.features().limit() / Float.BYTES];
        batch.features().asFloatBuffer().get(features);
        INDArray labels = Nd4j.zeros(BATCH, 3);
        for (int i = 0; i < BATCH; i++) {
            labels.putScalar(i, batch.labels().get(i), 1);
        }
        double expected = network.score(new DataSet(Nd4j.create(features, new long[] {BATCH, 2, 6, 5}, 'c'), labels));

        try (CompiledReplica replica = new CompiledReplica(definition, BATCH, 0, 1)) {
            FloatBuffer parameters = replica.parameters().asFloatBuffer();
            float[] own = new float[parameters.limit()];
            parameters.get(own);
            assertThat(own).containsExactly(network.params().toFloatVector()); // the seed has come along
            double loss = replica.forwardBackward(CompiledReplicaTest.channelsLast(definition, batch), 0, mark -> {})
                            .lossSum()
                    / BATCH;
            assertThat(loss).isCloseTo(expected, within(1e-5));
        }
    }
}
