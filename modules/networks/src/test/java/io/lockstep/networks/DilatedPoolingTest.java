package io.lockstep.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.datasets.Batch;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.dl4j.Dl4jReplica;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class DilatedPoolingTest {
    @ParameterizedTest
    @CsvSource({"MAX, 2, 1", "MAX, 1, 2", "AVG, 2, 2"})
    void aDilationIsHeededByEitherRuntime(PoolingType kind, int rows, int columns) {
        InputType type = InputType.convolutional(7, 7, 2, CNN2DFormat.NHWC);
        SubsamplingLayer pooling = new SubsamplingLayer.Builder(kind)
                .kernelSize(2, 2)
                .stride(1, 1)
                .dilation(rows, columns)
                .dataFormat(CNN2DFormat.NHWC)
                .build();
        NetworkDefinition network = new NetworkDefinition(
                Hyperparameters.defaults()
                        .newConfiguration(3)
                        .graphBuilder()
                        .addInputs("in")
                        .addLayer(
                                "c",
                                new ConvolutionLayer.Builder(2, 2)
                                        .nOut(3)
                                        .activation(Activation.TANH)
                                        .dataFormat(CNN2DFormat.NHWC)
                                        .build(),
                                "in")
                        .addLayer("p", pooling, "c")
                        .addLayer(
                                "out",
                                new OutputLayer.Builder(LossFunction.MCXENT)
                                        .nOut(4)
                                        .activation(Activation.SOFTMAX)
                                        .build(),
                                "p")
                        .setOutputs("out")
                        .setInputTypes(type)
                        .build(),
                type);
        Batch batch = Networks.batch(network, 1, 0, 3);
        try (Dl4jReplica dl4j = new Dl4jReplica(network, 3, 0);
                CompiledReplica compiled = new CompiledReplica(network, 3, 0, 1)) {
            double expected = compiled.forwardBackward(batch, 1, mark -> {}).lossSum();
            double got = dl4j.forwardBackward(batch, 1, mark -> {}).lossSum();
            assertThat(got).isCloseTo(expected, within(1e-4));
            float[] mine = Networks.floats(dl4j.gradients());
            float[] engines = Networks.floats(compiled.gradients());
            for (int i = 0; i < mine.length; i++) {
                assertThat(mine[i]).as("element %s", i).isCloseTo(engines[i], within(1e-4f));
            }
            assertThat(Nd4j.getEnvironment().helpersAllowed()).isTrue();
        }
    }

    @Test
    void windowsBeyondTheirInputAreRefusedWhenTheNetworkIsDefined() {
        InputType type = InputType.convolutional(4, 4, 1, CNN2DFormat.NHWC);
        var configuration = Hyperparameters.defaults()
                .newConfiguration(3)
                .graphBuilder()
                .addInputs("in")
                .addLayer(
                        "p",
                        new SubsamplingLayer.Builder(PoolingType.AVG)
                                .kernelSize(2, 2)
                                .stride(5, 5)
                                .dilation(4, 4)
                                .convolutionMode(ConvolutionMode.Truncate)
                                .dataFormat(CNN2DFormat.NHWC)
                                .build(),
                        "in")
                .addLayer(
                        "out",
                        new OutputLayer.Builder(LossFunction.MCXENT)
                                .nOut(4)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "p")
                .setOutputs("out")
                .setInputTypes(type)
                .build();
        assertThatThrownBy(() -> new NetworkDefinition(configuration, type))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("layer 'p' reads 4x4: a kernel that reaches 5 does not fit an input of 4");
    }
}
