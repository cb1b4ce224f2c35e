package io.lockstep.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.datasets.Batch;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.training.NetworkReplica;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** A batch of sequences, (N, T, F), means the same to whatever runs the network: pictures are read row by row. */
class SequenceOrderTest {
    private static final int BATCH = 3;

    @Test
    void stepsAreRowsWhateverRunsTheNetwork() {
        InputType type = InputType.recurrent(4, 5, RNNFormat.NCW);
        ComputationGraphConfiguration configuration = Hyperparameters.defaults()
                .newConfiguration(1)
                .graphBuilder()
                .addInputs("in")
                .addLayer(
                        "last",
                        new LastTimeStep(new LSTM.Builder()
                                .nOut(6)
                                .activation(Activation.TANH)
                                .build()),
                        "in")
                .addLayer(
                        "out",
                        new OutputLayer.Builder(LossFunction.MCXENT)
                                .nOut(3)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "last")
                .setOutputs("out")
                .setInputTypes(type)
                .build();
        NetworkDefinition definition = new NetworkDefinition(configuration, type);
        Batch batch = Networks.batch(definition, 1, 0, BATCH);
        try (NetworkReplica dl4j = new Dl4jReplica(definition, BATCH, 0);
                NetworkReplica compiled = new CompiledReplica(definition, BATCH, 0, 1)) {
            assertThat(dl4j.featureLayout()).isEqualTo(compiled.featureLayout());
            double loss = compiled.forwardBackward(batch, 1, mark -> {}).lossSum();
            assertThat(dl4j.forwardBackward(batch, 1, mark -> {}).lossSum()).isCloseTo(loss, within(1e-4));
            float[] expected = Networks.floats(compiled.gradients());
            float[] actual = Networks.floats(dl4j.gradients());
            for (int i = 0; i < actual.length; i++) {
                assertThat(actual[i]).as("gradient " + i).isCloseTo(expected[i], within(1e-4f));
            }
        }
    }
}
