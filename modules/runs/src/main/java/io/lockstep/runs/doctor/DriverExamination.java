package io.lockstep.runs.doctor;

import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.Split;
import io.lockstep.runs.RunPlan;
import io.lockstep.runs.folder.Progress;
import io.lockstep.runs.folder.RunFolderProbe;
import io.lockstep.runs.hosts.Finding;
import io.lockstep.runs.hosts.HostNames;
import io.lockstep.runs.networks.DataChecks;
import io.lockstep.runs.networks.MemoryBudget;
import io.lockstep.runs.networks.Networks;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.DataSettings;
import io.lockstep.runs.settings.DistributionSettings;
import io.lockstep.runs.settings.FolderSettings;
import io.lockstep.runs.settings.RunSettings;
import io.lockstep.runs.settings.SettingsJudgement;
import io.lockstep.runs.settings.UsageException;
import io.lockstep.runs.spark.LocalCluster;
import io.lockstep.runs.spark.SparkJobs;
import io.lockstep.runs.spark.SparkProperties;
import io.lockstep.runs.tables.Tables;
import io.lockstep.spark.HadoopStorage;
import io.lockstep.spark.NamelessUser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;

/**
 * What is known of a run without executors: settings, Spark's properties, data, memory, the run's folder. Whether the run would
 * begin at all is judged as the run itself judges it, by {@link RunPlan}; the rest is to say which part is at fault, and what
 * only shows later.
 */
public final class DriverExamination {
    private static final long MIB = MemoryBudget.MIB;

    private final Configuration configuration;
    private final SparkConf conf;
    private final List<Finding> findings = new ArrayList<>();
    /** By setting. */
    private final Map<String, String> notes = new LinkedHashMap<>();

    public DriverExamination(Configuration configuration, SparkConf conf) {
        this.configuration = configuration;
        this.conf = conf;
    }

    /** What spark-submit would read from SPARK_CONF_DIR or SPARK_HOME. */
    public static SparkConf sparkDefaults() throws IOException {
        SparkConf conf = new SparkConf(false);
        String home = System.getenv("SPARK_HOME");
        String folder = System.getenv().getOrDefault("SPARK_CONF_DIR", home == null ? "" : home + "/conf");
        Path defaults = Path.of(folder, "spark-defaults.conf");
        if (!folder.isEmpty() && Files.isReadable(defaults)) {
            Properties properties = new Properties();
            try (InputStream in = Files.newInputStream(defaults)) {
                properties.load(in);
            }
            properties.forEach(
                    (key, value) -> conf.set(key.toString(), value.toString().trim()));
        }
        return conf;
    }

    public List<Finding> findings() throws IOException {
        HadoopStorage storage = SparkJobs.storage(conf);
        Optional<String> refusal = refusal(storage);
        settings();
        sparkProperties();
        user();
        hostNames();
        temporaryFolder();
        encryption();
        DataSource source = data(storage, refusal.isPresent());
        long needed = source == null ? 0 : new MemoryExamination(configuration, conf, findings, notes).examine(source);
        SettingsJudgement.told(notes).forEach(note -> findings.add(Finding.ok("settings", note)));
        runFolder(storage, needed);
        refusal.filter(this::isNews)
                .ifPresent(why -> findings.add(Finding.fail("run", "would be refused", why, "change what it names")));
        return findings;
    }

