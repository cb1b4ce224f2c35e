package io.lockstep.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.datasets.NearestName;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class HyperparametersTest {
    private static final int FIRST_BIAS = Networks.FEATURES * 9; // behind the hidden layer's weights

    @Test
    void aWrongValueIsNamedWithItsRange() {
        Hyperparameters defaults = Hyperparameters.defaults();
        assertThatThrownBy(() -> defaults.withDropout(1)).hasMessage("dropout must be in [0, 1), not 1.0");
        assertThatThrownBy(() -> defaults.withLabelSmoothing(-0.1)).hasMessageContaining("label-smoothing");
        assertThatThrownBy(() -> defaults.withRegularization(0, Double.NaN, 0)).hasMessageContaining("l2");
        assertThatThrownBy(() -> defaults.withUpdater(UpdaterName.SGD, -1)).hasMessageContaining("learning-rate");
    }

    @Test
    void anUnknownUpdaterIsRefusedWithTheNearest() {
        assertThat(UpdaterName.of("amsgrad")).isEqualTo(UpdaterName.AMSGRAD);
        assertThatThrownBy(() -> UpdaterName.of("nesterov"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("unknown updater 'nesterov'; did you mean 'nesterovs'?");
    }

    @Test
    void theNearestNameIsSuggestedOnlyWhereItIsNear() {
        List<String> known = List.of("resnet18", "resnet20", "mlp");
        assertThat(NearestName.of("resnet2", known)).hasValue("resnet20");
        assertThat(NearestName.of("RESNET18", known)).hasValue("resnet18");
        assertThat(NearestName.of("transformer", known)).isEmpty();
    }

    @Test
    void l2AndWeightDecayGoTogetherAndLeaveBiasesAlone() {
        Hyperparameters both = Hyperparameters.defaults().withRegularization(0, 0.5, 0.25);
        try (Dl4jReplica replica = new Dl4jReplica(Networks.perceptron(both), 1, 0)) {
            double squares = 0;
            for (float w : Networks.floats(replica.parameters())) {
                squares += (double) w * w; // biases are 0
            }
            assertThat(replica.regularizationLoss()).isCloseTo(0.5 * (0.5 + 0.25) * squares, within(1e-5));
            replica.parameters().asFloatBuffer().put(FIRST_BIAS, 1000f);
            assertThat(replica.regularizationLoss()).isCloseTo(0.5 * (0.5 + 0.25) * squares, within(1e-5));
        }
    }

    @Test
    void aDefinitionKnowsItsClassesAndFeatures() {
        NetworkDefinition images = Networks.residual(CNN2DFormat.NHWC, false);
        assertThat(images.classes()).isEqualTo(4);
        assertThat(images.featureSize()).isEqualTo(3 * 6 * 6);
    }
}
