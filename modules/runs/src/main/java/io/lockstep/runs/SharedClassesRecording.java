package io.lockstep.runs;

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
 * What the build starts with {@code -XX:ArchiveClassesAtExit}, so that the JVMs of runs can share the classes that this one
 * has loaded ({@link io.lockstep.runs.spark.SharedClasses}): two ranks train a small network for a step.
 */
public final class SharedClassesRecording {
    private SharedClassesRecording() {}

    /**
     * With no argument it hands itself to spark-submit, which calls it again with a folder for the run.
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
                SharedClassesRecording.class.getName(),
                "spark-internal",
                folder.resolve("run").toString()
            });
            status = 0;
        } catch (Exception | LinkageError e) {
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
