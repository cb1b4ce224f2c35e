package io.lockstep.runs;

import io.lockstep.datasets.DataSource;
import io.lockstep.runs.folder.Json;
import io.lockstep.runs.folder.Plots;
import io.lockstep.runs.folder.Progress;
import io.lockstep.runs.folder.RunFolder;
import io.lockstep.runs.folder.Summary;
import io.lockstep.runs.folder.TestText;
import io.lockstep.runs.hosts.RankEnvironment;
import io.lockstep.runs.networks.DataChecks;
import io.lockstep.runs.networks.Networks;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.DataSettings;
import io.lockstep.runs.settings.DistributionSettings;
import io.lockstep.runs.settings.FolderSettings;
import io.lockstep.runs.settings.HostNeeds;
import io.lockstep.runs.settings.NetworkSource;
import io.lockstep.runs.settings.StrategySettings;
import io.lockstep.runs.spark.SparkJobs;
import io.lockstep.runs.spark.SparkProperties;
import io.lockstep.runs.tables.Tables;
import io.lockstep.runs.tracking.RunTracking;
import io.lockstep.runs.trained.Samples;
import io.lockstep.runs.trained.TrainedRun;
import io.lockstep.spark.HadoopStorage;
import io.lockstep.spark.JobFailedException;
import io.lockstep.training.ReplicaFactory;
import io.lockstep.training.RunEvent;
import io.lockstep.training.Task;
import io.lockstep.training.run.RunOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** A training run on the driver: checks, folder, job, summary. */
public final class TrainJob {
    private final Configuration configuration;
    private final boolean resume;
    private final String submission;
    private final Path json;
    private final Progress progress;
    private final Consumer<RunEvent> listener;
    /** A program's own; null: the data that the settings name. */
    private final DataSource ownData;

    private final NetworkSource network;

