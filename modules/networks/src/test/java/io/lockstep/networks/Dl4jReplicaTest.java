package io.lockstep.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.FeatureLayout;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.training.BatchResult;
import io.lockstep.training.Range;
import io.lockstep.training.Replica;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.apache.commons.codec.digest.DigestUtils;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

class Dl4jReplicaTest {
    private static final int BATCH = 8;
    private static final Hyperparameters ADAM = Hyperparameters.defaults().withUpdater(UpdaterName.ADAM, 0.01);

    @Test
    void aSavedReplicaIsPlainDl4jsModel() throws IOException {
        NetworkDefinition definition = Networks.perceptron(ADAM);
        try (Dl4jReplica replica = trained(definition, 3)) {
            ComputationGraph plain =
                    ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(saved(replica)), true);
            assertThat(plain.params().toFloatVector()).isEqualTo(Networks.floats(replica.parameters()));
            assertThat(plain.getUpdater().getStateViewArray().toFloatVector())
                    .isEqualTo(Networks.floats(replica.updaterState()));
            assertThat(plain.getConfiguration().getIterationCount()).isEqualTo(3);
            Batch batch = Networks.batch(definition, 9, 0, BATCH);
            INDArray output =
                    plain.outputSingle(Networks.dataSet(definition, batch).getFeatures());
            int[] predictions = new int[BATCH];
            replica.evaluate(batch, predictions);
            assertThat(predictions).isEqualTo(output.argMax(1).toIntVector());
        }
    }

    @Test
    void aLoadedReplicaGoesOnWithTheSameBits() throws IOException {
        NetworkDefinition definition = Networks.perceptron(ADAM);
        try (Dl4jReplica uninterrupted = trained(definition, 6);
                Dl4jReplica interrupted = trained(definition, 3);
                Dl4jReplica resumed = new Dl4jReplica(definition, BATCH, 0)) {
            long address = addressOf(resumed);
            resumed.load(new ByteArrayInputStream(saved(interrupted)));
            train(resumed, definition, 3, 6);
            assertThat(Networks.floats(resumed.parameters())).isEqualTo(Networks.floats(uninterrupted.parameters()));
            assertThat(Networks.floats(resumed.updaterState()))
                    .isEqualTo(Networks.floats(uninterrupted.updaterState()));
            assertThat(addressOf(resumed)).isEqualTo(address);
        }
    }

    @Test
    void anotherNetworkIsRefusedNamingTheDifference() throws IOException {
        try (Dl4jReplica replica = new Dl4jReplica(Networks.perceptron(ADAM), BATCH, 0);
                Dl4jReplica images = new Dl4jReplica(Networks.residual(CNN2DFormat.NHWC, false), BATCH, 0);
                Dl4jReplica plain = new Dl4jReplica(
                        Networks.perceptron(Hyperparameters.defaults().withUpdater(UpdaterName.SGD, 0.1)), BATCH, 0)) {
            assertThatThrownBy(() -> replica.load(new ByteArrayInputStream(saved(images))))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("'c1_b'")
                    .hasMessageContaining("'hidden_W'");
            assertThatThrownBy(() -> replica.load(new ByteArrayInputStream(saved(plain))))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("another updater");
            assertThatThrownBy(() -> replica.load(new ByteArrayInputStream(new byte[100])))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("no zip file of DL4J");
        }
    }

    /** Velocities and sums of squares have one size: read as one another they would lead anywhere. */
    @Test
    void theStateOfAnotherUpdaterOfTheSameSizeIsRefusedByName() throws IOException {
        var defaults = Hyperparameters.defaults();
        try (Dl4jReplica squares =
                        new Dl4jReplica(Networks.perceptron(defaults.withUpdater(UpdaterName.ADAGRAD, 0.1)), BATCH, 0);
                Dl4jReplica velocities = new Dl4jReplica(
                        Networks.perceptron(defaults.withUpdater(UpdaterName.NESTEROVS, 0.1)), BATCH, 0)) {
            assertThatThrownBy(() -> velocities.load(new ByteArrayInputStream(saved(squares))))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("AdaGrad")
                    .hasMessageContaining("Nesterovs")
                    .hasMessageContaining("another updater");
        }
    }

    @Test
    void statisticsAreTheMeansAndVariancesOfBatchNorm() {
        try (Dl4jReplica replica = new Dl4jReplica(Networks.residual(CNN2DFormat.NHWC, false), BATCH, 0);
                Dl4jReplica without = new Dl4jReplica(Networks.perceptron(ADAM), BATCH, 0)) {
            int c1 = 5 + 3 * 5 * 9; // bias, then weights
            int n1 = c1 + 10; // gamma, beta
            assertThat(replica.statistics()).hasSize(3).startsWith(new Range(n1, n1 + 10));
            assertThat(replica.statistics().stream().mapToLong(Range::size)).containsOnly(10L);
            assertThat(without.statistics()).isEmpty();
        }
    }

    @Test
    void theLossIsTheSmoothedOneInTrainingAndThePlainOneInEvaluation() {
        NetworkDefinition definition = Networks.perceptron(ADAM);
        double smoothing = 0.2;
        try (Dl4jReplica replica = new Dl4jReplica(definition, BATCH, smoothing)) {
            Batch batch = Networks.batch(definition, 1, 0, BATCH);
            INDArray p = Networks.plain(definition)
                    .outputSingle(Networks.dataSet(definition, batch).getFeatures());
            double smoothed = 0;
            double plain = 0;
            for (int i = 0; i < BATCH; i++) {
                for (int c = 0; c < Networks.CLASSES; c++) {
                    boolean hit = batch.labels().get(i) == c;
                    double q = (hit ? 1 - smoothing : 0) + smoothing / Networks.CLASSES;
                    smoothed -= q * Math.log(p.getDouble(i, c));
                    plain -= hit ? Math.log(p.getDouble(i, c)) : 0;
                }
            }
            assertThat(replica.forwardBackward(batch, 1, watermark -> {}).lossSum())
                    .isCloseTo(smoothed, within(1e-4));
            assertThat(replica.evaluate(batch, new int[BATCH]).lossSum()).isCloseTo(plain, within(1e-4));
        }
    }

    @Test
    void trainingAndEvaluationCountTheSamePredictions() {
        NetworkDefinition definition = Networks.perceptron(ADAM);
        try (Dl4jReplica replica = trained(definition, 10)) {
            Batch batch = Networks.batch(definition, 0, 0, 5);
            BatchResult training = replica.forwardBackward(batch, 1, watermark -> {});
            BatchResult evaluation = replica.evaluate(batch, new int[5]);
            assertThat(training.correct()).isEqualTo(evaluation.correct());
            assertThat(training.lossSum()).isCloseTo(evaluation.lossSum(), within(1e-5));
        }
    }

    @Test
    void evaluationChangesNothing() {
        NetworkDefinition definition = Networks.residual(CNN2DFormat.NHWC, false);
        try (Dl4jReplica replica = trained(definition, 2)) {
            float[] before = Networks.floats(replica.parameters());
            replica.evaluate(Networks.batch(definition, 1, 0, BATCH), new int[BATCH]);
            assertThat(Networks.floats(replica.parameters())).isEqualTo(before);
        }
    }

    @Test
    void wrongBatchesAreRefused() {
        NetworkDefinition definition = Networks.perceptron(ADAM);
        NetworkDefinition images = Networks.residual(CNN2DFormat.NHWC, false);
        try (Dl4jReplica replica = new Dl4jReplica(definition, BATCH, 0)) {
            assertThatThrownBy(() ->
                            replica.forwardBackward(Networks.batch(definition, 1, 0, BATCH + 1), 1, watermark -> {}))
                    .hasMessageContaining("at most 8 examples of 7");
            assertThatThrownBy(() -> replica.forwardBackward(Networks.batch(images, 1, 0, BATCH), 1, watermark -> {}))
                    .hasMessageContaining("at most 8 examples of 7");
            Batch wrong = Networks.batch(definition, 1, 0, 2);
            wrong.labels().put(1, Networks.CLASSES);
            assertThatThrownBy(() -> replica.forwardBackward(wrong, 1, watermark -> {}))
                    .hasMessageContaining("label 4 of example 1");
        }
    }

    @Test
    void imagesAreWantedInTheLayoutOfTheNetwork() {
        try (Dl4jReplica nhwc = new Dl4jReplica(Networks.residual(CNN2DFormat.NHWC, false), 1, 0);
                Dl4jReplica nchw = new Dl4jReplica(Networks.residual(CNN2DFormat.NCHW, false), 1, 0)) {
            assertThat(nhwc.featureLayout()).isEqualTo(FeatureLayout.NHWC);
            assertThat(nchw.featureLayout()).isEqualTo(FeatureLayout.NCHW);
        }
    }

    private static Dl4jReplica trained(NetworkDefinition definition, int steps) {
        Dl4jReplica replica = new Dl4jReplica(definition, BATCH, 0);
        train(replica, definition, 0, steps);
        return replica;
    }

    @Test
    void itsFileHasTheEntriesThatModelSerializerWritesByteForByte() throws IOException {
        NetworkDefinition definition = Networks.perceptron(ADAM);
        try (Dl4jReplica replica = new Dl4jReplica(definition, BATCH, 0)) {
            train(replica, definition, 0, 3);
            ByteArrayOutputStream theirs = new ByteArrayOutputStream();
            ModelSerializer.writeModel(replica.graph(), theirs, true);

            assertThat(entries(saved(replica))).containsExactlyEntriesOf(entries(theirs.toByteArray()));
            assertThat(entries(saved(replica))).containsKeys("configuration.json", "updaterState.bin");
        }
    }

    @Test
    void aSnapshotIsOfItsMomentHoweverLateItIsWritten() throws IOException {
        NetworkDefinition definition = Networks.perceptron(ADAM);
        try (Dl4jReplica replica = new Dl4jReplica(definition, BATCH, 0)) {
            train(replica, definition, 0, 3);
            byte[] then = saved(replica);

            Replica.Snapshot snapshot = replica.snapshot();
            train(replica, definition, 3, 5);
            ByteArrayOutputStream late = new ByteArrayOutputStream();
            snapshot.writeTo(late);

            assertThat(entries(late.toByteArray())).containsExactlyEntriesOf(entries(then));
            assertThat(entries(saved(replica))).isNotEqualTo(entries(then));
        }
    }

    /** By name, as text: how many bytes, and their hash. */
    private static Map<String, String> entries(byte[] zip) throws IOException {
        Map<String, String> entries = new LinkedHashMap<>();
        try (var in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                byte[] content = in.readAllBytes();
                entries.put(entry.getName(), content.length + " bytes, " + DigestUtils.sha256Hex(content));
            }
        }
        return entries;
    }

    private static void train(Dl4jReplica replica, NetworkDefinition definition, int from, int to) {
        for (int step = from; step < to; step++) {
            replica.forwardBackward(Networks.batch(definition, step, 0, BATCH), step, watermark -> {});
            Networks.average(replica, BATCH, 1);
            replica.update(step, 0, 0.01);
        }
    }

    private static byte[] saved(Dl4jReplica replica) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        replica.save(out);
        return out.toByteArray();
    }

    private static long addressOf(Dl4jReplica replica) {
        return replica.graph().params().data().address();
    }
}
