package io.lockstep.runs.spark;

import io.lockstep.runs.build.SparkVersion;
import io.lockstep.runs.settings.UsageException;
import io.lockstep.spark.LockstepPlugin;
import io.lockstep.spark.NamelessUser;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.stream.Collectors;
import org.apache.spark.SparkConf;

/** What Lockstep needs of Spark, set before the context is made, so that plain spark-submit needs no list of flags. */
public final class SparkProperties {
    private static final String EXECUTOR_OPTIONS = "spark.executor.extraJavaOptions";

    private SparkProperties() {}

    /** @throws UsageException if a property of the user's makes a barrier stage impossible, or the build is for another Spark */
    public static void complete(SparkConf conf) {
        SparkVersion.require();
        if (conf.getBoolean("spark.dynamicAllocation.enabled", false)) {
            throw new UsageException("spark.dynamicAllocation.enabled is true: all ranks must run at once, which Spark"
                    + " refuses then (SPARK-24942). Pass --conf spark.dynamicAllocation.enabled=false and set"
                    + " spark.executor.instances");
        }
        if (conf.getBoolean("spark.speculation", false)) {
            throw new UsageException("spark.speculation is true: a second copy of a rank would train beside the first."
                    + " Pass --conf spark.speculation=false");
        }
        String plugin = LockstepPlugin.class.getName();
        String plugins = conf.get("spark.plugins", "");
        if (!plugins.contains(plugin)) {
            conf.set("spark.plugins", plugins.isEmpty() ? plugin : plugins + "," + plugin);
        }
        conf.set(
                EXECUTOR_OPTIONS,
                (jvmOptions() + " " + SharedClasses.flags(conf) + userName(conf) + conf.get(EXECUTOR_OPTIONS, ""))
                        .trim());
        // A failed stage is not run again by Spark, from its start: Lockstep does, from the last checkpoint.
        conf.set("spark.stage.maxConsecutiveAttempts", "1");
        conf.setIfMissing("spark.task.maxFailures", "1");
        // Slots have been waited for; where they are gone again, Spark would try 40 times 15 seconds long.
        conf.setIfMissing("spark.scheduler.barrier.maxConcurrentTasksCheck.maxFailures", "2");
        // Spark's default is a year. Seconds; ranks need it to meet, not to train.
        conf.setIfMissing("spark.barrier.sync.timeout", "120");
        // A hung executor is replaced after a minute; Spark's default is two, and another to notice.
        if (!conf.contains("spark.network.timeout")) {
            conf.setIfMissing("spark.storage.blockManagerHeartbeatTimeoutMs", "60s");
        }
        // A rank that does not end when it is told to keeps its slot from the next one.
        conf.setIfMissing("spark.task.reaper.enabled", "true");
        conf.setIfMissing("spark.task.reaper.killTimeout", "60s");
        conf.setIfMissing("spark.network.timeoutInterval", "5s");
        conf.setIfMissing("spark.ui.showConsoleProgress", "false");
    }

    /** Executors on this machine run as this user, and log in before they load a plugin. */
    private static String userName(SparkConf conf) {
        boolean here = conf.get("spark.master", "").startsWith("local-cluster");
        return here && NamelessUser.isHere() && NamelessUser.agentJar() != null
                ? "\"-javaagent:" + NamelessUser.agentJar() + "\" "
                : "";
    }

    /** @throws UsageException if an application was started without what {@link #complete} adds */
    public static void requireComplete(SparkConf conf) {
        if (!conf.get("spark.plugins", "").contains(LockstepPlugin.class.getName())) {
            throw new UsageException(
                    "this Spark application was started without Lockstep's plugin; build its session from"
                            + " Lockstep.configure(new SparkConf())");
        }
        if (!conf.get("spark.stage.maxConsecutiveAttempts", "").equals("1")) {
            throw new UsageException("spark.stage.maxConsecutiveAttempts must be 1: Lockstep itself runs a failed stage"
                    + " again, from the last checkpoint");
        }
    }

    /** The flags of {@code conf/jvm-options}, which the build packs into the jar. */
    public static String jvmOptions() {
        try (InputStream in = SparkProperties.class.getResourceAsStream("/jvm-options")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(String::trim)
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .collect(Collectors.joining(" "));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