    /**
     * @param submission names the call: a driver that is started again by the cluster has the same; or empty
     * @param json where the summary goes too, or null
     */
    public TrainJob(Configuration configuration, boolean resume, String submission, Path json) {
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
    public static void check(Configuration configuration) {
        RunPlan.settings(configuration, Networks.zoo(), null);
    }

    /** Starts a Spark application for the run, and ends it. */
    public Summary run(SparkConf conf) throws IOException {
        SparkProperties.complete(conf);
        return run(conf, RunSession.own(conf));
    }

    /** Runs in an application that is there already, and stays. */
    Summary runOn(JavaSparkContext spark) throws IOException {
        SparkConf conf = spark.getConf();
        SparkProperties.requireComplete(conf);
        MasterJobs.requireOwnApplication(configuration);
        return run(conf, RunSession.of(spark));
    }

    private Summary run(SparkConf conf, RunSession sessions) throws IOException {
        long start = System.nanoTime();
        HadoopStorage storage = SparkJobs.storage(conf);
        try (RunSession session = sessions) {
            readTable(session, conf, storage);
            return run(conf, session, storage, start);
        }
    }

    /** An application before the run has begun: only where nothing is known of the data without one. */
    private void readTable(RunSession session, SparkConf conf, HadoopStorage storage) throws IOException {
        if (ownData == null && Tables.isUnread(configuration, storage)) {
            RunPlan.settings(configuration, network, conf);
            progress.line(
                    "reading " + configuration.get(DataSettings.DATA) + " on " + conf.get("spark.master") + " ...");
            new Tables(configuration, storage).read(session.sql());
        }
    }

    private Summary run(SparkConf conf, RunSession session, HadoopStorage storage, long start) throws IOException {
        RunPlan plan = RunPlan.of(configuration, network, ownData, conf, storage, resume);
        Task task = plan.network().task();
        progress.showTask(task);
        try (RunFolder folder =
                RunFolder.open(storage, configuration.get(FolderSettings.RUN_DIR), resume, submission)) {
            plan.initial().keepIn(folder, plan.network());
            folder.putConfig(configuration);
            introduce(folder, plan.data(), storage, conf);
            try (var tracking = RunTracking.of(configuration, folder, conf, progress::line)) {
                var watch = new RunWatch(configuration, folder, tracking, plan.initial(), progress, listener);
                Summary summary = run(plan, folder, watch, session, conf, storage, start);
                tracking.finished();
                return summary;
            }
        }
    }

    private Summary run(
            RunPlan plan,
            RunFolder folder,
            RunWatch watch,
            RunSession session,
            SparkConf conf,
            HadoopStorage storage,
            long start)
            throws IOException {
        Task task = plan.network().task();
        plan.notes().forEach(note -> watch.take(new RunEvent.Warned(note)));
        Trained trained = trained(plan, folder, watch, session, conf, storage);
        watch.requireLogged();
        folder.putJson("environment.json", trained.environment());
        double seconds = (System.nanoTime() - start) / 1e9;
        Summary summary =
                Summaries.of(configuration, task, folder, trained.results(), watch, trained.restarts(), seconds);
        plot(folder, task);
        if (task.isGame()) {
            drawSamples(folder, storage, plan.data());
        }
        folder.putJson("summary.json", summary); // last: a folder with a summary is a whole one
        if (json != null) {
            Files.writeString(json, Json.pretty(summary));
        }
        conclude(folder, summary, task, watch.started(), conf);
        return summary;
    }

    /** @param restarts how often ranks were started anew */
    private record Trained(List<RankResult> results, int restarts, Environment environment) {}

    /** Trains in a session, which is closed then if it is the run's own. */
    private Trained trained(
            RunPlan plan, RunFolder folder, RunWatch watch, RunSession sessions, SparkConf conf, HadoopStorage storage)
            throws IOException {
        try (RunSession session = sessions) {
            JavaSparkContext spark = session.spark();
            String version = spark.version();
            List<RankResult> results;
            int restarts = 0;
            if (StrategySettings.isMaster(configuration)) {
                results = byMaster(spark, plan, folder, watch, storage);
            } else {
                RecoveringJob job = job(spark, plan, folder, watch);
                results = job.run(resume);
                restarts = job.restarts();
            }
            List<RankEnvironment> ranks =
                    results.stream().map(RankResult::environment).toList();
            return new Trained(results, restarts, Environment.of(version, conf.get("spark.master"), ranks));
        } catch (JobFailedException e) {
            progress.line("");
            throw new JobFailedException(e.getMessage() + advice(folder, watch, conf), e);
        } catch (RuntimeException e) { // too few slots, no Spark
            takeBack(folder, watch);
            throw e;
        }
    }

    private List<RankResult> byMaster(
            JavaSparkContext spark, RunPlan plan, RunFolder folder, RunWatch watch, HadoopStorage storage)
            throws IOException {
        return MasterJobs.run(
                spark,
                plan.builder(),
                configuration,
                options(folder, resume, plan),
                replicas(plan),
                storage,
                watch::take);
    }

    private RecoveringJob job(JavaSparkContext spark, RunPlan plan, RunFolder folder, RunWatch watch) {
        HostNeeds needs = HostNeeds.of(configuration); // in which init-from is the copy by now
        ReplicaFactory replicas = replicas(plan);
        return new RecoveringJob(
                spark,
                title(),
                plan.settings().ranks(),
                goesOn -> options(folder, goesOn, plan),
                run -> new TrainProgram(run, replicas, needs),
                watch::take);
    }

    private static ReplicaFactory replicas(RunPlan plan) {
        return Networks.replicas(plan.builder(), plan.settings().runtime());
    }

    /** What a person can do after a failure. Only what can be done by the letter. */
    private String advice(RunFolder folder, RunWatch watch, SparkConf conf) {
        if (watch.started() == null && !resume) {
            takeBack(folder, watch);
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
    private void takeBack(RunFolder folder, RunWatch watch) {
        if (watch.started() != null || resume) {
            return;
        }
        try {
            folder.takeBack();
        } catch (IOException e) {
            progress.line(
                    "warning: " + shortened(folder.path()) + " stays, although nothing was trained: " + e.getMessage());
        }
    }

    /** @param goesOn from the last checkpoint, if there is one */
    private RunOptions options(RunFolder folder, boolean goesOn, RunPlan plan) {
        String owner = UUID.randomUUID().toString();
        folder.claimCheckpoints(owner);
        return TrainingOptions.of(
                configuration,
                SparkJobs.data(configuration, SparkJobs.travelling(configuration, ownData, plan.data())),
                folder.checkpoints(),
                goesOn,
                owner,
                plan.network().task());
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

    private void plot(RunFolder folder, Task task) throws IOException {
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
    private static boolean hasBetterTest(Summary summary, Task task) {
        return summary.bestTest() != null
                && summary.bestTest().metric(task.main()) != summary.test().metric(task.main());
    }

    private void conclude(RunFolder folder, Summary summary, Task task, RunEvent.Started started, SparkConf conf) {
        boolean stopped = summary.steps() < started.lastStep();
        progress.line(Progress.format(
                "%s after %s: %s, %,.0f examples/s",
                stopped ? "stopped" : "done",
                Progress.clock(summary.wallSeconds()),
                task.isGame()
                        ? Progress.measured(summary.measures()) + "; samples in plots/samples.png"
                        : TestText.of(task, summary.test()),
                summary.examplesPerSecond()));
        if (summary.unreadExamples() != null && summary.unreadExamples() > 0) {
            progress.line(Progress.format(
                    "%,d times an example could not be read and was left out, see the warnings above",
                    summary.unreadExamples()));
        }
        boolean kept = !configuration.get(FolderSettings.CHECKPOINT_BEST).equals("off")
                && !StrategySettings.isMaster(configuration);
        if (kept && hasBetterTest(summary, task)) {
            progress.line(Progress.format(
                    "best: %s after step %,d, kept (evaluate --checkpoint best)",
                    TestText.of(task, summary.bestTest()), summary.bestStep()));
        }
        String equal = summary.worldSize() == 1 ? " replica" : " replicas, bit for bit equal";
        progress.line((StrategySettings.isMaster(configuration) ? "the driver's network" : summary.worldSize() + equal)
                + ": sha256 " + summary.parametersSha256().get(0).substring(0, 16) + "...");
        progress.line("see " + shortened(folder.path()) + ": summary.json, metrics.jsonl, plots/, checkpoints/");
        long stopAfter = configuration.get(DistributionSettings.STOP_AFTER);
        if (stopped && stopAfter > 0 && summary.steps() >= stopAfter) { // and not early, by itself
            progress.line("go on with: "
                    + network.resumeCall(
                            shortened(folder.path()),
                            master(conf),
                            Map.of(DistributionSettings.STOP_AFTER.name(), "0")));
        }
    }
}