    /** Why the same call of train would not start; empty where it would. */
    private Optional<String> refusal(HadoopStorage storage) {
        Configuration asked = configuration.copy(); // a plan puts into it what it finds out
        SparkConf run = conf.clone();
        if (ofMaster() == null) {
            LocalCluster.properties(asked).forEach(run::set);
        }
        try {
            if (Tables.isUnread(asked, storage)) {
                RunPlan.settings(asked, Networks.zoo(), run);
                return Optional.empty();
            }
            RunPlan.of(asked, Networks.zoo(), run, storage, false);
            return Optional.empty();
        } catch (IOException | RuntimeException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private boolean isNews(String refusal) {
        return findings.stream()
                .noneMatch(finding -> finding.level() == Finding.Level.FAIL && refusal.equals(finding.why()));
    }

    private void settings() {
        try {
            notes.putAll(RunPlan.settings(configuration, Networks.zoo(), ofMaster()));
            findings.add(Finding.ok(
                    "settings",
                    configuration.get(DataSettings.MODEL) + " on " + configuration.get(DataSettings.DATA) + ", "
                            + configuration.get(DistributionSettings.STRATEGY) + ", "
                            + configuration.get(DistributionSettings.WORKERS)
                            + " workers"));
        } catch (UsageException e) {
            findings.add(Finding.fail("settings", "do not go together", e.getMessage(), "change them as it says"));
        }
    }

    /** Null on a machine that is looked at for no certain master. */
    private SparkConf ofMaster() {
        return conf.contains("spark.master") ? conf : null;
    }

    private void sparkProperties() {
        try {
            SparkProperties.complete(conf.clone());
            if (conf.contains("spark.master")) {
                SparkJobs.check(RunSettings.of(configuration), conf);
            }
            findings.add(Finding.ok("Spark's properties", "neither dynamic allocation nor speculation"));
        } catch (RuntimeException e) {
            findings.add(Finding.fail(
                    "Spark's properties", "do not go with a barrier stage", e.getMessage(), "change them as it says"));
        }
    }

    /** A user id without a name: executors on other machines run as whoever starts them there. */
    private void user() {
        if (!NamelessUser.isHere()) {
            findings.add(Finding.ok("user", System.getProperty("user.name")));
        } else if (LocalCluster.isMasterOf(conf)) {
            findings.add(Finding.ok(
                    "user", System.getProperty("user.name") + ", an id without a name in /etc/passwd; goes by that"));
        } else {
            findings.add(Finding.warn(
                    "user",
                    System.getProperty("user.name") + ", an id without a name in /etc/passwd",
                    "Hadoop's login fails for such an id; the driver goes by the number, but executors that run as one"
                            + " do not start",
                    "give the id an entry in /etc/passwd on the executors' hosts, or preload nss_wrapper there"));
        }
    }

    private void hostNames() {
        String master = conf.get("spark.master", null);
        HostNames.fault(master, conf.get("spark.driver.host", null), System.getenv())
                .ifPresentOrElse(
                        fault -> findings.add(Finding.fail(
                                "host names", "cannot be used", fault, "as it says; else no driver starts here")),
                        () -> findings.add(Finding.ok("host names", "can be used")));
    }

    /** Where the executors of a cluster of this machine work, natives are unpacked, and Spark spills. */
    private void temporaryFolder() {
        List<String> folders = Stream.of(
                        System.getProperty("java.io.tmpdir"),
                        System.getenv("TMPDIR"),
                        System.getenv("SPARK_LOCAL_DIRS"),
                        System.getenv("SPARK_WORKER_DIR"))
                .filter(folder -> folder != null && !folder.isEmpty())
                .flatMap(folder -> Stream.of(folder.split(",")))
                .distinct()
                .toList();
        for (String folder : folders) {
            if (canBeWritten(Path.of(folder))) {
                findings.add(Finding.ok("temporary folder", folder + " can be written"));
            } else {
                findings.add(Finding.fail(
                        "temporary folder",
                        folder + " cannot be written",
                        "executors work there, and natives are unpacked there",
                        "make it, or name another by TMPDIR, SPARK_LOCAL_DIRS, SPARK_WORKER_DIR or"
                                + " LOCKSTEP_JAVA_OPTIONS=-Djava.io.tmpdir=..."));
            }
        }
    }

    /** A folder that is not there is made. */
    private static boolean canBeWritten(Path folder) {
        Path there = folder.toAbsolutePath();
        while (!Files.exists(there) && there.getParent() != null) {
            there = there.getParent();
        }
        return Files.isDirectory(there) && Files.isWritable(there);
    }

    private void encryption() {
        boolean remote = !LocalCluster.isMasterOf(conf);
        if (remote && !conf.getBoolean("spark.network.crypto.enabled", false)) {
            findings.add(
                    Finding.warn(
                            "encryption",
                            "spark.network.crypto.enabled is false",
                            "gradients between hosts are encrypted, but Spark sends their key to the executors in clear",
                            "set spark.authenticate=true and spark.network.crypto.enabled=true where the network is not trusted"));
        }
    }

    /**
     * Null where it is not there.
     *
     * @param verify read all of it; a plan that came about has done so
     */
    private DataSource data(HadoopStorage storage, boolean verify) throws IOException {
        try {
            if (Tables.isUnread(configuration, storage)) {
                findings.add(
                        Finding.ok("data", configuration.get(DataSettings.DATA) + ", which is read when a run begins"));
                return null;
            }
            SparkJobs.resolveData(configuration, storage);
            DataSource source = SparkJobs.openData(configuration, storage);
            DataChecks.requireTrainable(source, configuration);
            if (verify) {
                source.verify();
            }
            findings.add(Finding.ok(
                    "data",
                    Progress.format(
                            "%s: %,d training and %,d test examples",
                            configuration.get(DataSettings.DATA),
                            source.examples(Split.TRAIN),
                            source.examples(Split.TEST))));
            return source;
        } catch (IOException | RuntimeException e) {
            findings.add(Finding.fail(
                    "data",
                    configuration.get(DataSettings.DATA),
                    e.getMessage(),
                    "fetch it (bin/lockstep data fetch NAME), or give the path as executors see it"));
            return null;
        }
    }

    private void runFolder(HadoopStorage storage, long checkpointBytes) {
        String folder = RunFolderProbe.folder(configuration);
        try {
            String name = "driver-" + ProcessHandle.current().pid();
            try (var probe = new RunFolderProbe(storage, storage.qualify(folder), name)) {
                probe.write();
            }
            freeSpace(folder, checkpointBytes);
        } catch (IOException | RuntimeException e) {
            findings.add(Finding.fail(
                    "run folder",
                    folder + " cannot be written",
                    RunFolderProbe.reason(e),
                    "give another --run-dir, or the right to write there to the user that executors run as"));
        }
    }

    private void freeSpace(String folder, long checkpointBytes) throws IOException {
        Path path = Path.of(folder.startsWith("file:") ? folder.replaceFirst("^file:/*", "/") : folder)
                .toAbsolutePath();
        Path parent = path;
        while (parent != null && !Files.exists(parent)) {
            parent = parent.getParent();
        }
        boolean local = !folder.contains(":") || folder.startsWith("file:");
        if (!local || parent == null) {
            findings.add(Finding.ok("run folder", folder + " can be written"));
            return;
        }
        long needed = checkpointBytes * (configuration.get(FolderSettings.CHECKPOINT_KEEP) + 1);
        findings.add(room(folder, Files.getFileStore(parent).getUsableSpace(), needed));
    }

    /** @param neededBytes of the checkpoints that are there at once */
    static Finding room(String folder, long freeBytes, long neededBytes) {
        String measured = Progress.format("%s: %,d MB free", folder, freeBytes / MIB);
        return freeBytes < neededBytes + MIB
                ? Finding.fail(
                        "run folder",
                        measured,
                        Progress.format("its checkpoints take %,d MB", (neededBytes + MIB - 1) / MIB),
                        "make room, lower checkpoint-keep, or give another --run-dir")
                : Finding.ok("run folder", measured);
    }
}
