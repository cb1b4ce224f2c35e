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
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.Subsampling1DLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class PoolingWindowsTest {
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
        assertRefused(
                pooling(PoolingType.AVG).stride(5, 5).dilation(4, 4).build(),
                PICTURES,
                "layer 'p' reads 4x4: a kernel that reaches 5 does not fit an input of 4");
    }

    /** ND4J would write beyond its arrays. */
    @Test
    void windowsOfPaddingAloneAreRefusedWhenTheNetworkIsDefined() {
        String why = ": has windows that see padding alone, of which there is no maximum and no mean";
        assertRefused(pooling(PoolingType.MAX).padding(2, 0).build(), PICTURES, "layer 'p' reads 4x4" + why);
        assertRefused(
                pooling(PoolingType.AVG)
                        .padding(0, 2)
                        .avgPoolIncludePadInDivisor(false)
                        .build(),
                PICTURES,
                "layer 'p' reads 4x4" + why);
        assertRefused(
                new Subsampling1DLayer.Builder(SubsamplingLayer.PoolingType.MAX, 2, 1, 2).build(),
                InputType.recurrent(3, 6),
                "layer 'p' reads 6 steps" + why);
    }

    @Test
    void windowsWithAPixelEachAreTaken() {
        definition(pooling(PoolingType.MAX).padding(1, 1).build(), PICTURES);
        definition(
                pooling(PoolingType.AVG)
                        .padding(2, 2)
                        .avgPoolIncludePadInDivisor(true)
                        .build(),
                PICTURES);
        definition(
                new Subsampling1DLayer.Builder(SubsamplingLayer.PoolingType.MAX, 2, 1, 1).build(),
                InputType.recurrent(3, 6));
    }

    private static final InputType PICTURES = InputType.convolutional(4, 4, 1, CNN2DFormat.NHWC);

    private static SubsamplingLayer.Builder pooling(PoolingType type) {
        return new SubsamplingLayer.Builder(type)
                .kernelSize(2, 2)
                .stride(1, 1)
                .convolutionMode(ConvolutionMode.Truncate)
                .dataFormat(CNN2DFormat.NHWC);
    }

    private static void assertRefused(SubsamplingLayer pooling, InputType type, String why) {
        assertThatThrownBy(() -> definition(pooling, type))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }

    private static NetworkDefinition definition(SubsamplingLayer pooling, InputType type) {
        boolean steps = pooling instanceof Subsampling1DLayer;
        FeedForwardLayer.Builder<?> output =
                steps ? new RnnOutputLayer.Builder(LossFunction.MCXENT) : new OutputLayer.Builder(LossFunction.MCXENT);
        return new NetworkDefinition(
                Hyperparameters.defaults()
                        .newConfiguration(3)
                        .graphBuilder()
                        .addInputs("in")
                        .addLayer("p", pooling, "in")
                        .addLayer(
                                "out",
                                output.nOut(4).activation(Activation.SOFTMAX).build(),
                                "p")
                        .setOutputs("out")
                        .setInputTypes(type)
                        .build(),
                type);
    }
}
