package io.lockstep.cli;

import static io.lockstep.cli.LockstepProcess.DISTRIBUTION;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.cli.LockstepProcess.Outcome;
import io.lockstep.runs.build.BuildInfo;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The scripts beside bin/lockstep. */
class ScriptsIT {
    private static final SplittableRandom PORTS =
            new SplittableRandom(ProcessHandle.current().pid());

    @TempDir
    Path folder;

    @Test
    void aClusterOfThisMachineStartsSaysThatItRunsAndStops() throws Exception {
        Map<String, String> environment = Map.of(
                "LOCKSTEP_CLUSTER", folder.resolve("cluster").toString(),
                "LOCKSTEP_MASTER_PORT", freePort(),
                "LOCKSTEP_MASTER_UI_PORT", freePort());

        Outcome start = run(environment, "lockstep-cluster", "start", "1");
        Outcome again = run(environment, "lockstep-cluster", "start");
        Outcome running = run(environment, "lockstep-cluster", "status");
        Outcome stop = run(environment, "lockstep-cluster", "stop");
        Outcome stopped = run(environment, "lockstep-cluster", "status");

        assertThat(start.status()).as(start.err()).isZero();
        assertThat(start.out()).contains("1 workers of 1 core(s) at spark://127.0.0.1:");
        assertThat(again.status()).isEqualTo(2);
        assertThat(again.err()).contains("runs already");
        assertThat(running.out()).contains("worker-1 runs");
        assertThat(stop.status()).isZero();
        assertThat(stopped.status()).isEqualTo(1);
        assertThat(stopped.out()).contains("no cluster runs");
    }

    @Test
    void aHistoryServerStartsThroughASymbolicLinkAndStops() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("history"), DISTRIBUTION.resolve("bin/lockstep-history"));
        Map<String, String> environment = Map.of("HOME", folder.toString(), "LOCKSTEP_HISTORY_PORT", freePort());

        Outcome start = LockstepProcess.run(folder, List.of(link.toString(), "start", "events"), environment);
        Outcome stop = run(environment, "lockstep-history", "stop");

        assertThat(start.status()).as(start.err()).isZero();
        assertThat(start.out()).contains("http://127.0.0.1:").contains("/events");
        assertThat(stop.status()).isZero();
    }

    @Test
    void helpTeachesAndAnUnknownWordIsRefused() throws Exception {
        for (String script : List.of("lockstep-cluster", "lockstep-history")) {
            assertThat(run(Map.of(), script, "--help").out()).startsWith("Usage: " + script + " start");
            assertThat(run(Map.of(), script, "begin").status()).isEqualTo(2);
        }
    }

    /** Monitoring agents, proxies and images set such variables, and the JVM says so before its version. */
    @ParameterizedTest
    @CsvSource({"JAVA_TOOL_OPTIONS, -Dsome=1", "_JAVA_OPTIONS, -Xss2m", "JDK_JAVA_OPTIONS, -Dsome=1"})
    void whatAJvmSaysBeforeItsVersionDoesNotMatter(String variable, String options) throws Exception {
        for (String script : List.of("lockstep-cluster", "lockstep-history")) {
            Outcome help = run(Map.of(variable, options), script, "--help");

            assertThat(help.status()).as(help.err()).isZero();
        }
        assertThat(run(Map.of(variable, options), "lockstep", "--version").status())
                .isZero();
    }

    @Test
    void anotherJavaAndOneThatDoesNotStartAreNamed() throws Exception {
        assertThat(withJava("echo 'Picked up some options'; echo 'openjdk version \"11.0.2\" 2019-01-15'")
                        .err())
                .contains("bin/java is Java 11; ");
        assertThat(withJava("echo 'Unrecognized option: -Xsome'; exit 1").err())
                .contains("bin/java does not start: Unrecognized option: -Xsome");
        assertThat(withJava("echo 'a shell that is called java'").err()).contains("is no Java");
    }

    @ParameterizedTest
    @CsvSource({
        "2.12-3.5.9, Spark 3.5.9 for Scala 2.12",
        "2.13-4.1.0, Spark 4.1.0 for Scala 2.13",
        "2.13-4.0.0, Spark 4.0.0 for Scala 2.13",
    })
    void anotherSparkIsToldWithWhatToDo(String core, String named) throws Exception {
        Path jars = Files.createDirectories(folder.resolve("spark/jars"));
        Files.createFile(jars.resolve("spark-core_" + core + ".jar"));

        Outcome outcome = run(Map.of("SPARK_HOME", folder.resolve("spark").toString()), "lockstep-cluster", "--help");

        boolean fits = BuildInfo.SCALA.equals(core.substring(0, 4)) && !core.endsWith("4.0.0");
        assertThat(outcome.status()).as(outcome.err()).isEqualTo(fits ? 0 : 2);
        if (!fits) {
            assertThat(outcome.err())
                    .contains("spark is " + named + ", and this build of Lockstep is for Spark ")
                    .containsAnyOf("take the distribution of the build for Spark ", "Lockstep has builds for Spark 3.5")
                    .endsWith("unset SPARK_HOME to use the one that Lockstep brings\n")
                    .hasLineCount(1);
        }
    }

    @Test
    void aFolderWithoutSparkAndABuildThatThereIsNotAreNamed() throws Exception {
        assertThat(run(Map.of("SPARK_HOME", folder.toString()), "lockstep-cluster", "--help")
                        .err())
                .contains("is no Spark: it has no jars/spark-core_*.jar");
        assertThat(run(Map.of("LOCKSTEP_SPARK", "5"), "lockstep-cluster", "--help")
                        .err())
                .contains("LOCKSTEP_SPARK=5: there are a build for Spark 3.5");
        String other = BuildInfo.SPARK.startsWith("4") ? "3.5" : "4";
        assertThat(run(Map.of("LOCKSTEP_SPARK", other), "lockstep-cluster", "--help")
                        .err())
                .contains("LOCKSTEP_SPARK=" + other + ", but the distribution ");
    }

    private Outcome withJava(String script) throws Exception {
        Path java = Files.createDirectories(folder.resolve("jdk/bin")).resolve("java");
        Files.writeString(java, "#!/bin/sh\n{ " + script + "; } >&2\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwx------"));
        Outcome outcome = run(Map.of("JAVA_HOME", folder.resolve("jdk").toString()), "lockstep", "--version");
        assertThat(outcome.status()).isEqualTo(2);
        assertThat(outcome.err().lines()).hasSize(1);
        return outcome;
    }

    private Outcome run(Map<String, String> environment, String script, String... arguments) throws Exception {
        List<String> command =
                new ArrayList<>(List.of(DISTRIBUTION.resolve("bin/" + script).toString()));
        command.addAll(List.of(arguments));
        return LockstepProcess.run(folder, command, environment);
    }

    /** One that is free, and that nobody is given who does not ask for it by its number: below Linux's 32768. */
    private static String freePort() throws IOException {
        while (true) {
            int port = PORTS.nextInt(20_000, 32_000);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return "" + socket.getLocalPort();
            } catch (BindException e) {
                // taken: the next one
            }
        }
    }
}
