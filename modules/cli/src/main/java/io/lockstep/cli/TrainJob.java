package io.lockstep.cli;

import io.lockstep.datasets.Augmentation;
import io.lockstep.datasets.DataSource;
import io.lockstep.spark.HadoopStorage;
import io.lockstep.spark.JobFailedException;
import io.lockstep.training.ReplicaFactory;
import io.lockstep.training.RunEvent;
import io.lockstep.training.Task;
import io.lockstep.training.checkpoint.CheckpointStore;
import io.lockstep.training.run.RunOptions;
import io.lockstep.training.run.RunOptions.CheckpointOptions;
import io.lockstep.training.run.RunOptions.DataOptions;
import io.lockstep.training.run.RunOptions.LearningOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** A training run on the driver: checks, folder, job, summary. */
final class TrainJob {
    private final Configuration configuration;
    private final boolean resume;
    private final String submission;
    private final Path json;
    private final Progress progress;
    private final Consumer<RunEvent> listener;
    /** A program's own; null: the data that the settings name. */
    private final DataSource ownData;

    private final NetworkSource network;
    /** Of the ranks that run now. */
    private RunEvent.Started started;

    private Long resumedFromStep;
    /** What the network is for. */
    private Task task;
    /** Null until the paths are resolved. */
    private InitialModel initial;

    private int restarts;
    private IOException logFailure;

    /**
     * @param submission names the call: a driver that is started again by the cluster has the same; or empty
     * @param json where the summary goes too, or null
     */
    TrainJob(Configuration configuration, boolean resume, String submission, Path json) {
        this(
                configuration,
                resume,
                submission,
                json,
                Networks.zoo(),
                null,
                new Progress(System.out, Progress.isTerminal()),
                event -> {});
    }

    TrainJob(
            Configuration configuration,
            boolean resume,
            String submission,
            Path json,
            NetworkSource network,
            DataSource ownData,
            Progress progress,
            Consumer<RunEvent> listener) {
        this.configuration = configuration;
        this.resume = resume;
        this.submission = submission;
        this.json = json;
        this.network = network;
        this.ownData = ownData;
        this.progress = progress;
        this.listener = listener;
    }

    /** What is wrong with the settings as a whole, without looking at files. */
    static void check(Configuration configuration) {
        RunPlan.settings(configuration, Networks.zoo(), null);
    }

    /** Settings that do not go together, whatever they are trained on. */
    static void checkTogether(Configuration configuration) {
        if (configuration.isChanged(FolderSettings.CHECKPOINT)) {
            throw new UsageException("checkpoint is for evaluate, predict and generate; a run goes on from the newest");
        }
        if (configuration.get(LearningSettings.SCHEDULE).equals("step")
                && configuration.get(LearningSettings.SCHEDULE_MILESTONES).isEmpty()) {
            throw new UsageException("schedule = step needs schedule-milestones, for instance 80, 120");
        }
        RuntimeSettings runtime = RuntimeSettings.of(configuration);
        if (runtime.inBfloat16() && runtime.byDl4j()) {
            throw new UsageException("precision = bf16 is the compiled runtime's; leave runtime = auto");
        }
        if (configuration.isChanged(LearningSettings.DROP_CONNECT) && runtime.byDl4j()) {
            throw new UsageException(
                    "drop-connect is the compiled runtime's: DL4J's does not divide what is kept, so that a"
                            + " test sees other weights; leave runtime = auto");
        }
        if (configuration.isChanged(LearningSettings.BPTT_STEPS) && runtime.byDl4j()) {
            throw new UsageException("bptt-steps is the compiled runtime's; leave runtime = auto");
        }
        StrategySettings.check(configuration);
        int workers = configuration.get(DistributionSettings.WORKERS);
        if (configuration.get(CommunicationSettings.MIN_WORKERS) > workers) {
            throw new UsageException("min-workers = " + configuration.get(CommunicationSettings.MIN_WORKERS)
                    + " is more than workers = " + workers);
        }
        int batch = configuration.get(DistributionSettings.GLOBAL_BATCH);
        if (batch < workers) {
            throw new UsageException("global-batch = " + batch + " is smaller than workers = " + workers
                    + ": some ranks would never see an example");
        }
    }

    /** Starts a Spark application for the run, and ends it. */
    Summary run(SparkConf conf) throws IOException {
        SparkProperties.complete(conf);
        return run(conf, () -> new SparkSessionOfRun(new JavaSparkContext(conf), true));
    }

    /** Runs in an application that is there already, and stays. */
    Summary runOn(JavaSparkContext spark) throws IOException {
        SparkConf conf = spark.getConf();
        SparkProperties.requireComplete(conf);
        MasterJobs.requireOwnApplication(configuration);
        return run(conf, () -> new SparkSessionOfRun(spark, false));
    }

