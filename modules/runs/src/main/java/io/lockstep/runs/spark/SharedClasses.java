package io.lockstep.runs.spark;

import io.lockstep.runs.Lockstep;
import io.lockstep.spark.NamelessUser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.deploy.SparkSubmit;

/**
 * The classes of drivers and executors of this machine, in the form in which one JVM hands them to the next (class data
 * sharing): they need not be read, parsed and verified again, which is a third of what a short run costs. The build
 * starts {@link #main} with {@code -XX:ArchiveClassesAtExit}, which trains a small network for a step; {@code
 * bin/lockstep} names the archive to the JVMs that it starts.
 *
 * <p>A JVM looks whether an archive was made by a JVM like itself from the jars that its class path begins with, and goes
 * without where it was not: where the distribution was moved, or another Spark is used.
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

    /**
     * What the build starts: with no argument as a driver, which Spark then calls again with a folder for the run.
     *
     * <p>Ends with 1 where it fails, for which no build need fail.
     */
    public static void main(String[] args) throws IOException {
        NamelessUser.name();
        if (args.length > 0) {
            train(args[0]);
            return;
        }
        Path folder = Files.createTempDirectory("lockstep-classes");
        int status = 1;
        try {
            SparkSubmit.main(new String[] {
                "--master",
                "local[2]",
                "--conf",
                "spark.ui.enabled=false",
                "--class",
                SharedClasses.class.getName(),
                "spark-internal",
                folder.resolve("run").toString()
            });
            status = 0;
        } catch (RuntimeException | LinkageError e) {
            System.err.println(
                    "lockstep: runs will start without an archive of their classes, some seconds later: " + e);
        } finally {
            delete(folder);
        }
        System.exit(status);
    }

    private static void train(String folder) throws IOException {
        SparkContext spark = new SparkContext(Lockstep.configure(new SparkConf()));
        try {
            Lockstep.on(spark)
                    .model("lenet5")
                    .workers(2)
                    .set("train-examples", "128")
                    .set("steps", "1")
                    .runDir(folder)
                    .train();
        } finally {
            spark.stop();
        }
    }

    private static void delete(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : files) {
            Files.delete(file);
        }
    }
}
