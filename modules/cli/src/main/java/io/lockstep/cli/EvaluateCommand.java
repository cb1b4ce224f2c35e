package io.lockstep.cli;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonIgnore;
import io.lockstep.datasets.DatasetNotFoundException;
import io.lockstep.datasets.Split;
import io.lockstep.runs.EvaluateProgram;
import io.lockstep.runs.folder.EvaluationLine;
import io.lockstep.runs.folder.Json;
import io.lockstep.runs.folder.Progress;
import io.lockstep.runs.folder.RunFolder;
import io.lockstep.runs.folder.TestText;
import io.lockstep.runs.networks.DataChecks;
import io.lockstep.runs.networks.Networks;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.DataSettings;
import io.lockstep.runs.settings.DistributionSettings;
import io.lockstep.runs.settings.FolderSettings;
import io.lockstep.runs.settings.RunSettings;
import io.lockstep.runs.settings.Setting;
import io.lockstep.runs.settings.UsageException;
import io.lockstep.runs.spark.SparkJobs;
import io.lockstep.runs.spark.SparkProperties;
import io.lockstep.runs.trained.SampleQuality;
import io.lockstep.runs.trained.TrainedRun;
import io.lockstep.spark.BarrierJob;
import io.lockstep.spark.HadoopStorage;
import io.lockstep.training.Evaluation;
import io.lockstep.training.Task;
import io.lockstep.training.run.RankEvaluation;
import io.lockstep.training.run.RunOptions.DataOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "evaluate",
        description = {
            "Tests a run's checkpoint, spread over the ranks. Of a GAN, measures its samples, in this process.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  bin/lockstep evaluate runs/mine",
            "  bin/lockstep evaluate runs/mine --data /data/cifar-10-batches-bin --workers 4",
            "  bin/lockstep evaluate runs/dcgan --classifier runs/lenet5"
        },
        sortOptions = false)
final class EvaluateCommand implements Callable<Integer> {
    private final Commands.StartedBy startedBy;

    @Parameters(paramLabel = "RUN_DIR", description = "The folder of a run.")
    private String runDir;

    @Option(
            names = "--data",
            paramLabel = "NAME|PATH|URI",
            description = "Other data than the run's; its test set is used.")
    private String data;

    @Mixin
    private CheckpointOption checkpoint;

    @Option(names = "--workers", paramLabel = "N", description = "Ranks. Default: the run's.")
    private String workers;

    @Option(
            names = "--classifier",
            paramLabel = "RUN_DIR",
            description = "Of a GAN: a classifier's run, to see its samples with.")
    private String classifier;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Any setting; repeatable.")
    private List<String> assignments = new ArrayList<>();

    @Mixin
    private ClusterOptions cluster;

    @Option(names = "--dry-run", description = "Print the spark-submit command and stop.")
    private boolean dryRun;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the result here too.")
    private Path json;

    EvaluateCommand(Commands.StartedBy startedBy) {
        this.startedBy = startedBy;
    }

    @Override
    public Integer call() throws Exception {
        SparkConf conf = new SparkConf();
        Configuration configuration = RunFolder.configuration(runDir);
        for (var property : conf.getAllWithPrefix(Setting.PREFIX)) {
            configuration.put(property._1, property._2);
        }
        if (data != null) {
            configuration.put(DataSettings.DATA.name(), data);
        }
        if (workers != null) {
            configuration.put(DistributionSettings.WORKERS.name(), workers);
        }
        checkpoint.putInto(configuration);
        assignments.forEach(configuration::put);
        TrainedRun run = TrainedRun.open(runDir, configuration, SparkJobs.storage(conf));
        DataChecks.requireExamples(
                run.source(), configuration, Split.TEST, "test", "there is nothing to test the network on");
        TrainedRun trained = trainedOn(run);
        if (configuration.isChanged(FolderSettings.CHECKPOINT)) {
            run.checkpoint(); // told now, if it is not there
        }
        if (run.isGame()) {
            var quality =
                    new SampleQuality(run).measure(classifier == null ? null : TrainedRun.open(classifier), System.out);
            if (json != null) {
                Files.writeString(json, Json.pretty(quality));
            }
            return ExitStatus.DONE;
        }
        if (classifier != null) {
            throw new UsageException(
                    "--classifier is for a GAN's run, this is one of " + configuration.get(DataSettings.MODEL));
        }
        return startedBy == Commands.StartedBy.LAUNCHER ? submit(configuration) : run(run, trained, conf);
    }