    private record SparkSessionOfRun(JavaSparkContext spark, boolean own) implements AutoCloseable {
        @Override
        public void close() {
            if (own) {
                spark.close();
            }
        }
    }

    private Summary run(SparkConf conf, Supplier<SparkSessionOfRun> sessions) throws IOException {
        long start = System.nanoTime();
        HadoopStorage storage = SparkJobs.storage(conf);
        RunPlan plan = RunPlan.of(configuration, network, ownData, conf, storage, resume);
        initial = plan.initial();
        DataSource source = plan.data();
        task = plan.network().task();
        progress.showTask(task);
        ReplicaFactory replicas =
                Networks.replicas(plan.builder(), plan.settings().runtime());
        try (RunFolder folder =
                RunFolder.open(storage, configuration.get(FolderSettings.RUN_DIR), resume, submission)) {
            initial.keepIn(folder);
            folder.putConfig(configuration);
            introduce(folder, source, storage, conf);
            plan.notes().forEach(note -> take(new RunEvent.Warned(note), folder));
            List<RankResult> results;
            String version;
            try (SparkSessionOfRun session = sessions.get()) {
                JavaSparkContext spark = session.spark();
                version = spark.version();
                results = StrategySettings.isMaster(configuration)
                        ? MasterJobs.run(
                                spark,
                                plan.builder(),
                                configuration,
                                options(folder, resume),
                                replicas,
                                storage,
                                event -> take(event, folder))
                        : train(spark, folder, plan.settings(), replicas);
            } catch (JobFailedException e) {
                progress.line("");
                throw new JobFailedException(e.getMessage() + advice(folder, conf), e);
            } catch (RuntimeException e) { // too few slots, no Spark
                takeBack(folder);
                throw e;
            }
            if (logFailure != null) {
                throw logFailure; // a summary would look as if all of the run were there
            }
            folder.putJson(
                    "environment.json",
                    Environment.of(
                            version,
                            conf.get("spark.master"),
                            results.stream().map(RankResult::environment).toList()));
            Summary summary = summary(folder, results, (System.nanoTime() - start) / 1e9);
            plot(folder);
            if (task.isGame()) {
                drawSamples(folder, storage, source);
            }
            folder.putJson("summary.json", summary); // last: a folder with a summary is a whole one
            if (json != null) {
                Files.writeString(json, Json.pretty(summary));
            }
            conclude(folder, summary, conf);
            return summary;
        }
    }

    /** What a person can do after a failure. Only what can be done by the letter. */
    private String advice(RunFolder folder, SparkConf conf) {
        if (started == null && !resume) {
            takeBack(folder);
            return "; nothing was trained: once that is mended, make the same call again";
        }
        boolean goesOn;
        try {
            goesOn = !StrategySettings.isMaster(configuration) && folder.hasCheckpoint();
        } catch (IOException e) {
            goesOn = false;
        }
        return goesOn
                ? "; once that is mended, go on with: "
                        + network.resumeCall(shortened(folder.path()), master(conf), Map.of())
                : "; there is no checkpoint to go on from: once that is mended, start again, with another run folder";
    }

    /** As an option would name it; empty for the local cluster that bin/lockstep starts by itself. */
    private static String master(SparkConf conf) {
        String master = conf.get("spark.master", "");
        return master.startsWith("local-cluster") ? "" : master;
    }

    /** Unless the run has begun before, or begins now. */
    private void takeBack(RunFolder folder) {
        if (started != null || resume) {
            return;
        }
        try {
            folder.takeBack();
        } catch (IOException e) {
            progress.line(
                    "warning: " + shortened(folder.path()) + " stays, although nothing was trained: " + e.getMessage());
        }
    }

    private List<RankResult> train(
            JavaSparkContext spark, RunFolder folder, RunSettings settings, ReplicaFactory replicas) {
        HostNeeds needs = HostNeeds.of(configuration); // in which init-from is the copy by now
        var job = new RecoveringJob(
                spark,
                title(),
                settings.ranks(),
                goesOn -> options(folder, goesOn),
                run -> new TrainProgram(run, replicas, needs),
                event -> take(event, folder));
        List<RankResult> results = job.run(resume);
        restarts = job.restarts();
        return results;
    }

    /** @param goesOn from the last checkpoint, if there is one */
    private RunOptions options(RunFolder folder, boolean goesOn) {
        String owner = UUID.randomUUID().toString();
        folder.claimCheckpoints(owner);
        return options(
                configuration, SparkJobs.data(configuration, ownData), folder.checkpoints(), goesOn, owner, task);
    }

