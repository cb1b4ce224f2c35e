package io.lockstep.cli;

import io.lockstep.runs.RunPlan;
import io.lockstep.runs.TrainJob;
import io.lockstep.runs.folder.RunFolder;
import io.lockstep.runs.networks.Networks;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.DataSettings;
import io.lockstep.runs.settings.DistributionSettings;
import io.lockstep.runs.settings.FolderSettings;
import io.lockstep.runs.settings.NetworkSource;
import io.lockstep.runs.settings.Setting;
import io.lockstep.runs.settings.SettingsJudgement;
import io.lockstep.runs.settings.StrategySettings;
import io.lockstep.runs.settings.UsageException;
import io.lockstep.runs.spark.SparkJobs;
import io.lockstep.runs.tables.Tables;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "train",
        description = {
            "Trains a network data-parallel on Spark executors.",
            "Without options: the quick start, ResNet-20 on generated pictures, on two executors of this machine.",
            ""
        },
        footer = {
            "",
            "Settings, by --set, in a recipe, in conf/lockstep-defaults.conf or as spark.lockstep.KEY:",
            "conf/lockstep-defaults.conf.template lists all, with meaning, unit and default.",
            "",
            "Examples:",
            "  bin/lockstep train --model lenet5 --data mnist --workers 2 --epochs 5",
            "  bin/lockstep train --recipe resnet20-cifar10 --data /data/cifar-10-batches-bin",
            "  bin/lockstep train --strategy parameter-averaging --set averaging-period=8",
            "  bin/lockstep train --run-dir runs/mine --resume",
            "  bin/lockstep train --master spark://host:7077 --workers 8 --set worker-cores=4 --dry-run"
        },
        sortOptions = false)
final class TrainCommand implements Callable<Integer> {
    private final Commands.StartedBy startedBy;

    @Option(names = "--recipe", paramLabel = "FILE", description = "Settings from a file, or a name in conf/recipes.")
    private String recipe;

    @Option(
            names = "--model",
            paramLabel = "NAME",
            description = "The network (bin/lockstep models). Default: resnet20.")
    private String model;

    @Option(
            names = "--data",
            paramLabel = "NAME|PATH|URI",
            completionCandidates = DataCommand.DataNames.class,
            description = "${COMPLETION-CANDIDATES}, or the path or URI of a folder or file in a format that"
                    + " `bin/lockstep data list` tells. Default: shapes.")
    private String data;

    @Option(
            names = "--strategy",
            paramLabel = "NAME",
            completionCandidates = StrategyWords.class,
            description = "What ranks exchange: ${COMPLETION-CANDIDATES}. Default: ddp.")
    private String strategy;

