package io.lockstep.modelzoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.datasets.Batch;
import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.training.FlatBuffers;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** ResNet-20 against what PyTorch computed from the same weights and batches: src/test/scripts/resnet20_curve.py. */
class PyTorchCurveTest {
    private static final int BATCH = 32;
    private static final int CLASSES = 10;
    private static final int PIXELS = 3 * 32 * 32;
    private static final long NOISE = 0;
    private static final long PATTERN = 1 << 20;
    private static final long WEIGHTS = 1 << 21;

    @Test
    void aHundredStepsOfResNet20FollowPyTorchsCurve() throws IOException {
        Hyperparameters plain = Hyperparameters.defaults().withRegularization(0, 0, 0);
        NetworkDefinition definition = ModelZoo.get("resnet20").build(new ModelInput(3, 32, 32, CLASSES), plain, 1);
        List<Double> expected = losses();
        assertThat(expected).hasSize(100);
        try (var replica = new CompiledReplica(definition, BATCH, 0, 2)) {
            replica.parameters().put(weights(definition));
            for (int step = 0; step < expected.size(); step++) {
                double loss =
                        replica.forwardBackward(batch(step), step, mark -> {}).lossSum() / BATCH;
                double tolerance = step < 10 ? 1e-3 : 3e-2; // PyTorch's in float32 and in double are up to 1e-2 apart
                assertThat(loss)
                        .as("step " + step)
                        .isCloseTo(expected.get(step), within(tolerance * expected.get(step)));
                FlatBuffers.parameterRanges(replica)
                        .forEach(range -> divide(FlatBuffers.slice(replica.gradients(), range)));
                replica.update(step, 0, 0.002);
            }
        }
    }

    private static void divide(ByteBuffer sums) {
        for (int i = 0; i < sums.limit(); i += Float.BYTES) {
            sums.putFloat(i, sums.getFloat(i) / BATCH);
        }
    }

    /** Of convolutions and the last layer, in their order; all else is as networks begin. */
    private static ByteBuffer weights(NetworkDefinition definition) {
        ComputationGraph graph = new ComputationGraph(definition.configuration());
        graph.init();
        long stream = WEIGHTS;
        for (Layer layer : graph.getLayers()) {
            INDArray weights = layer.numParams() > 0 ? layer.getParam("W") : null;
            if (weights != null) {
                boolean images = weights.rank() == 4; // (outputs, inputs, height, width), otherwise (inputs, outputs)
                long[] shape = images ? weights.shape() : new long[] {weights.size(1), weights.size(0)};
                INDArray values = Nd4j.create(numbers(stream++, weights.length(), shape[0]), shape, 'c');
                weights.assign(images ? values : values.transpose());
            }
        }
        ByteBuffer flat = FlatBuffers.allocate(graph.numParams());
        flat.asFloatBuffer().put(graph.params().toFloatVector());
        graph.close();
        return flat;
    }

    /** Scaled by the square root of 3 / inputs. */
    private static float[] numbers(long stream, long count, long outputs) {
        float scale = (float) Math.sqrt(3.0 / (count / outputs));
        float[] numbers = new float[Math.toIntExact(count)];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = number(stream, i) * scale;
        }
        return numbers;
    }

    /** Channels last: noise and, in half its strength, a pattern of the class. */
    private static Batch batch(int step) {
        ByteBuffer features = FlatBuffers.allocate((long) BATCH * PIXELS);
        int[] labels = new int[BATCH];
        for (int n = 0; n < BATCH; n++) {
            int example = step * BATCH + n;
            labels[n] = example % CLASSES;
            for (int i = 0; i < PIXELS; i++) {
                int place = i % 3 * PIXELS / 3 + i / 3; // channels first
                float value = number(NOISE + example, place) + number(PATTERN + labels[n], place) * 0.5f;
                features.putFloat((n * PIXELS + i) * Float.BYTES, value);
            }
        }
        return new Batch(BATCH, features, IntBuffer.wrap(labels));
    }

    private static List<Double> losses() throws IOException {
        try (InputStream in = PyTorchCurveTest.class.getResourceAsStream("resnet20-losses.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .map(Double::valueOf)
                    .toList();
        }
    }

    /** SplitMix64 of (stream, place), its 24 highest bits as a number in [-1, 1). */
    static float number(long stream, int place) {
        long z = ((stream << 32) + place) * 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        z ^= z >>> 31;
        return (float) ((z >>> 40) / (double) (1 << 23) - 1);
    }
}