    /**
     * @param folder of checkpoints
     * @param owner who may write there
     */
    static RunOptions options(
            Configuration configuration, DataOptions data, String folder, boolean goesOn, String owner, Task task) {
        return new RunOptions(
                configuration.get(DataSettings.MODEL),
                data,
                StrategySettings.factory(configuration),
                configuration.get(DistributionSettings.GLOBAL_BATCH),
                configuration.get(DistributionSettings.MICRO_BATCHES),
                configuration.get(DistributionSettings.EPOCHS),
                configuration.get(DistributionSettings.STEPS),
                configuration.get(DistributionSettings.STOP_AFTER),
                configuration.get(DistributionSettings.SEED),
                new LearningOptions(
                        configuration.get(LearningSettings.LEARNING_RATE),
                        configuration.get(LearningSettings.SCHEDULE),
                        configuration.get(LearningSettings.SCHEDULE_MILESTONES),
                        configuration.get(LearningSettings.SCHEDULE_FACTOR),
                        configuration.get(LearningSettings.WARMUP_EPOCHS)),
                new Augmentation(
                        configuration.get(AugmentationSettings.CROP_PADDING),
                        Augmentation.Padding.ZERO,
                        configuration.get(AugmentationSettings.FLIP).equals("true"),
                        configuration.get(AugmentationSettings.CUTOUT),
                        configuration.get(AugmentationSettings.MIXUP),
                        configuration.get(AugmentationSettings.INPUT_NOISE)),
                configuration.get(LearningSettings.CLIP_NORM),
                configuration.get(FolderSettings.LOG_EVERY),
                configuration.get(FolderSettings.COMPARE_EVERY),
                configuration.get(FolderSettings.EVALUATE_EVERY),
                new CheckpointOptions(
                        folder,
                        configuration.get(FolderSettings.CHECKPOINT_EVERY),
                        configuration.get(FolderSettings.CHECKPOINT_KEEP),
                        bestToKeep(configuration, task),
                        goesOn,
                        owner,
                        configuration.get(DistributionSettings.INIT_FROM)));
    }

    private static CheckpointStore.Best bestToKeep(Configuration configuration, Task task) {
        return configuration.get(FolderSettings.CHECKPOINT_BEST).equals("off")
                ? CheckpointStore.Best.NONE
                : FolderSettings.best(configuration, task);
    }

    private String title() {
        return configuration.get(DataSettings.MODEL) + " on "
                + configuration.get(DataSettings.DATA).replaceAll(".*/", "") + ", "
                + configuration.get(DistributionSettings.STRATEGY)
                + ", " + configuration.get(DistributionSettings.WORKERS) + " workers";
    }

    private void introduce(RunFolder folder, DataSource source, HadoopStorage storage, SparkConf conf)
            throws IOException {
        int examples = DataChecks.trainingExamples(source, configuration);
        progress.line(Progress.format(
                "%s, global batch %d, %s, seed %d",
                title(),
                configuration.get(DistributionSettings.GLOBAL_BATCH),
                examples > 0 ? Progress.format("%,d training examples", examples) : "a stream of training examples",
                configuration.get(DistributionSettings.SEED)));
        progress.line("run folder " + shortened(folder.path()));
        if (ownData == null) {
            SparkJobs.hiddenFolder(configuration, storage).ifPresent(progress::line);
        }
        progress.line("starting executors on " + conf.get("spark.master") + " ...");
    }

    /** As one would type it. */
    private static String shortened(String path) {
        return path.startsWith("file:") ? path.replaceFirst("^file:/+", "/") : path;
    }

    /** On one of Spark's threads, one event at a time. */
    private void take(RunEvent event, RunFolder folder) {
        try {
            if (event instanceof RunEvent.Started now) {
                begin(now, folder);
            } else if (event instanceof RunEvent.Decided decided) {
                StrategySettings.take(decided.decision(), configuration);
                folder.putConfig(configuration); // with it the run repeats, without measuring again
            } else if (event instanceof RunEvent.Reported reported) {
                folder.log(MetricsLine.of(reported.report()));
            } else if (event instanceof RunEvent.Evaluated evaluated) {
                folder.log(new EvaluationLine(
                        MetricsLine.now(), evaluated.step(), evaluated.epoch(), evaluated.evaluation()));
            }
        } catch (IOException e) {
            if (logFailure == null) {
                progress.line(
                        "warning: the run folder's logs cannot be written (" + e.getMessage() + "); training goes on");
            }
            logFailure = e;
        }
        progress.show(initial.named(event));
        listener.accept(event);
    }

    private void begin(RunEvent.Started now, RunFolder folder) throws IOException {
        if (started == null) {
            resumedFromStep = now.resumedFrom() == null ? null : now.firstStep();
        }
        started = now;
        folder.startLogs(now.firstStep());
        progress.line(Progress.format(
                "training %,d parameters for %,d steps (%,d an epoch)",
                now.parameters(), now.lastStep() - now.firstStep(), now.stepsPerEpoch()));
    }