    /**
     * The run with the data that it was trained on: its scale is the network's, whatever data is tested. Null where that is
     * there no longer.
     *
     * @throws UsageException if the call names data of another kind
     */
    private TrainedRun trainedOn(TrainedRun asked) throws IOException {
        Configuration own = RunFolder.configuration(runDir);
        own.put(DataSettings.DATA_HOME.name(), asked.configuration().get(DataSettings.DATA_HOME));
        SparkJobs.resolveData(own, asked.storage());
        if (own.get(DataSettings.DATA).equals(asked.configuration().get(DataSettings.DATA))) {
            // of which the run had as many examples as its own settings say
            return new TrainedRun(own, asked.storage(), runDir, asked.source());
        }
        try {
            TrainedRun trained = TrainedRun.open(runDir, own, asked.storage());
            trained.requireSameKind(asked.source(), asked.configuration().get(DataSettings.DATA));
            return trained;
        } catch (DatasetNotFoundException e) {
            return null;
        }
    }

    private int submit(Configuration configuration) throws IOException {
        List<String> command = new ArrayList<>(List.of("evaluate", runDir));
        if (json != null) {
            command.addAll(List.of("--json", json.toAbsolutePath().toString()));
        }
        var submission = new Submission(
                Distribution.current(),
                cluster,
                "lockstep evaluate " + runDir,
                configuration,
                configuration.given(),
                command);
        if (dryRun) {
            System.out.println(submission.commandLine());
        } else {
            submission.submit();
        }
        return ExitStatus.DONE;
    }

    private static DataOptions data(TrainedRun run) {
        return SparkJobs.data(run.configuration(), SparkJobs.travelling(run.configuration(), null, run.source()));
    }

    /** @param checkpointStep updates that the checkpoint had done */
    record Result(
            String model,
            String data,
            long checkpointStep,
            long examples,
            @JsonIgnore Evaluation test) {
        @JsonAnyGetter
        Map<String, Double> tests() {
            return EvaluationLine.tested(test);
        }
    }

    private int run(TrainedRun asked, TrainedRun trained, SparkConf conf) throws Exception {
        Configuration configuration = asked.configuration();
        HadoopStorage storage = asked.storage();
        SparkProperties.complete(conf);
        RunSettings settings = RunSettings.of(configuration);
        SparkJobs.check(settings, conf);
        asked.source().verify();
        if (trained == null) {
            DataChecks.requireExamples(
                    asked.source(), configuration, Split.TRAIN, "training", "the test set is scaled by them");
            System.err.println(
                    "lockstep: the data that the run was trained on is not there; the test set is scaled by the"
                            + " training set of " + configuration.get(DataSettings.DATA));
        }
        Task task = asked.network().task();
        var ranks = new RankEvaluation(
                data(trained == null ? asked : trained),
                data(asked),
                storage.qualify(runDir) + "/checkpoints",
                configuration.get(FolderSettings.CHECKPOINT),
                FolderSettings.best(configuration, task),
                configuration.get(DistributionSettings.GLOBAL_BATCH),
                configuration.get(DistributionSettings.SEED),
                Networks.replicas(Networks.zoo().under(configuration), settings.runtime()));
        var program = new EvaluateProgram(ranks, settings.runtime().onGpus());
        List<RankEvaluation.Result> results;
        try (JavaSparkContext spark = new JavaSparkContext(conf)) {
            results = BarrierJob.run(
                    spark,
                    settings.ranks().options(settings.ranks().awaitSlots(spark)),
                    settings.ranks().groups(),
                    program,
                    new Progress(System.out, Progress.isTerminal())::show);
        }
        Evaluation evaluation = results.get(0).evaluation();
        var result = new Result(
                configuration.get(DataSettings.MODEL),
                configuration.get(DataSettings.DATA),
                results.get(0).checkpointStep(),
                evaluation.examples(),
                evaluation);
        System.out.println(Progress.format(
                "%s after %,d steps on %s: %s (%,d examples, %d workers)",
                result.model(),
                result.checkpointStep(),
                result.data(),
                TestText.of(task, evaluation),
                result.examples(),
                results.size()));
        if (json != null) {
            Files.writeString(json, Json.pretty(result));
        }
        return ExitStatus.DONE;
    }
}
