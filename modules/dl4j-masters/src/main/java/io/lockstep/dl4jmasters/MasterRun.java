package io.lockstep.dl4jmasters;

import io.lockstep.collectives.group.ProcessGroups;
import io.lockstep.datasets.FeatureLayout;
import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.LoaderOptions;
import io.lockstep.datasets.loading.Sampler;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.runs.masters.MasterOptions;
import io.lockstep.runs.masters.MasterStrategy;
import io.lockstep.runs.masters.MasterTraining;
import io.lockstep.spark.DriverNotes;
import io.lockstep.spark.HadoopStorage;
import io.lockstep.spark.JobFailedException;
import io.lockstep.spark.Slots;
import io.lockstep.training.Evaluation;
import io.lockstep.training.ParameterHash;
import io.lockstep.training.Range;
import io.lockstep.training.Replica;
import io.lockstep.training.ReplicaFactory;
import io.lockstep.training.RunEvent;
import io.lockstep.training.checkpoint.Checkpoint;
import io.lockstep.training.checkpoint.CheckpointStore;
import io.lockstep.training.checkpoint.TrainingState;
import io.lockstep.training.run.RunData;
import io.lockstep.training.run.RunOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.spark.impl.graph.SparkComputationGraph;
import org.deeplearning4j.util.CrashReportingUtil;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A training run by one of DL4J's masters, from the driver. The module's story is in the package's description. */
final class MasterRun {
    private static final int EVALUATION_BATCH = 128;

    /** How long workers' last words may take after Spark has said that they are done. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    private final JavaSparkContext spark;
    private final MasterStrategy strategy;
    private final RunOptions run;
    private final MasterOptions options;
    private final MasterTraining.NetworkFactory network;
    private final ReplicaFactory replicas;
    private final HadoopStorage storage;
    private final Consumer<RunEvent> events;

    /** @param spark of a configuration that {@link Masters#prepare} has seen */
    MasterRun(JavaSparkContext spark, MasterTraining.Job job) {
        this.spark = spark;
        this.run = job.run();
        this.options = job.options();
        this.strategy = MasterStrategy.of(run.strategy().name())
                .orElseThrow(() -> new IllegalArgumentException(
                        "strategy " + run.strategy().name()));
        if (run.globalBatch() % options.workers() != 0) {
            throw new IllegalArgumentException("DL4J's workers have one batch size: " + options.workers()
                    + " workers do not share a global batch of " + run.globalBatch() + " evenly");
        }
        this.network = job.network();
        this.replicas = job.replicas();
        this.storage = job.storage();
        this.events = event -> {
            synchronized (this) { // workers' reports come on other threads than this run's own
                job.events().accept(event);
            }
        };
    }

    /**
     * Trains.
     *
     * @return SHA-256 of the driver's parameters, which are the run's result; the workers' own may differ from them
     * @throws IOException if data or checkpoints cannot be read or written
     * @throws JobFailedException if a worker failed
     */
    String call() throws IOException {
        CrashReportingUtil.crashDumpsEnabled(false); // its library of machine facts is not shipped
        Slots.await(spark.sc(), options.workers(), options.workers(), options.slotTimeout());
        RunData data =
                RunData.read(run.data(), storage, 0, 1, Runtime.getRuntime().availableProcessors());
        Sampler sampler = new Sampler(run.seed(), data.training().examples(), run.globalBatch());
        long lastStep = run.steps() > 0 ? run.steps() : (long) run.epochs() * sampler.stepsPerEpoch();
        ImageShape shape = data.training().shape();
        int classes = data.training().classes();
        var setup = new ReplicaFactory.Setup(
                shape,
                classes,
                EVALUATION_BATCH,
                run.seed(),
                Runtime.getRuntime().availableProcessors(),
                message -> events.accept(new RunEvent.Warned(message)));
        NetworkDefinition definition = network.build(shape, classes, run.seed());
        ComputationGraph graph = StockNetwork.initialized(
                definition, new RunSchedule(run.learning(), lastStep, sampler.stepsPerEpoch()));
        var ledger = new Ledger(
                options.workers(),
                run.logEvery(),
                strategy == MasterStrategy.PARAMETER_AVERAGING ? averagedBytes(graph) : 0,
                run.learning().over(lastStep, sampler.stepsPerEpoch()),
                events);
        try (Replica replica = replicas.create(setup);
                var notes = new DriverNotes(note -> ledger.take((WorkerStep) note))) {
            long statistics =
                    replica.statistics().stream().mapToLong(Range::size).sum();
            events.accept(new RunEvent.Started(
                    graph.numParams() - statistics, sampler.examples(), sampler.stepsPerEpoch(), 0, lastStep, null));
            FeatureLayout layout = StockNetwork.layout(definition);
            train(graph, layout, replica, data, sampler, lastStep, ledger, notes.topic());
            return ParameterHash.of(replica);
        } finally {
            Masters.shutDown(strategy);
            graph.close();
        }
    }

