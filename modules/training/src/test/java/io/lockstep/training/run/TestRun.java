package io.lockstep.training.run;

import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.group.ProcessGroups;
import io.lockstep.datasets.Augmentation;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.TextOptions;
import io.lockstep.datasets.images.CifarFormat;
import io.lockstep.datasets.images.GeneratedShapes;
import io.lockstep.datasets.storage.LocalStorage;
import io.lockstep.datasets.storage.Storage;
import io.lockstep.training.Replica;
import io.lockstep.training.ReplicaFactory;
import io.lockstep.training.RunEvent;
import io.lockstep.training.StepReport;
import io.lockstep.training.Strategy;
import io.lockstep.training.run.RunOptions.CheckpointOptions;
import io.lockstep.training.run.RunOptions.DataOptions;
import io.lockstep.training.run.RunOptions.LearningOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiFunction;
import java.util.function.IntFunction;
import java.util.function.ObjIntConsumer;

/**
 * A whole run in one process, with threads for ranks; unless a test says otherwise, of a linear network on the generated
 * pictures.
 */
public record TestRun(List<String> hashes, List<RunEvent> events) {
    private static final int TRAINING = 250;
    private static final int TESTS = 100;

    /** The generated pictures, painted once for all runs. */
    private static final class Pictures {
        static final Path FOLDER = paint();

        private static Path paint() {
            try {
                Path folder = Files.createTempDirectory("shapes");
                LocalStorage storage = new LocalStorage();
                var shapes = new GeneratedShapes(GeneratedShapes.DEFAULT_SEED, TRAINING, TESTS);
                CifarFormat.write(storage, folder.toString(), shapes.read(Split.TRAIN), shapes.read(Split.TEST));
                Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(storage, folder)));
                return folder;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static void delete(LocalStorage storage, Path folder) {
            try {
                storage.delete(folder.toString());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /**
     * What a test chooses.
     *
     * @param folder of checkpoints
     * @param name of the run within it
     * @param globalBatch 250 examples by 32 are 7 x 32 + 26, so the last batch of an epoch is short
     */
    record Setup(Path folder, String name, Strategy.Factory strategy, int globalBatch, double clipNorm) {
        Setup(Path folder, String name, Strategy.Factory strategy) {
            this(folder, name, strategy, 32, 0);
        }

        Setup withGlobalBatch(int batch) {
            return new Setup(folder, name, strategy, batch, clipNorm);
        }

        Setup withClipNorm(double norm) {
            return new Setup(folder, name, strategy, globalBatch, norm);
        }

        RunOptions options(long steps) {
            return options(steps, 0, false, 1, 1);
        }

        RunOptions options(long steps, long stopAfter, boolean resume) {
            return options(steps, stopAfter, resume, 1, 1);
        }

        RunOptions options(long steps, long stopAfter, boolean resume, int microBatches, long seed) {
            return RunOptions.builder(
                            "softmax",
                            new DataOptions(Pictures.FOLDER.toString(), "", TRAINING, TESTS, TextOptions.DEFAULT),
                            strategy)
                    .globalBatch(globalBatch)
                    .microBatches(microBatches)
                    .steps(steps)
                    .stopAfter(stopAfter)
                    .seed(seed)
                    .learning(new LearningOptions(0.001, "one-cycle", List.of(), 0.1, 0))
                    .augmentation(Augmentation.CROP_AND_FLIP)
                    .clipNorm(clipNorm)
                    .compareEvery(5)
                    .evaluateEvery(1)
                    .checkpoints(new CheckpointOptions(folder.resolve(name).toString(), 0, 2, resume))
                    .build();
        }
    }

    public List<StepReport> reports() {
        return events.stream()
                .filter(event -> event instanceof RunEvent.Reported)
                .map(event -> ((RunEvent.Reported) event).report())
                .toList();
    }

    RunEvent.Started started() {
        return events.stream()
                .filter(event -> event instanceof RunEvent.Started)
                .map(event -> (RunEvent.Started) event)
                .findFirst()
                .orElseThrow();
    }

    /** Of networks that a test brings. */
    public static TestRun of(int worldSize, RunOptions options, ReplicaFactory replicas) throws Exception {
        return of(new LocalStorage(), worldSize, options, rank -> replicas, rank -> RankControl.NONE);
    }

    static TestRun of(int worldSize, RunOptions options) throws Exception {
        return of(worldSize, options, (replica, rank) -> {});
    }

    /** @param poisonedSteps of rank 0's first gradients are not finite */
    static TestRun of(int worldSize, RunOptions options, int poisonedSteps) throws Exception {
        return of(worldSize, options, (replica, rank) -> replica.poisonedSteps = rank == 0 ? poisonedSteps : 0);
    }

    /** @param change of each rank's new replica */
    static TestRun of(int worldSize, RunOptions options, ObjIntConsumer<SoftmaxReplica> change) throws Exception {
        return of(worldSize, options, change, rank -> RankControl.NONE);
    }

    static TestRun of(
            int worldSize, RunOptions options, ObjIntConsumer<SoftmaxReplica> change, IntFunction<RankControl> controls)
            throws Exception {
        BiFunction<SoftmaxReplica, Integer, Replica> changed = (replica, rank) -> {
            change.accept(replica, rank);
            return replica;
        };
        return ofSoftmax(new LocalStorage(), worldSize, options, changed, controls);
    }

    static TestRun on(Storage storage, int worldSize, RunOptions options) throws Exception {
        return ofSoftmax(storage, worldSize, options, (replica, rank) -> replica, rank -> RankControl.NONE);
    }

    /** With networks in a memory of their own, as a GPU's are. */
    static TestRun distant(int worldSize, RunOptions options) throws Exception {
        return ofSoftmax(
                new LocalStorage(),
                worldSize,
                options,
                (replica, rank) -> new DistantReplica(replica),
                rank -> RankControl.NONE);
    }

    private static TestRun ofSoftmax(
            Storage storage,
            int worldSize,
            RunOptions options,
            BiFunction<SoftmaxReplica, Integer, Replica> change,
            IntFunction<RankControl> controls)
            throws Exception {
        IntFunction<ReplicaFactory> replicas = rank -> setup -> {
            var replica = new SoftmaxReplica(setup.examples().size(), setup.classes(), setup.seed());
            return change.apply(replica, rank);
        };
        return of(storage, worldSize, options, replicas, controls);
    }

    private static TestRun of(
            Storage storage,
            int worldSize,
            RunOptions options,
            IntFunction<ReplicaFactory> replicas,
            IntFunction<RankControl> controls)
            throws Exception {
        List<RunEvent> events = Collections.synchronizedList(new ArrayList<>());
        List<Callable<List<String>>> ranks = new ArrayList<>();
        for (ProcessGroup group : ProcessGroups.inProcess(worldSize, Duration.ofMinutes(10))) {
            int rank = group.rank();
            ranks.add(() -> {
                try (group) {
                    return new RankRun(
                                    options, replicas.apply(rank), group, storage, 1, events::add, controls.apply(rank))
                            .call();
                }
            });
        }
        return new TestRun(all(ranks), events);
    }

    private static List<String> all(List<Callable<List<String>>> ranks) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(ranks.size());
        try {
            List<String> hashes = List.of();
            for (Future<List<String>> each : threads.invokeAll(ranks)) {
                hashes = each.get();
            }
            return hashes;
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }
}
