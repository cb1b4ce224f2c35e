package io.lockstep.training.run;

import io.lockstep.collectives.ProcessGroup;
import io.lockstep.datasets.Batch;
import io.lockstep.datasets.LoaderOptions;
import io.lockstep.datasets.loading.BatchLoader;
import io.lockstep.datasets.loading.Epochs;
import io.lockstep.datasets.storage.Storage;
import io.lockstep.training.Calibration;
import io.lockstep.training.Evaluation;
import io.lockstep.training.FlatBuffers;
import io.lockstep.training.Range;
import io.lockstep.training.Replica;
import io.lockstep.training.ReplicaFactory;
import io.lockstep.training.RunEvent;
import io.lockstep.training.Step;
import io.lockstep.training.StepReport;
import io.lockstep.training.Strategy;
import io.lockstep.training.Trainee;
import io.lockstep.training.checkpoint.BackgroundCheckpoints;
import io.lockstep.training.checkpoint.Checkpoint;
import io.lockstep.training.checkpoint.CheckpointStore;
import io.lockstep.training.checkpoint.TrainingState;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

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
    private final RankControl control;

    /**
     * @param threads to compute with
     * @param events told by rank 0 only
     * @param control asked before each step
     */
    public RankRun(
            RunOptions options,
            ReplicaFactory replicas,
            ProcessGroup group,
            Storage storage,
            int threads,
            Consumer<RunEvent> events,
            RankControl control) {
        this.options = options;
        this.replicas = replicas;
        this.group = group;
        this.storage = storage;
        this.threads = threads;
        this.events = group.rank() == 0 ? events : event -> {};
        this.control = control;
    }

    /**
     * Trains.
     *
     * @return SHA-256 of each rank's final parameters, all equal
     * @throws IOException if data or checkpoints cannot be read or written
     */
    public List<String> call() throws IOException {
        RunData data = Preparation.together(
                group, control, () -> RunData.read(options.data(), storage, group.rank(), group.worldSize(), threads));
        Epochs epochs = data.epochs(options.seed(), options.globalBatch(), options.steps());
        long lastStep = options.steps() > 0 ? options.steps() : (long) options.epochs() * epochs.stepsPerEpoch();
        int localBatch = epochs.largestLocalBatch(0, group.worldSize());
        int batch = Math.max(1, MicroBatches.largest(localBatch, options.microBatches()));
        var setup = new ReplicaFactory.Setup(
                data.shape(), data.classes(), batch, options.seed(), threads, this::warn, group);
        try (Replica replica = replicas.create(setup);
                var checkpoints = new BackgroundCheckpoints(store(), this::warn)) {
            List<String> hashes = train(new Course(data, epochs, lastStep, batch), replica, checkpoints);
            checkpoints.awaitWritten();
            return hashes;
        }
    }

    /**
     * What is trained on, and for how long.
     *
     * @param batch examples that a replica takes at once, at most
     */
    private record Course(RunData data, Epochs epochs, long lastStep, int batch) {}

    private List<String> train(Course course, Replica replica, BackgroundCheckpoints checkpoints) throws IOException {
        RunData data = course.data;
        Epochs epochs = course.epochs;
        Optional<Checkpoint> resumed = resume(replica, epochs.examples());
        long firstStep = resumed.map(checkpoint -> checkpoint.state().step()).orElse(0L);
        events.accept(started(replica, course, resumed, firstStep));
        EarlyStop early = earlyStop(epochs, resumed);
        long asked = options.stopAfter() > 0 ? Math.min(options.stopAfter(), course.lastStep) : course.lastStep;
        long stop = early.isDue(firstStep) ? firstStep : asked; // where it was stopped early before it was killed
        LoaderOptions loading = LoaderOptions.of(
                        replica.normalization(SharedNormalization.of(data.normalization(), options.data(), group)))
                .withLayout(replica.featureLayout())
                .skippingUnreadable(options.data().formats().skipsUnreadable());
        LoaderOptions augmented = loading.withAugmentation(options.augmentation());
        try (var loader = loader(data, epochs, firstStep, augmented)) {
            Turns turns = new Turns(
                    replica,
                    options.microBatches(),
                    trainee -> options.strategy()
                            .create(new Strategy.Setup(
                                    trainee, group, options.clipNorm(), rehearsal(trainee, data, epochs, augmented))));
            var hooks = new Hooks(
                    replica, turns, data.testShard(), loading, epochs, checkpoints, course.batch, early, loader);
            hooks.catchUp(resumed.map(Checkpoint::state), stop);
            LearningRate rate = options.learning().over(course.lastStep, epochs.stepsPerEpoch());
            Trainer.Plan plan = plan(firstStep, stop);
            List<String> hashes = new Trainer(replica, group, turns, epochs, loader::next, rate, plan, hooks)
                    .run(resumed.isPresent() ? rankStates().of(resumed.get(), turns) : null);
            if (firstStep >= stop) {
                hooks.evaluate(firstStep); // nothing was left to train
            }
            return hashes;
        }
    }

    private EarlyStop earlyStop(Epochs epochs, Optional<Checkpoint> resumed) throws IOException {
        CheckpointStore.Best by = options.checkpoints().best();
        EarlyStop early = new EarlyStop(by, (long) options.earlyStopping() * epochs.stepsPerEpoch());
        if (resumed.isPresent() && options.earlyStopping() > 0) {
            Optional<Checkpoint> best = group.rank() == 0 ? store().best(by) : Optional.empty();
            early.recall(
                    best.map(Checkpoint::state).map(state -> new CheckpointStore.Tested(state.step(), state.test())),
                    group);
        }
        return early;
    }

    private RunEvent.Started started(Replica replica, Course course, Optional<Checkpoint> resumed, long firstStep) {
        return new RunEvent.Started(
                parameters(replica),
                course.epochs.examples(),
                course.epochs.stepsPerEpoch(),
                firstStep,
                course.lastStep,
                resumed.map(checkpoint -> store().path(checkpoint.state().step()))
                        .orElse(null));
    }

    private Trainer.Plan plan(long firstStep, long stop) {
        return new Trainer.Plan(
                firstStep,
                Math.max(firstStep, stop),
                options.logEvery(),
                options.compareEvery(),
                MAX_SKIPPED_STEPS,
                options.seed());
    }

    private BatchLoader loader(RunData data, Epochs epochs, long firstStep, LoaderOptions loading) {
        return data.loader(epochs, options.seed(), group.rank(), group.worldSize(), firstStep, loading);
    }

    /** Measures on the first batch of the run, cut down to what is taken at once. */
    private Calibration rehearsal(Trainee trainee, RunData data, Epochs epochs, LoaderOptions loading) {
        Supplier<Batch> sample = () -> {
            try (BatchLoader loader = loader(data, epochs, 0, loading)) {
                return MicroBatches.first(loader.next(), options.microBatches());
            }
        };
        return new Calibration(trainee, group, sample, decision -> events.accept(new RunEvent.Decided(decision)));
    }

    private CheckpointStore store() {
        var checkpoints = options.checkpoints();
        return new CheckpointStore(
                storage, checkpoints.folder(), checkpoints.keep(), checkpoints.best(), checkpoints.owner(), this::warn);
    }

    private RankStates rankStates() {
        return new RankStates(store(), group);
    }

    private void warn(String message) {
        events.accept(new RunEvent.Warned(message));
    }

    /** @param strategy the one that trains: where the options leave it to measurement, the one that was chosen */
    private TrainingState state(long step, int examples, String strategy) {
        return new TrainingState(
                step,
                options.model(),
                options.data().name(),
                examples,
                options.globalBatch(),
                options.seed(),
                strategy,
                group.worldSize());
    }

    private Optional<Checkpoint> resume(Replica replica, int examples) throws IOException {
        Optional<Checkpoint> latest = options.checkpoints().resume() ? latestOfRankZero() : Optional.empty();
        if (latest.isEmpty()) {
            begin(replica);
        } else {
            latest.get()
                    .state()
                    .requireContinuable(state(0, examples, options.strategy().name()));
            replica.load(new ByteArrayInputStream(latest.get().model()));
        }
        return latest;
    }

    private void begin(Replica replica) throws IOException {
        String initial = options.checkpoints().initial();
        if (initial.isEmpty()) {
            return;
        }
        try (InputStream in = storage.open(initial)) {
            events.accept(new RunEvent.BeganWith(initial, replica.takeCommon(in)));
        } catch (IOException e) {
            throw new IOException("cannot begin with " + initial + ": " + e.getMessage(), e);
        }
    }

    /** Rank 0 chooses: what others find newest may differ while a rank of a lost group still writes. */
    private Optional<Checkpoint> latestOfRankZero() throws IOException {
        Optional<Checkpoint> mine = group.rank() == 0 ? store().latest() : Optional.empty();
        long step = mine.map(checkpoint -> checkpoint.state().step()).orElse(-1L);
        byte[] chosen = group.allGatherRecords(
                        ByteBuffer.allocate(Long.BYTES).putLong(step).array())
                .get(0);
        step = ByteBuffer.wrap(chosen).getLong();
        if (group.rank() == 0 || step < 0) {
            return mine;
        }
        try {
            return Optional.of(store().at(step));
        } catch (IOException e) {
            throw new IOException(
                    "cannot read the checkpoint " + store().path(step)
                            + " that rank 0 goes on from; is the run folder on storage that all hosts share? "
                            + e.getMessage(),
                    e);
        }
    }

    private static long parameters(Replica replica) {
        long statistics = replica.statistics().stream().mapToLong(Range::size).sum();
        return FlatBuffers.elements(replica.parameters()) - statistics;
    }

    /** What happens between steps: reports, evaluation, checkpoints. */
    private final class Hooks implements Trainer.Listener {
        private final Replica replica;
        private final Turns turns;
        private final RunData.Shard test;
        private final LoaderOptions loading;
        private final Epochs epochs;
        private final BackgroundCheckpoints checkpoints;
        private final int batch;
        private final EarlyStop early;
        private final BatchLoader training;
        private final UnreadReports unread;
        private boolean checkpointDue;

        Hooks(
                Replica replica,
                Turns turns,
                RunData.Shard test,
                LoaderOptions loading,
                Epochs epochs,
                BackgroundCheckpoints checkpoints,
                int batch,
                EarlyStop early,
                BatchLoader training) {
            this.replica = replica;
            this.turns = turns;
            this.test = test;
            this.loading = loading;
            this.epochs = epochs;
            this.checkpoints = checkpoints;
            this.batch = batch;
            this.early = early;
            this.training = training;
            unread = new UnreadReports(loading.skipsUnreadable(), group, events::accept);
        }

        @Override
        public boolean beforeStep(long step) {
            control.stopIfAsked();
            return control.leaving();
        }

        @Override
        public void onReport(StepReport report) {
            events.accept(new RunEvent.Reported(report));
            unread.tell(report.step(), training);
        }

        /** Tests what whoever wrote the checkpoint had no time to test: a rank was leaving. */
        void catchUp(Optional<TrainingState> resumed, long lastStep) {
            resumed.filter(state -> state.test() == null
                            && state.step() < lastStep
                            && state.step() % epochs.stepsPerEpoch() == 0
                            && evaluationIsDue(state.step()))
                    .ifPresent(state -> evaluate(state.step()));
        }

        /** A test comes before its checkpoint, which holds what it said; so no test is lost with a rank. */
        @Override
        public boolean afterStep(Step step, boolean replicasEqual) {
            long stepsDone = step.index() + 1;
            int every = options.checkpoints().every();
            checkpointDue |= step.endOfRun() || (every > 0 ? stepsDone % every == 0 : step.endOfEpoch());
            Evaluation evaluation = null;
            if (step.endOfRun() || (step.endOfEpoch() && evaluationIsDue(stepsDone))) {
                evaluation = evaluate(stepsDone);
                checkpointDue = true;
            }
            if (checkpointDue && replicasEqual) {
                checkpoint(stepsDone, evaluation);
                checkpointDue = false;
            }
            boolean over = evaluation != null && replicasEqual && !step.endOfRun() && early.isDue(stepsDone);
            if (over) {
                warn(early.reason(stepsDone));
            }
            return over;
        }

        /** @param stepsDone at the end of an epoch */
        private boolean evaluationIsDue(long stepsDone) {
            int every = options.evaluateEvery();
            return every > 0 && stepsDone / epochs.stepsPerEpoch() % every == 0;
        }

        @Override
        public void onDeparture(Step step, int rank) {
            if (step.endOfRun()) {
                return;
            }
            long stepsDone = step.index() + 1;
            checkpoint(stepsDone, null);
            checkpoints.awaitQuiet(); // where it failed, that was told, and the run goes on from the one before
            group.barrier(); // nobody goes before it is written
            throw new PreemptionException(group.describe(rank), stepsDone);
        }

        Evaluation evaluate(long stepsDone) {
            try (var batches = test.loader(batch, loading)) {
                Evaluation evaluation = Evaluation.over(replica, batches, group);
                unread.tell(stepsDone, batches);
                int epoch = Math.toIntExact(Math.max(0, stepsDone - 1) / epochs.stepsPerEpoch());
                events.accept(new RunEvent.Evaluated(stepsDone, epoch, evaluation));
                early.take(stepsDone, evaluation);
                return evaluation;
            }
        }

        /** @param evaluation of the test set at this step, or null */
        private void checkpoint(long stepsDone, Evaluation evaluation) {
            List<String> rankStates;
            try {
                rankStates = rankStates().write(stepsDone, turns, checkpoints::awaitQuiet);
            } catch (IOException e) {
                if (group.rank() == 0) {
                    checkpoints.failed(e);
                }
                return;
            }
            if (group.rank() != 0) {
                return;
            }
            checkpoints.write(
                    state(stepsDone, epochs.examples(), turns.strategy()).withTest(evaluation),
                    replica::snapshot,
                    rankStates,
                    path -> events.accept(new RunEvent.CheckpointWritten(stepsDone, path)));
        }
    }
}
