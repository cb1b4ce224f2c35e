package io.lockstep.modelzoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.datasets.Batch;
import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.UpdaterName;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.training.NetworkReplica;
import io.lockstep.training.Range;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The engine has all layers of all convolutional networks, at both kinds of stem. */
class CompiledModelTest {
    private static final int BATCH = 4;

    @ParameterizedTest
    @CsvSource({
        "lenet5, 1, 28, 0.002",
        "resnet20, 3, 32, 0.002",
        "resnet50, 3, 32, 0.002",
        "resnet18, 3, 72, 0.002",
        "preact-resnet18, 3, 32, 0.002",
        "preact-resnet164, 3, 32, 0.0002",
        "wrn16-4, 3, 32, 0.002",
        "vgg11, 3, 32, 0.002",
        "vgg11-bn, 3, 72, 0.002",
        "vgg16-bn, 3, 32, 0.002",
        "alexnet, 3, 32, 0.002",
        "alexnet, 3, 96, 0.002",
        "nin, 3, 32, 0.002",
        "googlenet, 3, 32, 0.002",
        "googlenet-bn, 3, 32, 0.002",
        "googlenet, 3, 96, 0.002",
        "googlenet-bn, 1, 96, 0.002"
    })
    void aFewStepsLowerTheLoss(String name, int channels, int side, double rate) {
        ModelInput input = new ModelInput(channels, side, side, 5);
        Hyperparameters gentle = Hyperparameters.defaults().withUpdater(UpdaterName.SGD, rate);
        try (CompiledReplica replica = new CompiledReplica(ModelZoo.get(name).build(input, gentle, 1), BATCH, 0, 2)) {
            Batch batch = batch(input);
            double first = step(replica, batch, 0, rate);
            for (int step = 1; step < 5; step++) {
                step(replica, batch, step, rate);
            }
            double last = replica.forwardBackward(batch, 0, watermark -> {}).lossSum(); // with the first one's dropout
            assertThat(last).isFinite().isLessThan(first);
        }
    }

    /** The loss before the step. */
    private static double step(NetworkReplica replica, Batch batch, int step, double rate) {
        double loss = replica.forwardBackward(batch, step, watermark -> {}).lossSum();
        average(replica);
        replica.update(step, 0, rate);
        return loss;
    }

    private static Batch batch(ModelInput input) {
        int floats = BATCH * input.channels() * input.height() * input.width();
        ByteBuffer features = ByteBuffer.allocateDirect(floats * Float.BYTES).order(ByteOrder.nativeOrder());
        Random random = new Random(1);
        for (int i = 0; i < floats; i++) {
            features.putFloat(i * Float.BYTES, (float) random.nextGaussian());
        }
        return new Batch(BATCH, features, IntBuffer.wrap(new int[] {0, 1, 2, 3}));
    }

    private static void average(NetworkReplica replica) {
        FloatBuffer gradients = replica.gradients().asFloatBuffer();
        int next = 0;
        for (Range range : replica.statistics()) {
            next = divide(gradients, next, (int) range.start(), (int) range.end());
        }
        divide(gradients, next, gradients.limit(), gradients.limit());
    }

    private static int divide(FloatBuffer gradients, int from, int to, int next) {
        for (int i = from; i < to; i++) {
            gradients.put(i, gradients.get(i) / BATCH);
        }
        return next;
    }
}
