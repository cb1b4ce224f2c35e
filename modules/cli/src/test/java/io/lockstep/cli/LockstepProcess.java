package io.lockstep.cli;

import io.lockstep.runs.build.BuildInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs bin/lockstep of the assembled distribution, as a person would. */
final class LockstepProcess {
    static final Path DISTRIBUTION =
            Path.of(System.getProperty("build.folder", "target"), "lockstep").toAbsolutePath();

    /** Drivers and Spark's daemons end before what the second compiler makes of them is worth its time. */
    static final String SHORT_LIVED = "-XX:TieredStopAtLevel=1";

    /** Executors of small trainings take two thirds of the time so; passes over memory are then plain loops. */
    static final List<String> SHORT_LIVED_EXECUTORS =
            List.of("--conf", "spark.executor.extraJavaOptions=" + SHORT_LIVED);

    /** @param out standard output and @param err standard error */
    record Outcome(int status, String out, String err) {}

    private LockstepProcess() {}

    static Outcome lockstep(Path workingFolder, String... args) throws IOException, InterruptedException {
        return lockstep(workingFolder, Map.of(), args);
    }

    /** @param environment beside what every call has */
    static Outcome lockstep(Path workingFolder, Map<String, String> environment, String... args)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(DISTRIBUTION.resolve("bin/lockstep").toString());
        command.addAll(List.of(args));
        return run(workingFolder, command, environment);
    }

    /** SparkSubmit of the distribution, without any of Lockstep's scripts. */
    static Outcome sparkSubmit(Path workingFolder, String... args) throws IOException, InterruptedException {
        return run(workingFolder, spark("org.apache.spark.deploy.SparkSubmit", args), Map.of());
    }

    /** A class of Spark's with Spark's own class path and flags. */
    static List<String> spark(String mainClass, String... args) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("@" + DISTRIBUTION.resolve("conf/jvm-options"));
        command.addAll(List.of(SHORT_LIVED, "-Xmx512m", "-cp", DISTRIBUTION.resolve("jars") + "/*", mainClass));
        command.addAll(List.of(args));
        return command;
    }

    static Outcome run(Path workingFolder, List<String> command, Map<String, String> environment)
            throws IOException, InterruptedException {
        Path out = Files.createTempFile(workingFolder, "out", ".txt");
        Path err = Files.createTempFile(workingFolder, "err", ".txt");
        Process process = start(workingFolder, command, environment, out, err);
        try {
            return new Outcome(Await.end(process), Files.readString(out), Files.readString(err));
        } catch (AssertionError e) {
            throw new AssertionError(command + "\n" + Files.readString(out) + Files.readString(err), e);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly(); // of no effect once it has ended
        }
    }

    static Process start(Path workingFolder, List<String> command, Map<String, String> environment, Path out, Path err)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(workingFolder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        // those of JAVA_TOOL_OPTIONS' kind make each JVM say a line of its own
        builder.environment()
                .keySet()
                .removeIf(name -> name.startsWith("SPARK_")
                        || name.startsWith("LOCKSTEP_")
                        || name.endsWith("JAVA_OPTIONS")
                        || name.equals("JAVA_TOOL_OPTIONS"));
        builder.environment().put("SPARK_HOME", DISTRIBUTION.toString());
        builder.environment().put("SPARK_SCALA_VERSION", BuildInfo.SCALA);
        builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
        builder.environment().put("LOCKSTEP_JAVA_OPTIONS", SHORT_LIVED);
        builder.environment().putAll(environment);
        return builder.start();
    }
}
