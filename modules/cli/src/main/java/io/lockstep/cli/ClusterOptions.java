package io.lockstep.cli;

import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.Setting;
import io.lockstep.runs.settings.UsageException;
import io.lockstep.runs.spark.SparkProperties;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import picocli.CommandLine.Option;

/** Where a job goes: what spark-submit takes by the same names. */
final class ClusterOptions {
    private static final String DRIVER_OPTIONS = "spark.driver.extraJavaOptions";

    @Option(
            names = "--master",
            paramLabel = "URL",
            description =
                    "Spark's master: spark://HOST:PORT, yarn, k8s://URL. Default: a local cluster with an executor a worker.")
    private String master;

    @Option(
            names = "--deploy-mode",
            paramLabel = "client|cluster",
            description = "Where the driver runs: here, or on the cluster, which starts it again when it is lost.")
    private String deployMode;

    @Option(names = "--supervise", description = "A standalone cluster in cluster mode: start a lost driver again.")
    private boolean supervise;

    @Option(names = "--queue", paramLabel = "NAME", description = "YARN's queue.")
    private String queue;

    @Option(names = "--principal", paramLabel = "NAME", description = "Kerberos: who submits.")
    private String principal;

    @Option(names = "--keytab", paramLabel = "FILE", description = "Kerberos: the principal's keys.")
    private String keytab;

    @Option(names = "--properties-file", paramLabel = "FILE", description = "Spark's properties, from a file.")
    private String propertiesFile;

    @Option(names = "--conf", paramLabel = "KEY=VALUE", description = "Any property of Spark's; repeatable.")
    private List<String> properties = new ArrayList<>();

    /** Null for a local cluster. */
    String master() {
        return master;
    }

    boolean isLocal() {
        return master == null || master.startsWith("local");
    }

    /** Whether the driver sees other files than this process. */
    boolean isDriverElsewhere() {
        return "cluster".equals(deployMode);
    }

    /** Whether the driver is in a pod made of an image, which has the jars. */
    boolean isDriverInImage() {
        return master != null && master.startsWith("k8s") && "cluster".equals(deployMode);
    }

    /** What {@code spark.driver.host} will be; null where only Spark's own defaults may say. */
    String driverHost() {
        String prefix = "spark.driver.host=";
        return properties.stream()
                .filter(property -> property.startsWith(prefix))
                .reduce((first, last) -> last)
                .map(property -> property.substring(prefix.length()))
                .orElse(property("spark.driver.host"));
    }

    /**
     * What spark-submit gets beside the master.
     *
     * @throws UsageException for what does not go together
     */
    List<String> arguments() {
        List<String> arguments = new ArrayList<>();
        if (deployMode != null && !deployMode.equals("client") && !deployMode.equals("cluster")) {
            throw new UsageException("--deploy-mode is client or cluster, not " + deployMode);
        }
        if (isLocal() && "cluster".equals(deployMode)) {
            throw new UsageException("--deploy-mode cluster needs a cluster: give its --master");
        }
        if ((principal == null) != (keytab == null)) {
            throw new UsageException("--principal and --keytab go together");
        }
        add(arguments, "--deploy-mode", deployMode);
        if (supervise) {
            arguments.add("--supervise");
        }
        if ("cluster".equals(deployMode) && master.startsWith("spark:")) {
            // Spark's own flags for Java 17, which a standalone worker leaves out
            add(arguments, "--conf", DRIVER_OPTIONS + "=" + (SparkProperties.jvmOptions() + " " + ownOptions()).trim());
        }
        add(arguments, "--queue", queue);
        add(arguments, "--principal", principal);
        add(arguments, "--keytab", keytab);
        add(arguments, "--properties-file", propertiesFile);
        for (String property : properties) {
            if (property.indexOf('=') < 1) {
                throw new UsageException("--conf " + property + ": write KEY=VALUE");
            }
            if (property.startsWith(Setting.PREFIX)) {
                throw new UsageException("--conf " + property + ": Lockstep's own settings go by --set "
                        + property.substring(Setting.PREFIX.length()));
            }
            add(arguments, "--conf", property);
        }
        return arguments;
    }

    /** What the properties' file has for the driver's JVM; what --conf has comes later, and wins. */
    private String ownOptions() {
        return fromFile().getProperty(DRIVER_OPTIONS, "");
    }

    /** Lockstep's settings among the properties that spark-submit will read from its file. */
    void putSettings(Configuration configuration) {
        Properties file = fromFile();
        for (String name : file.stringPropertyNames()) {
            if (name.startsWith(Setting.PREFIX)) {
                configuration.put(name, file.getProperty(name));
            }
        }
    }

    /** Null where the file has no such property. */
    private String property(String name) {
        return fromFile().getProperty(name);
    }

    /** What spark-submit reads: the file of the call, or else spark-defaults.conf of Spark's folder of configuration. */
    private Properties fromFile() {
        Properties properties = new Properties();
        Path file = propertiesFile != null ? Path.of(propertiesFile) : defaults();
        if (file == null || propertiesFile == null && !Files.exists(file)) {
            return properties;
        }
        try (Reader in = Files.newBufferedReader(file)) {
            properties.load(in);
        } catch (IOException | IllegalArgumentException e) { // which is thrown for a broken Unicode escape
            throw new UsageException("cannot read Spark's properties from " + file + ": " + e, e);
        }
        return properties;
    }

    /** Null where Spark has none. */
    private static Path defaults() {
        String folder = System.getenv("SPARK_CONF_DIR");
        if (folder != null) {
            return Path.of(folder, "spark-defaults.conf");
        }
        String home = System.getenv("SPARK_HOME");
        return home == null ? null : Path.of(home, "conf", "spark-defaults.conf");
    }

    private static void add(List<String> arguments, String option, String value) {
        if (value != null) {
            arguments.add(option);
            arguments.add(value);
        }
    }

    /**
     * On the driver, where spark-submit has taken them.
     *
     * @throws UsageException if one was given behind the jar
     */
    void requireNone() {
        if (master != null || !arguments().isEmpty()) {
            throw new UsageException("options of spark-submit belong before the jar: --master"
                    + (arguments().isEmpty() ? "" : ", " + arguments().get(0)));
        }
    }
}
