package io.lockstep.runs.spark;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;

/**
 * The classes of drivers and executors of this machine, in the form in which one JVM hands them to the next (class data
 * sharing): they need not be read, parsed and verified again, which is a third of what a short run costs. The build
 * makes the archive ({@code io.lockstep.runs.SharedClassesRecording}), and {@code bin/lockstep} names it to the JVMs that it starts.
 *
 * <p>A JVM looks whether an archive was made by a JVM like itself from the jars that its class path begins with, and goes
 * without where it was not: where the distribution was moved, another Spark is used, or a heap has 32 GB or more.
 */
public final class SharedClasses {
    /** The system property by which {@code bin/lockstep} tells the archive. */
    private static final String ARCHIVE = "lockstep.classes";

    private SharedClasses() {}

    /** Flags of an executor on this machine; empty where there is no archive. */
    static String flags(SparkConf conf) {
        String archive = System.getProperty(ARCHIVE);
        return archive != null && conf.get("spark.master", "").startsWith("local-cluster")
                ? "\"-XX:SharedArchiveFile=" + archive + "\" -Xlog:cds*=off "
                : "";
    }

    /** The class path of executors on this machine, in the order in which the archive has it. */
    public static List<Path> folders(List<Path> own) {
        String installation = System.getProperty(TemporarySparkHome.INSTALLATION);
        return installation == null
                ? own
                : Stream.concat(own.stream(), Stream.of(Path.of(installation, "jars")))
                        .toList();
    }
}
