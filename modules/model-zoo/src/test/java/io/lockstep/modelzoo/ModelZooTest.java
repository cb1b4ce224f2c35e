package io.lockstep.modelzoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.datasets.Batch;
import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.UpdaterName;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.training.Range;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Random;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ModelZooTest {
    private static final int BATCH = 8;
    private static final ModelInput CIFAR = new ModelInput(3, 32, 32, 10);
    private static final Hyperparameters GENTLE = Hyperparameters.defaults().withUpdater(UpdaterName.SGD, 0.02);

    @ParameterizedTest
    @ValueSource(strings = {"mlp", "lenet5", "resnet20", "resnet18", "vgg11-bn", "wrn16-4", "nin"})
    void aFewStepsLowerTheLossAndPlainDl4jReadsTheResult(String name) throws IOException {
        NetworkDefinition definition = ModelZoo.get(name).build(CIFAR, GENTLE, 1);
        try (Dl4jReplica replica = new Dl4jReplica(definition, BATCH, 0)) {
            Batch batch = batch(CIFAR);
            double first = step(replica, batch, 0);
            for (int step = 1; step < 4; step++) {
                step(replica, batch, step);
            }
            double last = replica.forwardBackward(batch, 0, watermark -> {}).lossSum(); // with the first one's dropout
            assertThat(last).isFinite().isLessThan(first);

            ByteArrayOutputStream out = new ByteArrayOutputStream();
            replica.save(out);
            ComputationGraph plain =
                    ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(out.toByteArray()), true);
            int[] predictions = new int[BATCH];
            replica.evaluate(batch, predictions);
            assertThat(plain.outputSingle(features(definition, batch)).argMax(1).toIntVector())
                    .isEqualTo(predictions);
        }
    }

    @Test
    void theSeedDeterminesTheInitialParameters() {
        Model model = ModelZoo.get("resnet20");
        try (Dl4jReplica one = new Dl4jReplica(model.build(CIFAR, GENTLE, 1), 1, 0);
                Dl4jReplica same = new Dl4jReplica(model.build(CIFAR, GENTLE, 1), 1, 0);
                Dl4jReplica other = new Dl4jReplica(model.build(CIFAR, GENTLE, 2), 1, 0)) {
            assertThat(one.parameters()).isEqualTo(same.parameters()).isNotEqualTo(other.parameters());
        }
    }

    @Test
    void anUnknownModelIsRefusedWithTheNearestAndAllNames() {
        assertThatThrownBy(() -> ModelZoo.get("resnet21"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("did you mean 'resnet20'?")
                .hasMessageContaining("lenet5");
    }

    @Test
    void everyModelNamesItsSource() {
        assertThat(ModelZoo.all()).allSatisfy(model -> {
            assertThat(model.source()).containsPattern(" \\d{4}");
            assertThat(model.description()).endsWith(".");
        });
    }

    private static Batch batch(ModelInput input) {
        int featureSize = input.channels() * input.height() * input.width();
        ByteBuffer features =
                ByteBuffer.allocateDirect(BATCH * featureSize * Float.BYTES).order(ByteOrder.nativeOrder());
        FloatBuffer values = features.asFloatBuffer();
        IntBuffer labels = ByteBuffer.allocateDirect(BATCH * Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .asIntBuffer();
        Random random = new Random(1);
        for (int i = 0; i < BATCH; i++) {
            labels.put(i % input.classes());
            for (int k = 0; k < featureSize; k++) {
                values.put((float) random.nextGaussian());
            }
        }
        return new Batch(BATCH, features, labels.flip());
    }

    private static INDArray features(NetworkDefinition definition, Batch batch) {
        float[] values = new float[batch.features().remaining() / Float.BYTES];
        batch.features()
                .duplicate()
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer()
                .get(values);
        long[] shape = definition.input().getShape(true);
        shape[0] = batch.size();
        return Nd4j.createFromArray(values).reshape(shape);
    }

    private static double step(Dl4jReplica replica, Batch batch, int step) {
        double loss = replica.forwardBackward(batch, step, watermark -> {}).lossSum();
        average(replica);
        replica.update(step, 0, 0.02);
        return loss;
    }

    private static void average(Dl4jReplica replica) {
        FloatBuffer gradients = replica.gradients().asFloatBuffer();
        for (int i = 0; i < gradients.limit(); i++) {
            gradients.put(i, gradients.get(i) / BATCH);
        }
        for (Range range : replica.statistics()) {
            for (int i = (int) range.start(); i < range.end(); i++) {
                gradients.put(i, gradients.get(i) * BATCH);
            }
        }
    }
}