    static final class StrategyWords implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return StrategySettings.words().iterator();
        }
    }

    @Option(names = "--workers", paramLabel = "N", description = "Ranks, each in an executor of its own. Default: 2.")
    private String workers;

    @Option(names = "--global-batch", paramLabel = "B", description = "Examples per step over all ranks.")
    private String globalBatch;

    @Option(names = "--epochs", paramLabel = "E", description = "Passes over the training set.")
    private String epochs;

    @Option(names = "--steps", paramLabel = "S", description = "Optimizer steps, instead of epochs.")
    private String steps;

    @Option(names = "--seed", paramLabel = "S", description = "Of everything that is random. Default: 1.")
    private String seed;

    @Option(names = "--run-dir", paramLabel = "DIR", description = "The run's folder. Default: runs/MODEL-DATA-TIME.")
    private String runDir;

    @Option(names = "--resume", description = "Go on from the newest whole checkpoint of --run-dir.")
    private boolean resume;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Any setting; repeatable.")
    private List<String> assignments = new ArrayList<>();

    @Mixin
    private ClusterOptions cluster;

    @Option(names = "--dry-run", description = "Print the spark-submit command and the settings, and stop.")
    private boolean dryRun;

    @Option(
            names = "--submission",
            paramLabel = "NAME",
            description = "Names this call: a driver that is started again with the same name goes on with its run in"
                    + " --run-dir, under the settings that it began with. bin/lockstep makes one up; give one where a"
                    + " supervisor repeats the call, or where spark-submit is called without bin/lockstep.")
    private String submission;

    @Mixin
    private SettingOrigins origins;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the run's summary here too.")
    private Path json;

    TrainCommand(Commands.StartedBy startedBy) {
        this.startedBy = startedBy;
    }

    @Override
    public Integer call() throws Exception {
        return startedBy == Commands.StartedBy.LAUNCHER ? submit() : run();
    }

    private int submit() throws IOException {
        Configuration configuration = resume ? resumed(new SparkConf(false)) : new Configuration();
        if (!resume) {
            RecipeFiles.putDefaults(configuration);
        }
        if (recipe != null) {
            RecipeFiles.putRecipe(configuration, recipe);
        }
        cluster.putSettings(configuration);
        putOptions(configuration);
        List<String> command = new ArrayList<>(List.of("train"));
        if (resume) {
            command.addAll(List.of("--resume", "--run-dir", configuration.get(FolderSettings.RUN_DIR)));
        }
        requireFolderOfName(configuration.get(FolderSettings.RUN_DIR));
        if (configuration.get(FolderSettings.RUN_DIR).isEmpty()) {
            configuration.derive(
                    FolderSettings.RUN_DIR, RunFolder.named(configuration)); // a driver that is started again
        }
        String call = submission == null ? UUID.randomUUID().toString() : submission;
        command.addAll(List.of("--submission", call));
        if (json != null) {
            command.addAll(List.of("--json", json.toAbsolutePath().toString()));
        }
        SettingOrigins.addTo(command, configuration);
        String name =
                "lockstep " + configuration.get(DataSettings.MODEL) + " on " + configuration.get(DataSettings.DATA);
        var ready =
                new Submission(Distribution.current(), cluster, name, configuration, configuration.given(), command);
        if (dryRun) {
            examine(configuration, ready.conf());
            System.out.println(ready.commandLine());
            System.out.println();
            System.out.print(configuration.asText());
            return ExitStatus.DONE;
        }
        if (cluster.isDriverElsewhere()) { // whose log is elsewhere too
            RunPlan.settings(configuration.copy(), Networks.zoo(), ready.conf());
        }
        ready.submit();
        return ExitStatus.DONE;
    }

    /** Whatever the run would be refused for, or told; its folder and its data are looked at where the driver would see them. */
    private void examine(Configuration configuration, SparkConf conf) throws IOException {
        NetworkSource network = Networks.zoo();
        Configuration scratch = configuration.copy(); // what is printed is what was asked for
        boolean unread = !cluster.isDriverElsewhere() && Tables.isUnread(scratch, SparkJobs.storage(conf));
        if (unread) {
            System.err.println("lockstep: " + scratch.get(DataSettings.DATA)
                    + " is read when the run begins, which tells what is in it");
        }
        List<String> notes = unread || cluster.isDriverElsewhere()
                ? SettingsJudgement.told(RunPlan.settings(scratch, network, conf))
                : RunPlan.of(scratch, network, conf, SparkJobs.storage(conf), resume)
                        .notes();
        notes.forEach(note -> System.err.println("lockstep: " + note));
    }

    private int run() throws Exception {
        SparkConf conf = new SparkConf();
        cluster.requireNone();
        requireFolderOfName(runDir(conf));
        String call = submission(conf);
        if (!resume && RunFolder.isOf(call, runDir(conf))) {
            System.out.println("this driver was started again: going on with its run");
            return goOn(resumed(conf), call, conf); // which has all that the call says
        }
        Configuration configuration = resume ? resumed(conf) : new Configuration();
        if (recipe != null) {
            RecipeFiles.putRecipe(configuration, recipe);
        }
        origins.putFrom(conf, configuration);
        putOptions(configuration);
        new TrainJob(configuration, resume, call, json).run(conf);
        return ExitStatus.DONE;
    }

    private int goOn(Configuration configuration, String call, SparkConf conf) throws Exception {
        if (StrategySettings.isMaster(configuration)) {
            throw new UsageException("the driver was lost, and with it the run: DL4J's training masters cannot go on");
        }
        new TrainJob(configuration, true, call, json).run(conf);
        return ExitStatus.DONE;
    }

    /** A name alone finds no run: the run of a second call would be another one. */
    private void requireFolderOfName(String folder) {
        if (submission != null && folder.isEmpty()) {
            throw new UsageException(
                    "--submission needs --run-dir: a driver that is started again looks for its run there");
        }
    }

    /** What stays the same when the cluster starts this driver again; empty where nothing tells. */
    private String submission(SparkConf conf) {
        if (submission != null) {
            return submission;
        }
        // of an application, not of an attempt; before there is a context, only in a driver on YARN or Kubernetes
        return conf.get("spark.yarn.app.id", conf.get("spark.app.id", ""));
    }

    /** What the run was started with; options may change it. */
    private Configuration resumed(SparkConf conf) {
        String folder = runDir(conf);
        if (folder.isEmpty()) {
            throw new UsageException("--resume needs --run-dir: the folder of the run to go on with");
        }
        return RunFolder.configuration(folder);
    }

    private String runDir(SparkConf conf) {
        return runDir != null ? runDir : conf.get(FolderSettings.RUN_DIR.key(), "");
    }

    private void putOptions(Configuration configuration) {
        put(configuration, DataSettings.MODEL, model);
        put(configuration, DataSettings.DATA, data);
        put(configuration, DistributionSettings.STRATEGY, strategy);
        put(configuration, DistributionSettings.WORKERS, workers);
        put(configuration, DistributionSettings.GLOBAL_BATCH, globalBatch);
        put(configuration, DistributionSettings.EPOCHS, epochs);
        put(configuration, DistributionSettings.STEPS, steps);
        put(configuration, DistributionSettings.SEED, seed);
        put(configuration, FolderSettings.RUN_DIR, runDir);
        assignments.forEach(configuration::put);
    }

    private static void put(Configuration configuration, Setting<?> setting, String text) {
        if (text != null) {
            configuration.put(setting.name(), text);
        }
    }
}