    private void train(
            ComputationGraph graph,
            FeatureLayout layout,
            Replica replica,
            RunData data,
            Sampler sampler,
            long lastStep,
            Ledger ledger,
            String topic)
            throws IOException {
        var probe = new WorkerProbe(topic, strategy == MasterStrategy.GRADIENT_SHARING);
        int localBatch = run.globalBatch() / options.workers();
        var master = Masters.create(strategy, options, localBatch, run.seed(), probe);
        var distributed = new SparkComputationGraph(spark, graph, master);
        distributed.setListeners(List.of(probe));
        Broadcast<TrainingSource> source = spark.broadcast(new TrainingSource(run.data(), storage));
        var loader = new StepLoader(
                source,
                run.seed(),
                run.globalBatch(),
                options.workers(),
                layout,
                run.augmentation(),
                options.labelSmoothing());
        for (long step = 0; step < lastStep; ) {
            int epoch = Math.toIntExact(sampler.epoch(step));
            long end = Math.min(lastStep, (long) (epoch + 1) * sampler.stepsPerEpoch());
            ledger.startEpoch(epoch, step);
            long localSteps = fit(distributed, sampler, step, end, loader, ledger);
            finishEpoch(ledger, localSteps, end);
            StockNetwork.copyInto(replica, graph);
            checkpoint(replica, sampler, end);
            boolean due = run.evaluateEvery() > 0 && (epoch + 1) % run.evaluateEvery() == 0;
            if (due || end == lastStep) {
                evaluate(replica, data, epoch, end);
            }
            step = end;
        }
    }

    /**
     * Hands an epoch to the master.
     *
     * @return local steps that it has, over all workers
     */
    private long fit(
            SparkComputationGraph distributed,
            Sampler sampler,
            long first,
            long end,
            StepLoader loader,
            Ledger ledger) {
        List<List<String>> byRank = new ArrayList<>();
        for (int rank = 0; rank < options.workers(); rank++) {
            List<String> names = new ArrayList<>();
            for (long step = first; step < end; step++) {
                if (sampler.localSlice(step, rank, options.workers()).size() > 0) {
                    names.add(StepLoader.name(rank, step));
                }
            }
            byRank.add(names);
        }
        JavaRDD<String> names = spark.parallelize(byRank, options.workers()).flatMap(List::iterator);
        try (var watch = new SilenceWatch(spark, ledger, options.deadline())) {
            try {
                distributed.fitPaths(names, loader);
            } catch (Exception e) { // Scala's treeAggregate throws SparkException without declaring it
                throw watch.gaveUp() ? silent(e) : failed(e);
            }
        } finally {
            names.unpersist();
        }
        return byRank.stream().mapToLong(List::size).sum();
    }

    private JobFailedException silent(Exception e) {
        String where = strategy == MasterStrategy.GRADIENT_SHARING
                ? "; can all hosts reach each other by UDP in " + options.network() + " (dl4j-insecure-transport)?"
                : "";
        return new JobFailedException(
                "no worker of DL4J's has told of a step for "
                        + options.deadline().toSeconds() + " s (deadline)" + where,
                e);
    }

    private JobFailedException failed(Exception e) {
        String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        return new JobFailedException("DL4J's master failed: " + message, e);
    }

    private void finishEpoch(Ledger ledger, long localSteps, long end) {
        try {
            long done = ledger.endEpoch(localSteps, end, LAST_WORDS);
            if (done != localSteps) {
                events.accept(new RunEvent.Warned("DL4J's master trained on " + done + " of the epoch's " + localSteps
                        + " local batches: it leaves out what does not fill a round of all workers"));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new JobFailedException("interrupted at the end of an epoch", e);
        }
    }

    private void checkpoint(Replica replica, Sampler sampler, long step) throws IOException {
        var model = new ByteArrayOutputStream();
        replica.save(model);
        var state = new TrainingState(
                step,
                run.model(),
                run.data().name(),
                sampler.examples(),
                run.globalBatch(),
                run.seed(),
                strategy.word(),
                options.workers());
        var store = new CheckpointStore(
                storage,
                run.checkpoints().folder(),
                run.checkpoints().keep(),
                message -> events.accept(new RunEvent.Warned(message)));
        store.write(new Checkpoint(state, model.toByteArray(), List.of()));
        events.accept(new RunEvent.CheckpointWritten(step, store.path(step)));
    }

    private void evaluate(Replica replica, RunData data, int epoch, long step) {
        LoaderOptions loading = LoaderOptions.of(data.normalization()).withLayout(replica.featureLayout());
        try (var batches = data.testShard().loader(EVALUATION_BATCH, loading);
                var alone = ProcessGroups.solo(LAST_WORDS)) {
            events.accept(new RunEvent.Evaluated(step, epoch, Evaluation.over(replica, batches, alone)));
        }
    }

    /**
     * What a worker sends for a local step in parameter averaging: parameters and updater state, once a period. As much
     * comes to it in Spark's broadcast.
     */
    private long averagedBytes(ComputationGraph graph) {
        INDArray state = graph.getUpdater().getUpdaterStateViewArray();
        long stateElements = state == null || !options.averageUpdaterState() ? 0 : state.length();
        return (graph.numParams() + stateElements) * Float.BYTES / options.averagingPeriod();
    }
}
