package io.lockstep.networks;

import static io.lockstep.networks.TranslatedNetworks.activated;
import static io.lockstep.networks.TranslatedNetworks.networks;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.Column;
import io.lockstep.datasets.Field;
import io.lockstep.engine.Precision;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.compiled.Replicas;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.training.BatchResult;
import io.lockstep.training.NetworkReplica;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationELU;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The engine against DL4J, for the same configuration and seed. */
class CompiledReplicaTest {
    private static final int BATCH = 6;

    static Stream<String> names() {
        return networks().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("names")
    void gradientsAndPredictionsAreDl4js(String name) {
        NetworkDefinition definition = networks().get(name);
        try (NetworkReplica dl4j = new Dl4jReplica(definition, BATCH, 0.1);
                NetworkReplica compiled = new CompiledReplica(definition, BATCH, 0.1, 2)) {
            assertThat(compiled.parameters()).isEqualTo(dl4j.parameters());
            for (int size : new int[] {BATCH, 3}) {
                Batch batch = Networks.batch(definition, 11, 0, size);
                BatchResult expected = dl4j.forwardBackward(batch, 1, mark -> {});
                BatchResult actual = compiled.forwardBackward(channelsLast(definition, batch), 1, mark -> {});
                assertThat(actual.correct()).isEqualTo(expected.correct());
                assertThat(actual.labels()).isEqualTo(expected.labels());
                assertThat(actual.lossSum()).isCloseTo(expected.lossSum(), within(1e-4));
                assertClose(Networks.floats(compiled.gradients()), Networks.floats(dl4j.gradients()), 2e-4f);

                int[] wanted = new int[batch.labels().limit()];
                int[] got = new int[batch.labels().limit()];
                BatchResult evaluated = dl4j.evaluate(batch, wanted);
                assertThat(compiled.evaluate(channelsLast(definition, batch), got)
                                .lossSum())
                        .isCloseTo(evaluated.lossSum(), within(1e-3));
                assertThat(got).isEqualTo(wanted);
            }
        }
    }

    /** But not its gradient, which in DL4J is that of alpha 1 whatever alpha is. */
    @Test
    void anEluOfAnotherAlphaHasDl4jsOutputs() {
        NetworkDefinition definition = activated(new ActivationELU(0.3));
        Batch batch = Networks.batch(definition, 11, 0, BATCH);
        try (NetworkReplica dl4j = new Dl4jReplica(definition, BATCH, 0);
                NetworkReplica compiled = new CompiledReplica(definition, BATCH, 0, 2)) {
            int[] wanted = new int[BATCH];
            int[] got = new int[BATCH];
            BatchResult expected = dl4j.evaluate(batch, wanted);
            assertThat(compiled.evaluate(batch, got).lossSum()).isCloseTo(expected.lossSum(), within(1e-4));
            assertThat(got).isEqualTo(wanted);
        }
    }

    /** The loss and its gradient are linear in the target. */
    @Test
    void aMixedTargetHasTheMixedLossAndDl4jsGradients() {
        NetworkDefinition definition = Networks.residual(CNN2DFormat.NHWC, true);
        Batch batch = Networks.batch(definition, 11, 0, BATCH);
        Column other = Column.ofInts(Field.int32(Batch.MIXED_LABELS), new int[BATCH]);
        Column share = Column.ofFloats(Field.float32(Batch.MIXED_SHARES), new float[BATCH]);
        IntBuffer others = other.ints();
        FloatBuffer shares = share.floats();
        for (int i = 0; i < BATCH; i++) {
            others.put(i, (batch.labels().get(i) + i) % 4); // the first is mixed with its own class
            shares.put(i, i / (2f * BATCH));
        }
        Batch mixed = new Batch(BATCH, 0, batch.column(Batch.FEATURES), batch.column(Batch.LABELS), other, share);
        try (NetworkReplica dl4j = new Dl4jReplica(definition, BATCH, 0.1);
                NetworkReplica compiled = new CompiledReplica(definition, BATCH, 0.1, 2);
                CompiledReplica plain = new CompiledReplica(definition, BATCH, 0, 1)) {
            dl4j.forwardBackward(mixed, 1, mark -> {});
            compiled.forwardBackward(mixed, 1, mark -> {});
            assertClose(Networks.floats(compiled.gradients()), Networks.floats(dl4j.gradients()), 2e-4f);

            for (int i = 0; i < BATCH; i++) {
                shares.put(i, 0.25f);
            }
            double loss = plain.forwardBackward(mixed, 1, mark -> {}).lossSum();
            double ofOwn = plain.forwardBackward(batch, 1, mark -> {}).lossSum();
            double ofOthers = plain.forwardBackward(new Batch(BATCH, batch.features(), others), 1, mark -> {})
                    .lossSum();
            assertThat(ofOthers).isNotCloseTo(ofOwn, within(0.1));
            assertThat(loss).isCloseTo(0.75 * ofOwn + 0.25 * ofOthers, within(1e-4));
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void fiftyStepsFollowDl4jsCurve(String name) {
        NetworkDefinition definition = networks().get(name);
        try (NetworkReplica dl4j = new Dl4jReplica(definition, BATCH, 0);
                NetworkReplica compiled = new CompiledReplica(definition, BATCH, 0, 2)) {
            for (int step = 0; step < 50; step++) {
                Batch batch = Networks.batch(definition, step % 5, 0, BATCH);
                double expected = step(dl4j, batch, step);
                double actual = step(compiled, channelsLast(definition, batch), step);
                assertThat(actual).as("step " + step).isCloseTo(expected, within(1e-3 + 1e-2 * expected));
            }
        }
    }

    private static double step(NetworkReplica replica, Batch batch, int step) {
        double loss = replica.forwardBackward(batch, step, mark -> {}).lossSum();
        FloatBuffer gradients = replica.gradients().asFloatBuffer();
        BitSet statistics = new BitSet(gradients.limit());
        replica.statistics().forEach(range -> statistics.set((int) range.start(), (int) range.end()));
        for (int i = statistics.nextClearBit(0); i < gradients.limit(); i = statistics.nextClearBit(i + 1)) {
            gradients.put(i, gradients.get(i) / batch.size());
        }
        replica.update(step, 0, 0.01);
        return loss;
    }

    @Test
    void takesDl4jsCheckpointAndTheOtherWayRound() throws IOException {
        NetworkDefinition definition = networks().get("residual NHWC");
        try (NetworkReplica dl4j = new Dl4jReplica(definition, BATCH, 0);
                NetworkReplica compiled = new CompiledReplica(definition, BATCH, 0, 1)) {
            step(compiled, Networks.batch(definition, 1, 0, BATCH), 0);
            copy(compiled, dl4j);
            assertThat(dl4j.parameters()).isEqualTo(compiled.parameters());
            step(dl4j, Networks.batch(definition, 2, 0, BATCH), 1);
            copy(dl4j, compiled);
            assertThat(compiled.parameters()).isEqualTo(dl4j.parameters());
            assertThat(compiled.updaterState()).isEqualTo(dl4j.updaterState());
        }
    }

    private static void copy(NetworkReplica from, NetworkReplica to) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        from.save(out);
        to.load(new ByteArrayInputStream(out.toByteArray()));
    }

    @Test
    void whatTheEngineLacksIsRefusedByName() {
        InputType type = InputType.convolutional(4, 4, 2, CNN2DFormat.NCHW);
        ComputationGraphConfiguration configuration = Hyperparameters.defaults()
                .newConfiguration(1)
                .graphBuilder()
                .addInputs("in")
                .addLayer(
                        "odd one",
                        new SeparableConvolution2D.Builder(2, 2)
                                .depthMultiplier(2)
                                .nOut(2)
                                .build(),
                        "in")
                .addLayer(
                        "out",
                        new OutputLayer.Builder(LossFunction.MCXENT)
                                .nOut(2)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "odd one")
                .setOutputs("out")
                .setInputTypes(type)
                .build();
        NetworkDefinition definition = new NetworkDefinition(configuration, type);
        List<String> notices = new ArrayList<>();
        try (NetworkReplica replica = Replicas.fastest(definition, BATCH, 0, 1, Precision.FLOAT32, notices::add)) {
            assertThat(replica).isInstanceOf(Dl4jReplica.class);
            assertThat(notices).singleElement().asString().contains("odd one");
        }
        assertThatThrownBy(() -> new CompiledReplica(definition, BATCH, 0, 1))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("odd one")
                .hasMessageContaining("SeparableConvolution2D")
                .hasMessageContaining("Dl4jReplica");
    }

    @Test
    void recurrentLayersThatTheEngineLacksAreRefusedByName() {
        refuses(new GravesLSTM.Builder().nOut(3).activation(Activation.TANH).build(), "GravesLSTM");
        refuses(new LSTM.Builder().nOut(3).activation(Activation.RELU).build(), "tanh and sigmoid");
        refuses(
                new LSTM.Builder()
                        .nOut(3)
                        .activation(Activation.TANH)
                        .weightNoise(new DropConnect(0.5))
                        .build(),
                "weight noise in LSTM");
        Layer graves =
                new GravesLSTM.Builder().nOut(3).activation(Activation.TANH).build();
        refuses(new Bidirectional(Bidirectional.Mode.MUL, graves), "Bidirectional of GravesLSTM");
    }

    private static void refuses(Layer layer, String why) {
        InputType type = InputType.recurrent(2, 4);
        ComputationGraphConfiguration configuration = Hyperparameters.defaults()
                .newConfiguration(1)
                .graphBuilder()
                .addInputs("in")
                .addLayer("odd one", layer, "in")
                .addLayer(
                        "out",
                        new RnnOutputLayer.Builder(LossFunction.MCXENT)
                                .nOut(2)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "odd one")
                .setOutputs("out")
                .setInputTypes(type)
                .build();
        NetworkDefinition definition = new NetworkDefinition(configuration, type);
        assertThatThrownBy(() -> new CompiledReplica(definition, BATCH, 0, 1))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("odd one")
                .hasMessageContaining(why);
    }

    /** The same examples as the compiled replica wants them. */
    static Batch channelsLast(NetworkDefinition definition, Batch batch) {
        if (!(definition.input() instanceof InputType.InputTypeConvolutional images)
                || images.getFormat() == CNN2DFormat.NHWC) {
            return batch;
        }
        int channels = (int) images.getChannels();
        int pixels = (int) (images.getHeight() * images.getWidth());
        float[] from = Networks.floats(batch.features());
        ByteBuffer to = ByteBuffer.allocateDirect(from.length * Float.BYTES).order(ByteOrder.nativeOrder());
        for (int n = 0; n < batch.size(); n++) {
            for (int c = 0; c < channels; c++) {
                for (int p = 0; p < pixels; p++) {
                    to.putFloat(((n * pixels + p) * channels + c) * Float.BYTES, from[(n * channels + c) * pixels + p]);
                }
            }
        }
        return new Batch(batch.size(), to, batch.labels());
    }

    private static void assertClose(float[] actual, float[] expected, float tolerance) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            assertThat(actual[i])
                    .as("gradient " + i)
                    .isCloseTo(expected[i], within(tolerance * (1 + Math.abs(expected[i]))));
        }
    }
}
