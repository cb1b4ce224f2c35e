package io.lockstep.cli;

import io.lockstep.runs.doctor.DriverExamination;
import io.lockstep.runs.doctor.ExecutorExamination;
import io.lockstep.runs.folder.Json;
import io.lockstep.runs.folder.Progress;
import io.lockstep.runs.hosts.Finding;
import io.lockstep.runs.hosts.Finding.Level;
import io.lockstep.runs.hosts.HostExamination;
import io.lockstep.runs.hosts.HostFacts;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.DataSettings;
import io.lockstep.runs.settings.DistributionSettings;
import io.lockstep.runs.settings.FolderSettings;
import io.lockstep.runs.settings.HostNeeds;
import io.lockstep.runs.settings.Setting;
import io.lockstep.runs.spark.SparkProperties;
import io.lockstep.spark.JobFailedException;
import io.lockstep.spark.TooFewSlotsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "doctor",
        description = {
            "Says before a run what would go wrong in it: on this machine, and with --master on the executors that the"
                    + " run would have. Exits with 1 if something would stop the run.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  bin/lockstep doctor",
            "  bin/lockstep doctor --recipe resnet20-cifar10 --master spark://host:7077 --workers 8"
        },
        sortOptions = false)
final class DoctorCommand implements Callable<Integer> {
    private final Commands.StartedBy startedBy;

    @Option(names = "--recipe", paramLabel = "FILE", description = "Settings of the run, from a file.")
    private String recipe;

    @Option(names = "--model", paramLabel = "NAME", description = "The run's network.")
    private String model;

    @Option(names = "--data", paramLabel = "NAME|PATH|URI", description = "The run's data.")
    private String data;

    @Option(names = "--workers", paramLabel = "N", description = "The run's ranks.")
    private String workers;

    @Option(names = "--run-dir", paramLabel = "DIR", description = "Where the run would write.")
    private String runDir;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Any setting; repeatable.")
    private List<String> assignments = new ArrayList<>();

    @Mixin
    private ClusterOptions cluster;

    @Mixin
    private SettingOrigins origins;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the findings here too.")
    private Path json;

    private final List<Finding> findings = new ArrayList<>();

    DoctorCommand(Commands.StartedBy startedBy) {
        this.startedBy = startedBy;
    }

    private record Report(boolean runnable, List<Finding> findings) {}

    @Override
    public Integer call() throws Exception {
        return startedBy == Commands.StartedBy.LAUNCHER && cluster.master() != null ? submit() : examine();
    }

    private Configuration configuration(SparkConf conf) {
        Configuration configuration = new Configuration();
        if (startedBy == Commands.StartedBy.LAUNCHER) {
            RecipeFiles.putDefaults(configuration);
        }
        if (recipe != null) {
            RecipeFiles.putRecipe(configuration, recipe);
        }
        origins.putFrom(conf, configuration);
        put(configuration, DataSettings.MODEL, model);
        put(configuration, DataSettings.DATA, data);
        put(configuration, DistributionSettings.WORKERS, workers);
        put(configuration, FolderSettings.RUN_DIR, runDir);
        assignments.forEach(configuration::put);
        return configuration;
    }

    private static void put(Configuration configuration, Setting<?> setting, String text) {
        if (text != null) {
            configuration.put(setting.name(), text);
        }
    }

    private int submit() throws IOException {
        Configuration configuration = configuration(new SparkConf(false));
        List<String> command = new ArrayList<>(List.of("doctor"));
        if (json != null) {
            command.addAll(List.of("--json", json.toAbsolutePath().toString()));
        }
        SettingOrigins.addTo(command, configuration);
        var submission = new Submission(
                Distribution.current(), cluster, "lockstep doctor", configuration, configuration.given(), command);
        submission.submit();
        return ExitStatus.DONE;
    }

    private int examine() throws IOException {
        boolean onCluster = startedBy != Commands.StartedBy.LAUNCHER;
        SparkConf conf = onCluster ? new SparkConf() : DriverExamination.sparkDefaults();
        Configuration configuration = configuration(conf);
        System.out.println(onCluster ? "the driver's side:" : "this machine:");
        DriverExamination driver = new DriverExamination(configuration, conf);
        driver.findings().forEach(this::tell);
        int here = onCluster && !conf.get("spark.master").startsWith("local")
                ? 0
                : configuration.get(DistributionSettings.WORKERS);
        HostExamination.of(HostFacts.here(false), HostNeeds.of(configuration), here)
                .forEach(this::tell);
        if (onCluster && findings.stream().noneMatch(finding -> finding.level() == Level.FAIL)) {
            executors(configuration, conf);
        }
        return conclude();
    }

    private void executors(Configuration configuration, SparkConf conf) throws IOException {
        System.out.println("executors on " + conf.get("spark.master") + ":");
        SparkProperties.complete(conf);
        try (JavaSparkContext spark = new JavaSparkContext(conf)) {
            new ExecutorExamination(spark, configuration).findings().forEach(this::tell);
        } catch (TooFewSlotsException e) {
            tell(
                    Finding.fail(
                            "slots",
                            "too few",
                            e.getMessage(),
                            "see which executors the master has, and what spark.executor.cores and spark.task.cpus make of them"));
        } catch (JobFailedException e) {
            tell(
                    Finding.fail(
                            "ranks meet",
                            e.getMessage(),
                            "every rank must reach every other one's host on an ephemeral TCP port (UDP with transport = udp)",
                            "open the ports between executors, or name the interface (spark.driver.bindAddress, SPARK_LOCAL_IP)"));
        }
    }

    private void tell(Finding finding) {
        boolean sameHost = finding.where() == null
                || (!findings.isEmpty()
                        && finding.where()
                                .equals(findings.get(findings.size() - 1).where()));
        findings.add(finding);
        System.out.println((sameHost ? "" : "host " + finding.where() + ":\n") + finding.text());
    }

    private int conclude() throws IOException {
        long fails = findings.stream()
                .filter(finding -> finding.level() == Level.FAIL)
                .count();
        long warnings = findings.stream()
                .filter(finding -> finding.level() == Level.WARN)
                .count();
        System.out.println(Progress.format(
                "%s; %d warning%s",
                fails == 0 ? "nothing would stop the run" : fails + " would stop the run",
                warnings,
                warnings == 1 ? "" : "s"));
        if (json != null) {
            Files.writeString(json, Json.pretty(new Report(fails == 0, findings)));
        }
        return fails == 0 ? ExitStatus.DONE : ExitStatus.FAILED;
    }
}
