package io.lockstep.modelzoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.datasets.Batch;
import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.UpdaterName;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.training.BatchResult;
import io.lockstep.training.FlatBuffers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Networks of the zoo, compiled, beside the same ones as any DL4J user trains them: {@link ComputationGraph#fit}. */
class StockCurveTest {
    private static final int STEPS = 50;
    /** Batches, over and over: the last pass over them is of the same examples as the first. */
    private static final int BATCHES = 5;
    /** Of the loss, in the first steps: rounding, before there is anything to amplify it. */
    private static final double FIRST_TOLERANCE = 1e-3;

    private static final int FIRST_STEPS = 10;

    /**
     * @param examples of a batch; DL4J's own convolutions do about 25 images/s of resnet20 at 32x32 on two cores
     * @param tolerance of the loss, relative where it is above 1: rounding grows from step to step, with batch norm of
     *     small batches and ReLU faster than with tanh; PyTorch's float32 and its double precision are 1e-2 apart after
     *     100 such steps of resnet20
     */
    private record Curve(
            String model, ModelInput input, UpdaterName updater, double rate, int examples, double tolerance) {
        NetworkDefinition definition() {
            Hyperparameters plain = Hyperparameters.defaults().withUpdater(updater, rate);
            return ModelZoo.get(model).build(input, plain, 1);
        }

        @Override
        public String toString() {
            return model + " with " + updater;
        }
    }

    static Stream<Curve> curves() {
        return Stream.of(
                new Curve("lenet5", new ModelInput(1, 28, 28, 10), UpdaterName.NESTEROVS, 0.01, 16, 2e-3),
                new Curve("resnet20", new ModelInput(3, 16, 16, 10), UpdaterName.NESTEROVS, 0.002, 8, 2e-2),
                new Curve("char-lstm", new ModelInput(1, 8, 1, 9), UpdaterName.ADAM, 0.003, 8, 5e-3));
    }

    @ParameterizedTest
    @MethodSource("curves")
    void fiftyStepsFollowTheCurveOfDl4jsOwnFit(Curve curve) {
        NetworkDefinition definition = curve.definition();
        // built anew and not cloned: in clone() DL4J's MergeVertex forgets its axis
        ComputationGraph stock = new ComputationGraph(curve.definition().configuration());
        stock.init();
        List<Double> losses = new ArrayList<>();
        try (CompiledReplica compiled = new CompiledReplica(definition, curve.examples(), 0, 2)) {
            compiled.parameters().put(parameters(stock));
            for (int step = 0; step < STEPS; step++) {
                Batch batch = batch(definition, curve.examples(), step % BATCHES);
                stock.fit(dataSet(definition, batch));
                double expected = stock.score(); // of the batch before its update; the mean over the labels
                double actual = step(compiled, batch, step, curve.rate());
                double tolerance = step < FIRST_STEPS ? FIRST_TOLERANCE : curve.tolerance();
                assertThat(actual).as("step %d", step).isCloseTo(expected, within(tolerance * Math.max(1, expected)));
                losses.add(expected);
            }
        } finally {
            stock.close();
        }
        assertThat(mean(losses.subList(STEPS - BATCHES, STEPS)))
                .as("a loss that has moved by more than the tolerance, or updates would not matter")
                .isLessThan(mean(losses.subList(0, BATCHES)) * (1 - 2.5 * curve.tolerance()));
    }

    private static double mean(List<Double> losses) {
        return losses.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    private static ByteBuffer parameters(ComputationGraph graph) {
        ByteBuffer flat = FlatBuffers.allocate(graph.numParams());
        flat.asFloatBuffer().put(graph.params().toFloatVector());
        return flat;
    }

    /** @return the mean loss of the labels, before the update */
    private static double step(CompiledReplica replica, Batch batch, int step, double rate) {
        BatchResult result = replica.forwardBackward(batch, step, mark -> {});
        // DL4J divides by the examples too, whether they have one label or one of each step
        FlatBuffers.parameterRanges(replica)
                .forEach(range -> divide(FlatBuffers.slice(replica.gradients(), range), batch.size()));
        replica.update(step, 0, rate);
        return result.lossSum() / result.labels();
    }

    private static void divide(ByteBuffer sums, int examples) {
        for (int at = 0; at < sums.limit(); at += Float.BYTES) {
            sums.putFloat(at, sums.getFloat(at) / examples);
        }
    }

    // ------------------------------------------------------------------ data

    private static Batch batch(NetworkDefinition definition, int examples, int number) {
        return definition.tokens() ? text(definition, examples, number) : pictures(definition, examples, number);
    }

    /** The alphabet from some character on, every one or every second. */
    private static Batch text(NetworkDefinition definition, int examples, int number) {
        int steps = definition.featureSize();
        int alphabet = definition.classes();
        Random random = new Random(number);
        ByteBuffer features = FlatBuffers.allocate((long) examples * steps);
        IntBuffer labels = IntBuffer.allocate(examples * steps);
        for (int n = 0; n < examples; n++) {
            int first = random.nextInt(alphabet);
            int stride = 1 + n % 2;
            for (int t = 0; t < steps; t++) {
                features.putFloat((n * steps + t) * Float.BYTES, (first + t * stride) % alphabet);
                labels.put(n * steps + t, (first + (t + 1) * stride) % alphabet);
            }
        }
        return new Batch(examples, features, labels);
    }

    /** Noise and, in half its strength, a pattern of the class. */
    private static Batch pictures(NetworkDefinition definition, int examples, int number) {
        int elements = definition.featureSize();
        Random noise = new Random(number);
        ByteBuffer features = FlatBuffers.allocate((long) examples * elements);
        IntBuffer labels = IntBuffer.allocate(examples);
        for (int n = 0; n < examples; n++) {
            int label = (number * examples + n) % definition.classes();
            Random pattern = new Random(1000 + label);
            for (int i = 0; i < elements; i++) {
                float value = (float) (noise.nextGaussian() + 0.5 * pattern.nextGaussian());
                features.putFloat((n * elements + i) * Float.BYTES, value);
            }
            labels.put(n, label);
        }
        return new Batch(examples, features, labels);
    }

    /** Features as the network reads them; labels (N, classes), or of each step (N, classes, T). */
    private static DataSet dataSet(NetworkDefinition definition, Batch batch) {
        int size = batch.size();
        int classes = definition.classes();
        int steps = batch.labels().limit() / size;
        long[] shape = definition.tokens()
                ? new long[] {size, 1, steps}
                : definition.input().getShape(true);
        shape[0] = size;
        float[] features = new float[size * definition.featureSize()];
        batch.features()
                .duplicate()
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer()
                .get(features);
        float[] labels = new float[size * classes * steps];
        for (int i = 0; i < size * steps; i++) {
            labels[(i / steps * classes + batch.labels().get(i)) * steps + i % steps] = 1;
        }
        long[] each = steps > 1 ? new long[] {size, classes, steps} : new long[] {size, classes};
        return new DataSet(Nd4j.create(features, shape, 'c'), Nd4j.create(labels, each, 'c'));
    }
}
