package io.lockstep.cli;

import io.lockstep.datasets.storage.Storage;
import io.lockstep.runs.build.SparkVersion;
import io.lockstep.runs.folder.ShellWords;
import io.lockstep.runs.hosts.HostNames;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.ExecutorSettings;
import io.lockstep.runs.settings.RuntimeSettings;
import io.lockstep.runs.settings.UsageException;
import io.lockstep.runs.spark.LocalCluster;
import io.lockstep.runs.spark.SharedClasses;
import io.lockstep.runs.spark.TemporarySparkHome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.SparkConf;
import org.apache.spark.deploy.SparkSubmit;

/** The spark-submit call of a job. */
final class Submission {
    /** Where the image of deploy/docker has what only the driver needs. */
    private static final String IMAGE_FOLDER = "/opt/lockstep-driver/";

    private static final String MASTER = "spark.master";

    private final List<String> arguments = new ArrayList<>();
    private final ClusterOptions cluster;

    /**
     * @param cluster where it goes
     * @param settings Spark properties of Lockstep's that the driver does not know by itself
     * @param command what Lockstep's main class gets: {@code train --resume}
     */
    Submission(
            Distribution distribution,
            ClusterOptions cluster,
            String name,
            Configuration configuration,
            Map<String, String> settings,
            List<String> command) {
        List<Path> folders =
                distribution.executorFolders(RuntimeSettings.of(configuration).onGpus());
        this.cluster = cluster;
        add("--class", Main.class.getName());
        if (cluster.master() == null) {
            Map<String, String> local = LocalCluster.properties(configuration);
            add("--master", local.get(MASTER));
            local.forEach((key, value) -> {
                if (!key.equals(MASTER)) {
                    conf(key, value);
                }
            });
            conf("spark.ui.enabled", "false");
            // by its address: 127.0.0.1 may have any name in /etc/hosts, also one that Spark refuses
            String address = System.getenv("SPARK_LOCAL_IP");
            if (address != null && address.matches("[0-9.]+") && System.getenv("SPARK_LOCAL_HOSTNAME") == null) {
                conf("spark.driver.host", address);
            }
        } else {
            add("--master", cluster.master());
            int cores = configuration.get(ExecutorSettings.WORKER_CORES);
            if (cores > 0) {
                conf("spark.task.cpus", Integer.toString(cores));
            }
        }
        add("--name", name);
        if (cluster.isLocal()) {
            // the executors of a local cluster are on this disk: nothing to copy
            conf(
                    "spark.executor.extraClassPath",
                    SharedClasses.folders(folders).stream()
                            .map(folder -> folder + "/*")
                            .collect(Collectors.joining(":")));
        } else if (!cluster.isDriverInImage()) {
            List<Path> jars = jars(folders, "");
            if (cluster.isDriverElsewhere()) { // it reads the command line there
                jars.addAll(jars(List.of(distribution.driverFolder()), "picocli-"));
            }
            add("--jars", jars.stream().map(Path::toString).collect(Collectors.joining(",")));
        }
        arguments.addAll(cluster.arguments());
        for (Map.Entry<String, String> setting : settings.entrySet()) {
            conf(setting.getKey(), setting.getValue());
        }
        Path jar = distribution.applicationJar();
        arguments.add(cluster.isDriverInImage() ? "local://" + IMAGE_FOLDER + jar.getFileName() : jar.toString());
        arguments.addAll(command);
    }

    private static List<Path> jars(List<Path> folders, String prefix) {
        List<Path> jars = new ArrayList<>();
        for (Path folder : folders) {
            try (var files = Files.list(folder)) {
                files.filter(file -> !Storage.isHidden(file.getFileName().toString()))
                        .filter(file -> file.getFileName().toString().startsWith(prefix))
                        .filter(file -> file.toString().endsWith(".jar"))
                        .sorted()
                        .forEach(jars::add);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return jars;
    }

    private void add(String option, String value) {
        arguments.add(option);
        arguments.add(value);
    }

    private void conf(String key, String value) {
        add("--conf", key + "=" + value);
    }

    List<String> arguments() {
        return List.copyOf(arguments);
    }

    /** Hands the job to spark-submit, in this process, where the driver runs unless the cluster does. */
    void submit() throws IOException {
        if (cluster.isDriverElsewhere()) {
            SparkVersion.requireOfMaster(conf()); // which would not start the driver
        } else {
            HostNames.fault(cluster.master(), cluster.driverHost(), System.getenv())
                    .ifPresent(fault -> {
                        throw new UsageException(fault);
                    });
        }
        TemporarySparkHome.make(); // where SPARK_HOME names one, whatever the cluster: its jars are sent from there
        SparkSubmit.main(arguments.toArray(String[]::new));
    }

    /** What the driver's configuration will have of it. */
    SparkConf conf() {
        SparkConf conf = new SparkConf(false);
        for (int i = 0; i + 1 < arguments.size(); i++) {
            String value = arguments.get(i + 1);
            if (arguments.get(i).equals("--master")) {
                conf.set(MASTER, value);
            } else if (arguments.get(i).equals("--conf")) {
                conf.set(value.substring(0, value.indexOf('=')), value.substring(value.indexOf('=') + 1));
            }
        }
        return conf;
    }

    /** For a shell; an argument a line where it starts an option. */
    String commandLine() {
        StringBuilder line = new StringBuilder("spark-submit");
        for (String argument : arguments) {
            line.append(argument.startsWith("--") ? " \\\n  " : " ").append(ShellWords.quoted(argument));
        }
        return line.toString();
    }
}
