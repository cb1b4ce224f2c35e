package io.lockstep.modelzoo;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.WireType;
import io.lockstep.collectives.group.ProcessGroups;
import io.lockstep.datasets.Batch;
import io.lockstep.engine.Precision;
import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.ModelSummary;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.UpdaterName;
import io.lockstep.networks.compiled.Replicas;
import io.lockstep.networks.compiled.games.GameReplica;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.training.BatchResult;
import io.lockstep.training.FlatBuffers;
import io.lockstep.training.Replica;
import io.lockstep.training.Step;
import io.lockstep.training.Strategy;
import io.lockstep.training.Trainee;
import io.lockstep.training.Turn;
import io.lockstep.training.strategies.BucketSize;
import io.lockstep.training.strategies.DistributedDataParallel;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every network can do, at a small input: a step of {@code ddp} on two ranks, and the way to a file and back. */
class EveryModelTest {
    private static final ModelInput PICTURES = new ModelInput(3, 32, 32, 10);
    private static final ModelInput TEXT = new ModelInput(1, 12, 1, 9);
    private static final int RANKS = 2;
    /** Examples of a rank. */
    private static final int BATCH = 2;

    private static final double RATE = 0.001;
    private static final Hyperparameters ADAM = Hyperparameters.defaults().withUpdater(UpdaterName.ADAM, RATE);
    private static final Hyperparameters SGD = Hyperparameters.defaults().withUpdater(UpdaterName.SGD, RATE);
    /** Parameters from which on the updater has no state: that of ResNet-152 would be half a gigabyte a replica. */
    private static final long LARGE = 1_000_000;

    private static final Strategy.Factory DDP =
            new DistributedDataParallel.Options(BucketSize.BY_GRADIENT, WireType.FLOAT32, true);
    private static final Step STEP = new Step(0, 0, RATE, RANKS * BATCH, BATCH, true, true);
    private static final long NOISE_SEED = 7;

    @TempDir
    Path folder;

    @ParameterizedTest
    @MethodSource("io.lockstep.modelzoo.ModelZoo#names")
    void twoRanksHoldTheSameBitsAfterAStepAndAFileHoldsThemAll(String name) throws Exception {
        Path file = folder.resolve("model.zip");
        NetworkDefinition network = build(name, 1);
        try (Replica first = replica(network)) {
            try (Replica second = replica(build(name, 2))) {
                stepTogether(List.of(first, second), network, input(name));
                assertThat(second.parameters()).isEqualTo(first.parameters());
                assertThat(second.updaterState()).isEqualTo(first.updaterState());
            } // here, so that there are never three
            try (OutputStream out = Files.newOutputStream(file)) {
                first.save(out);
            }
            assertHolds(file, first, build(name, 3));
        }
    }

    /** The reader is DL4J's replica, which has the memory and the file of the others but no plan to compile. */
    private static void assertHolds(Path file, Replica written, NetworkDefinition network) throws IOException {
        try (Replica reader = new Dl4jReplica(network, BATCH, 0);
                InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            assertThat(reader.parameters()).isNotEqualTo(written.parameters());
            reader.load(in);
            assertThat(reader.parameters()).isEqualTo(written.parameters());
            assertThat(reader.updaterState()).isEqualTo(written.updaterState());
        }
    }

    private static ModelInput input(String name) {
        return ModelZoo.get(name).usualInput() != null ? TEXT : PICTURES;
    }

    private static NetworkDefinition build(String name, long seed) {
        Model model = ModelZoo.get(name);
        NetworkDefinition network = model.build(input(name), ADAM, seed);
        boolean large = ModelSummary.of(network).parameters() >= LARGE;
        return large ? model.build(input(name), SGD, seed) : network;
    }

    /** As a job makes it. The engine must have every layer of the zoo's. */
    private static Replica replica(NetworkDefinition network) {
        return network.adversarial() != null
                ? new GameReplica(network, BATCH, 1, Precision.FLOAT32)
                : Replicas.fastest(network, BATCH, 0, 1, Precision.FLOAT32, notice -> {
                    throw new AssertionError(notice);
                });
    }

    /** Lends each replica to a thread, its rank, for a step. */
    private static void stepTogether(List<Replica> replicas, NetworkDefinition network, ModelInput input)
            throws Exception {
        List<Callable<Void>> ranks = new ArrayList<>();
        for (ProcessGroup group : ProcessGroups.inProcess(RANKS, Duration.ofMinutes(10))) {
            Batch batch = batch(network, input, group.rank());
            ranks.add(() -> {
                try (group) {
                    step(replicas.get(group.rank()), group, batch);
                }
                return null;
            });
        }
        ExecutorService threads = Executors.newFixedThreadPool(RANKS);
        try {
            for (Future<Void> rank : threads.invokeAll(ranks)) {
                rank.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    /** As the trainer does it; each part of a game has a turn. */
    private static void step(Replica replica, ProcessGroup group, Batch batch) {
        List<Trainee> trainees = replica.turns().stream().map(Turn::trainee).toList();
        List<Strategy> strategies = trainees.stream()
                .map(trainee -> DDP.create(new Strategy.Setup(trainee, group, 0, null)))
                .toList();
        strategies.forEach(Strategy::placeParameters);
        for (int i = 0; i < trainees.size(); i++) {
            Trainee trainee = trainees.get(i);
            Strategy strategy = strategies.get(i);
            long before = checksum(trainee.parameters());
            BatchResult result = trainee.forwardBackward(batch, NOISE_SEED, strategy.begin(STEP));
            Strategy.Exchange exchange = strategy.finish(STEP);
            assertThat(result.lossSum()).isFinite();
            assertThat(exchange.skipped()).as("a gradient is not finite").isFalse();
            assertThat(checksum(trainee.parameters())).isNotEqualTo(before);
        }
    }

    /** In place of a copy, which would be another quarter of a gigabyte. */
    private static long checksum(ByteBuffer bytes) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes);
        return checksum.getValue();
    }

    /** A rank's share of random examples. */
    private static Batch batch(NetworkDefinition network, ModelInput input, int rank) {
        Random random = new Random(rank);
        int floats = BATCH * input.channels() * input.height() * input.width();
        ByteBuffer features = FlatBuffers.allocate(floats);
        boolean tokens = network.tokens();
        for (int i = 0; i < floats; i++) {
            float value = tokens ? random.nextInt(input.classes()) : (float) random.nextGaussian();
            features.putFloat(i * Float.BYTES, value);
        }
        IntBuffer labels = IntBuffer.allocate(BATCH * network.labelsOfExample());
        for (int i = 0; i < labels.capacity(); i++) {
            labels.put(i, random.nextInt(input.classes()));
        }
        return new Batch(BATCH, rank * BATCH, features, labels);
    }
}
