package io.lockstep.training;

import io.lockstep.collectives.ProcessGroup;
import io.lockstep.datasets.BatchLoader;
import io.lockstep.datasets.ImageDataset;
import io.lockstep.datasets.LoaderOptions;
import io.lockstep.datasets.Sampler;
import io.lockstep.datasets.Storage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** What one rank of a training run does from start to end. It knows nothing of who launched it. */
public final class RankRun {
    /** Consecutive non-finite gradients after which a run has diverged. */
    private static final int MAX_SKIPPED_STEPS = 5;

    private final RunOptions options;
    private final ReplicaFactory replicas;
    private final ProcessGroup group;
    private final Storage storage;
    private final int threads;
    private final Consumer<RunEvent> events;
    private final Runnable stopRequested;

    /**
     * @param threads to compute with
     * @param events told by rank 0 only
     * @param stopRequested called before each step; throws to stop
     */
    public RankRun(
            RunOptions options,
            ReplicaFactory replicas,
            ProcessGroup group,
            Storage storage,
            int threads,
            Consumer<RunEvent> events,
            Runnable stopRequested) {
        this.options = options;
        this.replicas = replicas;
        this.group = group;
        this.storage = storage;
        this.threads = threads;
        this.events = group.rank() == 0 ? events : event -> {};
        this.stopRequested = stopRequested;
    }

    /**
     * Trains.
     *
     * @return SHA-256 of each rank's final parameters, all equal
     * @throws IOException if data or checkpoints cannot be read or written
     */
    public List<String> call() throws IOException {
        RunData data = RunData.read(options.data(), storage, group.rank(), group.worldSize());
        ImageDataset training = data.training();
        LoaderOptions loading = LoaderOptions.of(data.normalization());
        Sampler sampler = new Sampler(options.seed(), training.examples(), options.globalBatch());
        long lastStep = options.steps() > 0 ? options.steps() : (long) options.epochs() * sampler.stepsPerEpoch();
        int largestBatch = Math.max(1, sampler.largestLocalBatch(0, group.worldSize()));
        var setup = new ReplicaFactory.Setup(
                training.shape(), training.classes(), largestBatch, options.seed(), threads, this::warn);
        try (Replica replica = replicas.create(setup);
                var checkpoints = new BackgroundCheckpoints(store())) {
            Optional<Checkpoint> resumed = resume(replica, training.examples());
            long firstStep =
                    resumed.map(checkpoint -> checkpoint.state().step()).orElse(0L);
            events.accept(new RunEvent.Started(
                    parameters(replica),
                    training.examples(),
                    sampler.stepsPerEpoch(),
                    firstStep,
                    lastStep,
                    resumed.map(checkpoint -> store().path(checkpoint.state().step()))
                            .orElse(null)));
            long stop = options.stopAfter() > 0 ? Math.min(options.stopAfter(), lastStep) : lastStep;
            List<String> hashes;
            try (var loader = BatchLoader.training(
                    training,
                    sampler,
                    group.rank(),
                    group.worldSize(),
                    firstStep,
                    loading.withLayout(replica.featureLayout()).withAugmentation(options.augmentation()))) {
                var plan = new Trainer.Plan(
                        firstStep,
                        Math.max(firstStep, stop),
                        options.logEvery(),
                        options.compareEvery(),
                        MAX_SKIPPED_STEPS,
                        options.seed());
                var hooks = new Hooks(
                        replica,
                        data.testShard(),
                        loading.withLayout(replica.featureLayout()),
                        sampler,
                        checkpoints,
                        largestBatch);
                hashes = new Trainer(
                                replica,
                                group,
                                strategy(replica),
                                sampler,
                                loader::next,
                                options.learning().over(lastStep, sampler.stepsPerEpoch()),
                                plan,
                                hooks)
                        .run();
                if (firstStep >= stop) {
                    hooks.evaluate(firstStep); // nothing was left to train
                }
            }
            checkpoints.awaitWritten();
            return hashes;
        }
    }

    private Strategy strategy(Replica replica) {
        return switch (options.strategy()) {
            case "ddp" -> new DistributedDataParallel(replica, group, options.bucketBytes(), options.clipNorm());
            default -> throw new IllegalArgumentException("strategy " + options.strategy());
        };
    }

    private CheckpointStore store() {
        return new CheckpointStore(
                storage, options.checkpoints().folder(), options.checkpoints().keep(), this::warn);
    }

    private void warn(String message) {
        events.accept(new RunEvent.Warned(message));
    }

    private TrainingState state(long step, int examples) {
        return new TrainingState(
                step,
                options.model(),
                options.data().name(),
                examples,
                options.globalBatch(),
                options.seed(),
                options.strategy(),
                group.worldSize());
    }

    /** Every rank reads for itself: all must start from the same step, and nobody writes before the first one. */
    private Optional<Checkpoint> resume(Replica replica, int examples) throws IOException {
        if (!options.checkpoints().resume()) {
            return Optional.empty();
        }
        Optional<Checkpoint> latest = store().latest();
        if (latest.isPresent()) {
            latest.get().state().requireContinuable(state(0, examples));
            replica.load(new ByteArrayInputStream(latest.get().model()));
        }
        return latest;
    }

    private static long parameters(Replica replica) {
        long statistics = replica.statistics().stream().mapToLong(Range::size).sum();
        return FlatBuffers.elements(replica.parameters()) - statistics;
    }

    /** What happens between steps: reports, evaluation, checkpoints. */
    private final class Hooks implements Trainer.Listener {
        private final Replica replica;
        private final ImageDataset test;
        private final LoaderOptions loading;
        private final Sampler sampler;
        private final BackgroundCheckpoints checkpoints;
        private final int batch;

        Hooks(
                Replica replica,
                ImageDataset test,
                LoaderOptions loading,
                Sampler sampler,
                BackgroundCheckpoints checkpoints,
                int batch) {
            this.replica = replica;
            this.test = test;
            this.loading = loading;
            this.sampler = sampler;
            this.checkpoints = checkpoints;
            this.batch = batch;
        }

        @Override
        public void beforeStep(long step) {
            stopRequested.run();
        }

        @Override
        public void onReport(StepReport report) {
            events.accept(new RunEvent.Reported(report));
        }

        @Override
        public void afterStep(long stepsDone, boolean endOfEpoch, boolean endOfRun) {
            int every = options.checkpoints().every();
            if (endOfRun || (every > 0 ? stepsDone % every == 0 : endOfEpoch)) {
                checkpoint(stepsDone);
            }
            long epochsDone = stepsDone / sampler.stepsPerEpoch();
            boolean due = options.evaluateEvery() > 0 && endOfEpoch && epochsDone % options.evaluateEvery() == 0;
            if (endOfRun || due) {
                evaluate(stepsDone);
            }
        }

        void evaluate(long stepsDone) {
            try (var batches = BatchLoader.evaluation(test, batch, loading)) {
                Evaluation evaluation = Evaluation.over(replica, batches, group);
                int epoch = Math.toIntExact(Math.max(0, stepsDone - 1) / sampler.stepsPerEpoch());
                events.accept(new RunEvent.Evaluated(stepsDone, epoch, evaluation));
            }
        }

        private void checkpoint(long stepsDone) {
            if (group.rank() != 0) {
                return;
            }
            var model = new ByteArrayOutputStream();
            try {
                replica.save(model);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e); // into memory: cannot happen for want of space on a disk
            }
            checkpoints.write(
                    new Checkpoint(state(stepsDone, sampler.examples()), model.toByteArray()),
                    path -> events.accept(new RunEvent.CheckpointWritten(stepsDone, path)));
        }
    }
}
