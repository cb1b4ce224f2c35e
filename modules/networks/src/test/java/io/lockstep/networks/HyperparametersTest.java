package io.lockstep.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.datasets.NearestName;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.training.NetworkReplica;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

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

    /** Whichever runs the network. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aGreatestNormHoldsForEachUnitsIncomingWeights(boolean compiled) {
        Hyperparameters limited = Hyperparameters.defaults().withMaxNorm(0.3);
        NetworkDefinition images = Networks.residual(CNN2DFormat.NHWC, false);
        limited.applyTo(images.configuration());
        try (Dl4jReplica dense = updatedOnce(Networks.perceptron(limited), compiled);
                Dl4jReplica convolutions = updatedOnce(images, compiled)) {
            INDArray hidden = dense.graph().getLayer("hidden").getParam("W"); // (in, out)
            assertThat(hidden.norm2(0).toDoubleVector()).containsExactly(all(9, 0.3), within(1e-4));
            INDArray filters = convolutions.graph().getLayer("c1").getParam("W"); // (out, in, kernel)
            assertThat(filters.norm2(1, 2, 3).toDoubleVector()).containsExactly(all(5, 0.3), within(1e-4));
            assertThat(convolutions.graph().getLayer("n1").getParam("gamma").getDouble(0))
                    .as("batch norm's scale has no incoming weights")
                    .isGreaterThan(0.5);
        }
    }

    @Test
    void weightsBeginWithTheVarianceThatWasAskedFor() {
        int inputs = 3 * 3 * 3;
        int outputs = 5 * 3 * 3;
        assertThat(spreadOf(Initialisation.HE)).isCloseTo(2.0 / inputs, within(0.2 * 2 / inputs));
        assertThat(spreadOf(Initialisation.HE_UNIFORM)).isCloseTo(2.0 / inputs, within(0.2 * 2 / inputs));
        double xavier = 2.0 / (inputs + outputs);
        assertThat(spreadOf(Initialisation.XAVIER)).isCloseTo(xavier, within(0.2 * xavier));
        assertThat(spreadOf(Initialisation.XAVIER_UNIFORM)).isCloseTo(xavier, within(0.2 * xavier));
        assertThat(largestOf(Initialisation.XAVIER_UNIFORM)).isLessThanOrEqualTo(Math.sqrt(3 * xavier));
        assertThat(largestOf(Initialisation.XAVIER)).isGreaterThan(Math.sqrt(3 * xavier));
        assertThatThrownBy(() -> Initialisation.of("hee")).hasMessageContaining("did you mean 'he'");
    }

    private static double spreadOf(Initialisation initialisation) {
        return Arrays.stream(filters(initialisation)).map(w -> w * w).average().orElseThrow();
    }

    private static double largestOf(Initialisation initialisation) {
        return Arrays.stream(filters(initialisation)).map(Math::abs).max().orElseThrow();
    }

    /** Of a convolution of 3 channels to 5 in networks of several seeds. */
    private static double[] filters(Initialisation initialisation) {
        return IntStream.range(0, 10)
                .mapToObj(seed -> {
                    NetworkDefinition images = Networks.residual(CNN2DFormat.NHWC, false);
                    Hyperparameters.defaults()
                            .withInitialisation(initialisation)
                            .applyTo(images.configuration());
                    images.configuration().getVertices().values().forEach(vertex -> {
                        if (vertex instanceof LayerVertex layer) {
                            layer.getLayerConf().setSeed(seed);
                        }
                    });
                    try (Dl4jReplica replica = new Dl4jReplica(images, 1, 0)) {
                        return replica.graph()
                                .getLayer("c1")
                                .getParam("W")
                                .dup()
                                .data()
                                .asDouble();
                    }
                })
                .flatMapToDouble(Arrays::stream)
                .toArray();
    }

    @Test
    void droppedWeightsChangeTrainingAndNotEvaluation() {
        NetworkDefinition plain = Networks.residual(CNN2DFormat.NHWC, false);
        NetworkDefinition dropping = Networks.residual(CNN2DFormat.NHWC, false);
        Hyperparameters.defaults().withDropConnect(0.5).applyTo(dropping.configuration());
        var batch = Networks.batch(plain, 0, 0, 4);
        try (NetworkReplica one = new CompiledReplica(plain, 4, 0, 1);
                NetworkReplica other = new CompiledReplica(dropping, 4, 0, 1)) {
            assertThat(other.parameters()).isEqualTo(one.parameters());
            int[] classes = new int[4];
            assertThat(other.evaluate(batch, classes))
                    .usingRecursiveComparison()
                    .isEqualTo(one.evaluate(batch, classes));
            double kept = one.forwardBackward(batch, 3, mark -> {}).lossSum();
            assertThat(other.forwardBackward(batch, 3, mark -> {}).lossSum()).isNotEqualTo(kept);
        }
    }

    private static double[] all(int count, double value) {
        double[] values = new double[count];
        Arrays.fill(values, value);
        return values;
    }

    /** A network after an update, its weights far too large before. */
    private static Dl4jReplica updatedOnce(NetworkDefinition definition, boolean compiled) {
        Dl4jReplica result = new Dl4jReplica(definition, 4, 0);
        try (NetworkReplica replica =
                compiled ? new CompiledReplica(definition, 4, 0, 1) : new Dl4jReplica(definition, 4, 0)) {
            FloatBuffer parameters = replica.parameters().asFloatBuffer();
            for (int i = 0; i < parameters.limit(); i++) {
                parameters.put(i, parameters.get(i) * (parameters.get(i) == 1 ? 1 : 10));
            }
            replica.forwardBackward(Networks.batch(definition, 0, 0, 4), 0, watermark -> {});
            replica.update(0, 0, 1e-4);
            result.parameters().put(replica.parameters());
        }
        return result;
    }

    @Test
    void aDefinitionKnowsItsClassesAndFeatures() {
        NetworkDefinition images = Networks.residual(CNN2DFormat.NHWC, false);
        assertThat(images.classes()).isEqualTo(4);
        assertThat(images.featureSize()).isEqualTo(3 * 6 * 6);
    }
}