    private Summary summary(RunFolder folder, List<RankResult> results, double wallSeconds) {
        List<MetricsLine> metrics = folder.metrics();
        MetricsLine last = metrics.get(metrics.size() - 1);
        EvaluationLine test = folder.evaluations().get(folder.evaluations().size() - 1);
        CheckpointStore.Tested best = best(folder.evaluations());
        return new Summary(
                configuration.get(DataSettings.MODEL),
                task.name(),
                configuration.get(DataSettings.DATA),
                started.parameters(),
                configuration.get(DistributionSettings.STRATEGY),
                results.size(),
                configuration.get(DistributionSettings.GLOBAL_BATCH),
                last.step(),
                (last.step() + started.stepsPerEpoch() - 1) / started.stepsPerEpoch(),
                last.examples(),
                rate(metrics),
                metrics.stream().mapToLong(MetricsLine::bytesSent).average().orElse(0),
                metrics.stream()
                        .mapToDouble(line -> line.timeMs().reduceWaitShare())
                        .average()
                        .orElse(0),
                last.loss(),
                test.test(),
                best == null ? null : best.step(),
                best == null ? null : best.test(),
                results.get(0).parametersSha256(),
                wallSeconds,
                resumedFromStep,
                restarts,
                last.measures());
    }

    /** Null where none is better than another. */
    private CheckpointStore.Tested best(List<EvaluationLine> tests) {
        List<CheckpointStore.Tested> tested = tests.stream()
                .map(line -> new CheckpointStore.Tested(line.step(), line.test()))
                .toList();
        return FolderSettings.best(configuration, task).of(tested).orElse(null);
    }

    /** Examples by seconds over the logged steps of this call, the first line (the JVM warms up) left out if there are more. */
    private double rate(List<MetricsLine> all) {
        List<MetricsLine> lines =
                all.stream().filter(line -> line.step() > started.firstStep()).toList();
        if (lines.isEmpty()) {
            return 0;
        }
        double seconds = 0;
        long examples = 0;
        for (int i = lines.size() > 1 ? 1 : 0; i < lines.size(); i++) {
            MetricsLine line = lines.get(i);
            long before = i > 0 ? lines.get(i - 1).examples() : line.examples();
            long seen = i > 0 ? line.examples() - before : line.examples();
            examples += seen;
            seconds += seen / line.examplesPerSecond();
        }
        return examples / seconds;
    }

    private void plot(RunFolder folder) throws IOException {
        try {
            new Plots(title(), task, folder.metrics(), folder.evaluations()).writeTo(folder);
        } catch (LinkageError | InternalError e) { // a JDK without its fonts: a headless package lacks them
            progress.line("warning: no plots, this JDK cannot draw text (" + e.getMessage()
                    + "); install fontconfig and a font");
        }
    }

    /** From the last checkpoint, which is the end of the run. */
    private void drawSamples(RunFolder folder, HadoopStorage storage, DataSource source) throws IOException {
        var run = new TrainedRun(configuration, storage, folder.path(), source);
        folder.put(
                "plots/samples.png",
                new Samples(run).png(Samples.COUNT, null, configuration.get(DistributionSettings.SEED)));
    }

    /** Whether an earlier test was better than the last one. */
    private boolean hasBetterTest(Summary summary) {
        return summary.bestTest() != null
                && summary.bestTest().metric(task.main()) != summary.test().metric(task.main());
    }

    private void conclude(RunFolder folder, Summary summary, SparkConf conf) {
        boolean stopped = summary.steps() < started.lastStep();
        progress.line(Progress.format(
                "%s after %s: %s, %,.0f examples/s",
                stopped ? "stopped" : "done",
                Progress.clock(summary.wallSeconds()),
                task.isGame()
                        ? Progress.measured(summary.measures()) + "; samples in plots/samples.png"
                        : TestText.of(task, summary.test()),
                summary.examplesPerSecond()));
        boolean kept = !configuration.get(FolderSettings.CHECKPOINT_BEST).equals("off")
                && !StrategySettings.isMaster(configuration);
        if (kept && hasBetterTest(summary)) {
            progress.line(Progress.format(
                    "best: %s after step %,d, kept (evaluate --checkpoint best)",
                    TestText.of(task, summary.bestTest()), summary.bestStep()));
        }
        String equal = summary.worldSize() == 1 ? " replica" : " replicas, bit for bit equal";
        progress.line((StrategySettings.isMaster(configuration) ? "the driver's network" : summary.worldSize() + equal)
                + ": sha256 " + summary.parametersSha256().get(0).substring(0, 16) + "...");
        progress.line("see " + shortened(folder.path()) + ": summary.json, metrics.jsonl, plots/, checkpoints/");
        if (stopped) {
            progress.line("go on with: "
                    + network.resumeCall(
                            shortened(folder.path()),
                            master(conf),
                            Map.of(DistributionSettings.STOP_AFTER.name(), "0")));
        }
    }
}
