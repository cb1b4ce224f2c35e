package io.lockstep.modelzoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.datasets.Batch;
import io.lockstep.networks.Freezing;
import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.training.FlatBuffers;
import io.lockstep.training.NetworkReplica;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class FreezingTest {
    private static final int BATCH = 4;
    private static final ModelInput INPUT = new ModelInput(3, 8, 8, 3);

    @Test
    void allUpToALayerStaysAsItIs() {
        assertThat(trainedLayers("..s2b1_relu"))
                .containsExactly("output", "s3b1_1_conv", "s3b1_1_norm", "s3b1_2_conv", "s3b1_2_norm");
    }

    @Test
    void gradientsGoThroughFrozenLayersInTheMiddle() {
        assertThat(trainedLayers("s*", "!stem*", "!s1*"))
                .containsExactly(
                        "output", "s1b1_1_conv", "s1b1_1_norm", "s1b1_2_conv", "s1b1_2_norm", "stem_conv", "stem_norm");
    }

    @Test
    void theHeadAloneIsTrained() {
        assertThat(trainedLayers("*", "!output")).containsExactly("output");
    }

    @Test
    void wrongNamesAndNothingLeftAreTold() {
        assertThatThrownBy(() -> frozen("s2b1_1_konv"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no layer 's2b1_1_konv'; nearest 's2b1_1_conv'");
        assertThatThrownBy(() -> frozen("..output"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("nothing is left to train");
        assertThatThrownBy(() -> frozen("output"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'output' is an output");
        assertThat(Freezing.freeze(
                                ModelZoo.get("gpt").build(new ModelInput(1, 8, 1, 9), Hyperparameters.defaults(), 1),
                                List.of("embedding"))
                        .tokens())
                .isTrue();
        NetworkDefinition game = ModelZoo.get("gan").build(new ModelInput(1, 8, 8, 3), Hyperparameters.defaults(), 1);
        assertThatThrownBy(() -> Freezing.freeze(game, List.of("*")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("take turns");
    }

    private static NetworkDefinition frozen(String... words) {
        NetworkDefinition whole = CifarResNet.ofDepth(8).build(INPUT, Hyperparameters.defaults(), 1);
        return Freezing.freeze(whole, List.of(words));
    }

    /** Layers with an element that is not what it was, after two steps with momentum, decay and bounded norms. */
    private static Set<String> trainedLayers(String... words) {
        Hyperparameters decayed =
                Hyperparameters.defaults().withRegularization(0, 0.01, 0).withMaxNorm(0.5);
        NetworkDefinition network = Freezing.freeze(CifarResNet.ofDepth(8).build(INPUT, decayed, 1), List.of(words));
        try (CompiledReplica replica = new CompiledReplica(network, BATCH, 0, 1)) {
            return changed(replica);
        }
    }

    private static Set<String> changed(NetworkReplica replica) {
        ByteBuffer before = FlatBuffers.allocate(replica.parameters().limit() / Float.BYTES);
        before.put(replica.parameters()).flip();
        for (int step = 0; step < 2; step++) {
            replica.forwardBackward(batch(step), step, mark -> {});
            replica.update(step, 0, 0.01);
        }
        Set<String> layers = new TreeSet<>();
        ByteBuffer after = replica.parameters();
        for (int at = 0; at < before.limit(); at += Float.BYTES) {
            if (before.getInt(at) != after.getInt(at)) {
                layers.add(replica.layerAt(at / Float.BYTES));
            }
        }
        return layers;
    }

    private static Batch batch(int step) {
        int size = INPUT.channels() * INPUT.height() * INPUT.width();
        ByteBuffer features = FlatBuffers.allocate((long) BATCH * size);
        for (int i = 0; i < BATCH * size; i++) {
            features.putFloat(i * Float.BYTES, PyTorchCurveTest.number(step, i));
        }
        return new Batch(BATCH, features, IntBuffer.wrap(new int[] {0, 1, 2, 0}));
    }
}
