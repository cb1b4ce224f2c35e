package io.lockstep.modelzoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.datasets.Batch;
import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.UpdaterName;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.compiled.TextGenerator;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.training.NetworkReplica;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SequenceModelsTest {
    private static final int BATCH = 4;
    private static final double RATE = 0.003;
    private static final Hyperparameters ADAM =
            Hyperparameters.defaults().withUpdater(UpdaterName.ADAM, RATE).withRegularization(0, 0, 0.1);

    private static ModelInput input(String name) {
        return ModelZoo.get(name).usualInput() != null ? new ModelInput(1, 12, 1, 9) : new ModelInput(3, 8, 8, 5);
    }

    private static NetworkDefinition build(String name, long seed) {
        return ModelZoo.get(name).build(input(name), ADAM, seed);
    }

    private static Batch batch(NetworkDefinition definition) {
        int floats = BATCH * definition.featureSize();
        ByteBuffer features = ByteBuffer.allocateDirect(floats * Float.BYTES).order(ByteOrder.nativeOrder());
        Random random = new Random(3);
        boolean tokens = definition.tokens();
        for (int i = 0; i < floats; i++) {
            float value = tokens ? random.nextInt(definition.classes()) : (float) random.nextGaussian();
            features.putFloat(i * Float.BYTES, value);
        }
        IntBuffer labels = IntBuffer.allocate(BATCH * definition.labelsOfExample());
        for (int i = 0; i < labels.capacity(); i++) {
            labels.put(i, random.nextInt(definition.classes()));
        }
        return new Batch(BATCH, features, labels);
    }

    private static double step(NetworkReplica replica, Batch batch, int step) {
        double loss = replica.forwardBackward(batch, step, mark -> {}).lossSum();
        FloatBuffer gradients = replica.gradients().asFloatBuffer();
        for (int i = 0; i < gradients.limit(); i++) {
            gradients.put(i, gradients.get(i) / BATCH);
        }
        replica.update(step, 0, RATE);
        return loss;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lstm",
                "lstm-2x256",
                "bilstm",
                "gru",
                "simple-rnn",
                "char-lstm",
                "char-gru",
                "char-rnn",
                "gpt",
                "bert",
                "bert-classifier",
                "transformer",
                "vit"
            })
    void aFewStepsLowerTheLossAndTheFileHoldsAllOfIt(String name) throws IOException {
        NetworkDefinition definition = build(name, 1);
        Batch batch = batch(definition);
        try (NetworkReplica replica = new CompiledReplica(definition, BATCH, 0, 2);
                NetworkReplica other = new CompiledReplica(build(name, 2), BATCH, 0, 1)) {
            double first = step(replica, batch, 0);
            for (int i = 1; i < 8; i++) {
                step(replica, batch, i);
            }
            assertThat(step(replica, batch, 8)).isFinite().isLessThan(first);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            replica.save(out);
            other.load(new ByteArrayInputStream(out.toByteArray()));
            assertThat(other.parameters()).isEqualTo(replica.parameters());
            assertThat(other.updaterState()).isEqualTo(replica.updaterState());
        }
    }

    @Test
    void theWeightsOfTheLossMakeItTheMeanOverTime() {
        NetworkDefinition definition = build("char-lstm", 1);
        Batch batch = batch(definition);
        try (NetworkReplica replica = new CompiledReplica(definition, BATCH, 0, 1)) {
            replica.forwardBackward(batch, 0, mark -> {});
            FloatBuffer gradients = replica.gradients().asFloatBuffer();
            // the output's bias comes last: its gradient is the mean over time of p - y, so its parts are below 1
            double sum = 0;
            for (int c = 1; c <= definition.classes(); c++) {
                sum += Math.abs(gradients.get(gradients.limit() - c));
            }
            assertThat(sum).isLessThan(2.0 * BATCH).isPositive();
        }
    }

    @Test
    void aClassifierBeginsWithWhatTheModelOfMaskedTextHasLearned() throws IOException {
        try (NetworkReplica pretrained = new CompiledReplica(build("bert", 1), BATCH, 0, 1);
                CompiledReplica compiled = new CompiledReplica(build("bert-classifier", 2), BATCH, 0, 1);
                NetworkReplica dl4j = new Dl4jReplica(build("bert-classifier", 2), BATCH, 0)) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            pretrained.save(out);
            for (NetworkReplica classifier : List.of(compiled, dl4j)) {
                float[] before = floats(classifier.parameters());
                List<String> anew = classifier.takeCommon(new ByteArrayInputStream(out.toByteArray()));
                assertThat(anew).containsExactly("classes_W", "classes_b");
                float[] after = floats(classifier.parameters());
                int body = after.length - 128 * 9 - 9; // the classes come last
                assertThat(Arrays.copyOf(after, body)).isEqualTo(Arrays.copyOf(floats(pretrained.parameters()), body));
                assertThat(Arrays.copyOfRange(after, body, after.length))
                        .isEqualTo(Arrays.copyOfRange(before, body, after.length));
            }
            NetworkReplica other = new CompiledReplica(build("lstm", 1), BATCH, 0, 1);
            try (other) {
                assertThatThrownBy(() -> other.takeCommon(new ByteArrayInputStream(out.toByteArray())))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("another one");
            }
        }
    }

    private static float[] floats(ByteBuffer buffer) {
        float[] values = new float[buffer.limit() / Float.BYTES];
        buffer.asFloatBuffer().get(values);
        return values;
    }

    @Test
    void aLanguageModelRefusesPicturesAndAVisionTransformerOddOnes() {
        assertThatThrownBy(() -> ModelZoo.get("gpt").build(new ModelInput(3, 32, 32, 10), ADAM, 1))
                .hasMessageContaining("reads text")
                .hasMessageContaining("3x32x32");
        assertThatThrownBy(() -> ModelZoo.get("vit").build(new ModelInput(3, 30, 32, 10), ADAM, 1))
                .hasMessageContaining("4x4")
                .hasMessageContaining("30x32");
    }

    @Test
    void anEncoderDecoderHasTheSameNumbersInDl4jItself() {
        NetworkDefinition definition = build("transformer", 1);
        try (NetworkReplica dl4j = new Dl4jReplica(definition, BATCH, 0);
                NetworkReplica compiled = new CompiledReplica(definition, BATCH, 0, 1)) {
            double expected =
                    dl4j.forwardBackward(batch(definition), 0, mark -> {}).lossSum();
            assertThat(compiled.forwardBackward(batch(definition), 0, mark -> {})
                            .lossSum())
                    .isCloseTo(expected, within(1e-3));
            float[] wanted = floats(dl4j.gradients());
            float[] got = floats(compiled.gradients());
            for (int i = 0; i < wanted.length; i++) {
                assertThat(got[i]).as("gradient " + i).isCloseTo(wanted[i], within(1e-3f));
            }
        }
    }

    @Test
    void generatedTextIsAFunctionOfTheSeedAndTopOneOfNothing() {
        NetworkDefinition definition = build("gpt", 1);
        try (CompiledReplica replica = new CompiledReplica(definition, 1, 0, 1)) {
            List<Integer> text = draw(replica, 1, 0, 5);
            assertThat(text).hasSize(30).allSatisfy(number -> assertThat(number).isBetween(0, 8));
            assertThat(draw(replica, 1, 0, 5)).isEqualTo(text);
            assertThat(draw(replica, 1, 0, 6)).isNotEqualTo(text);
            assertThat(draw(replica, 1, 1, 5)).isEqualTo(draw(replica, 9, 1, 7));
        }
    }

    private static List<Integer> draw(CompiledReplica replica, double temperature, int topK, long seed) {
        List<Integer> drawn = new ArrayList<>();
        new TextGenerator(replica, 12, 9, temperature, topK, seed).generate(new int[] {1, 2}, 30, drawn::add);
        return drawn;
    }
}
