package io.lockstep.runs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.datasets.ImageShape;
import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.games.Adversarial;
import io.lockstep.runs.networks.Networks;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.DataSettings;
import io.lockstep.runs.settings.NetworkBuilder;
import io.lockstep.runs.settings.UsageException;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocallyConnected2D;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossSparseMCXENT;

/** What is known of a program's own network before anything is started. */
class OwnNetworkTest {
    private static final ImageShape SHAPE = new ImageShape(3, 4, 4);

    @Test
    void oneSigmoidIsForDataOfTwoClasses() {
        NetworkBuilder source = Networks.own(network(dense(), sigmoid())).under(new Configuration());
        assertThat(source.build(SHAPE, 2, 1).classes()).isEqualTo(1);
        assertThatThrownBy(() -> source.build(SHAPE, 3, 1))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("tells 2 classes apart, the data has 3");
    }

    @Test
    void aGeneratorIsAskedForTheClassesOfTheData() {
        NetworkDefinition network = network(dense(), sigmoid());
        NetworkDefinition game =
                new NetworkDefinition(network.configuration(), network.input(), Adversarial.of("x", 38, 10));
        assertThatCode(() -> Networks.own(game).under(new Configuration()).build(SHAPE, 10, 1))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> Networks.own(game).under(new Configuration()).build(SHAPE, 2, 1))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("asked for 10 classes, the data has 2");
    }

    @ParameterizedTest
    @CsvSource({"1, true", "2, false"})
    void centresAreMovedByOneRankOnly(int workers, boolean right) {
        BaseOutputLayer.Builder<?> output = new CenterLossOutputLayer.Builder(LossFunction.MCXENT)
                .alpha(0.5)
                .lambda(0.1)
                .nOut(4)
                .activation(Activation.SOFTMAX);
        check(network(dense(), output.build()), right, "CenterLossOutputLayer", "workers = " + workers);
    }

    @ParameterizedTest
    @CsvSource({"auto, true", "dl4j, true", "compiled, false"})
    void aLayerThatOnlyDl4jHasIsRefusedWhereTheCompiledRuntimeIsDemanded(String runtime, boolean right) {
        check(
                network(locallyConnected(), softmax()),
                right,
                "LocallyConnected2D",
                "workers = 1",
                "runtime = " + runtime);
    }

    @Test
    void whatDl4jCannotHeedIsRefusedWhereItMustRunTheNetwork() {
        OutputLayer sparse = softmax();
        sparse.setLossFn(new LossSparseMCXENT());
        String smoothing = "label-smoothing = 0.1";
        check(network(dense(), sparse), true, "", smoothing);
        check(network(dense(), sparse), false, "label-smoothing = 0", smoothing, "runtime = dl4j");
        check(network(locallyConnected(), sparse), false, "label-smoothing = 0", smoothing);
        check(network(dense(), sigmoid()), false, "mixup = 0", "mixup = 0.2", "runtime = dl4j");
    }

    private static void check(NetworkDefinition network, boolean right, String named, String... settings) {
        Configuration configuration = new Configuration();
        configuration.put(DataSettings.MODEL.name(), DataSettings.OWN_NETWORK);
        for (String setting : settings) {
            configuration.put(setting);
        }
        if (right) {
            assertThatCode(() -> Networks.checkRuntime(network, configuration)).doesNotThrowAnyException();
        } else {
            assertThatThrownBy(() -> Networks.checkRuntime(network, configuration))
                    .isInstanceOf(UsageException.class)
                    .hasMessageContaining(named);
        }
    }

    private static Layer dense() {
        return new DenseLayer.Builder().nOut(5).activation(Activation.TANH).build();
    }

    private static Layer locallyConnected() {
        return new LocallyConnected2D.Builder()
                .kernelSize(2, 2)
                .nOut(2)
                .activation(Activation.TANH)
                .build();
    }

    private static OutputLayer softmax() {
        return new OutputLayer.Builder(LossFunction.MCXENT)
                .nOut(4)
                .activation(Activation.SOFTMAX)
                .build();
    }

    private static OutputLayer sigmoid() {
        return new OutputLayer.Builder(LossFunction.XENT)
                .nOut(1)
                .activation(Activation.SIGMOID)
                .build();
    }

    private static NetworkDefinition network(Layer layer, Layer output) {
        InputType type = InputType.convolutional(4, 4, 3, CNN2DFormat.NHWC);
        return new NetworkDefinition(
                Hyperparameters.defaults()
                        .newConfiguration(3)
                        .graphBuilder()
                        .addInputs("in")
                        .addLayer("x", layer, "in")
                        .addLayer("out", output, "x")
                        .setOutputs("out")
                        .setInputTypes(type)
                        .build(),
                type);
    }
}
