package io.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.lockstep.cli.LockstepProcess.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Metrics, events and logs of an encrypted run, by the templates of conf/; and where its secret is not. */
class WhereSparkUsersLookIT {
    private static final String SECRET = "tell-nobody-4711";

    @TempDir
    static Path folder;

    @TempDir
    static Path elsewhere;

    private static final Path CONF = LockstepProcess.DISTRIBUTION.resolve("conf");

    private static Outcome run;
    private static Set<String> commandLines;

    @BeforeAll
    static void train() throws Exception {
        Path properties = elsewhere.resolve("spark.conf");
        Files.createDirectories(folder.resolve("events"));
        Files.createDirectories(folder.resolve("sink"));
        Path logging = Files.copy(CONF.resolve("log4j2.properties.template"), elsewhere.resolve("log4j2.properties"));
        Files.writeString(
                properties,
                String.join(
                        "\n",
                        "spark.authenticate true",
                        "spark.authenticate.secret " + SECRET,
                        "spark.network.crypto.enabled true",
                        "spark.eventLog.enabled true",
                        "spark.eventLog.compress false", // as Spark 4 does, into several files
                        "spark.eventLog.rolling.enabled false",
                        "spark.eventLog.dir " + folder.resolve("events").toUri(),
                        "spark.metrics.namespace run",
                        "spark.metrics.conf " + sinks(),
                        "spark.executor.extraJavaOptions -Dlog4j2.configurationFile=" + logging.toUri()));
        try (CommandLines watched = new CommandLines()) {
            run = LockstepProcess.lockstep(
                    folder,
                    Map.of("SPARK_WORKER_DIR", workers().toString()), // which keeps executors' logs
                    "train",
                    "--model",
                    "lenet5",
                    "--steps",
                    "60",
                    "--run-dir",
                    "run",
                    "--properties-file",
                    properties.toString(),
                    "--set",
                    "train-examples=640",
                    "--set",
                    "test-examples=100",
                    "--set",
                    "log-every=20");
            commandLines = watched.seen();
        }
    }

    /** The template's, all of them, with a folder of this test's. */
    private static Path sinks() throws IOException {
        String template = Files.readString(CONF.resolve("metrics.properties.template"));
        return Files.writeString(
                elsewhere.resolve("metrics.properties"),
                String.join(
                        "\n",
                        template.replace("#driver.sink.csv.", "driver.sink.csv."),
                        "driver.sink.csv.period=1",
                        "driver.sink.csv.directory=" + folder.resolve("sink")));
    }

    @Test
    void anEncryptedRunTrains() {
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).contains("bit for bit equal");
    }

    @Test
    void sinksOfSparkHaveTheRunsMetrics() throws IOException {
        String prefix = "run.driver.plugin.io.lockstep.spark.LockstepPlugin.";
        assertThat(lastOfSink(prefix + "step")).isEqualTo(60);
        assertThat(lastOfSink(prefix + "loss")).isPositive().isLessThan(5);
        assertThat(lastOfSink(prefix + "examples_per_second")).isPositive();
        assertThat(lastOfSink(prefix + "time_ms.all_reduce")).isPositive();
        assertThat(lastOfSink(prefix + "test_accuracy")).isBetween(0.0, 1.0);
    }

    private static double lastOfSink(String metric) throws IOException {
        List<String> lines = Files.readAllLines(folder.resolve("sink/" + metric + ".csv"));
        return Double.parseDouble(lines.get(lines.size() - 1).split(",")[1]);
    }

    @Test
    void theEventLogKeepsTheRunsReports() throws IOException {
        String log = everything(folder.resolve("events"));

        assertThat(log.lines().filter(line -> line.contains("io.lockstep.spark.TrainingProgress")))
                .hasSize(3)
                .last()
                .asString()
                .contains("\"step\":60")
                .contains("\"loss\":");
        assertThat(log).contains("io.lockstep.spark.TrainingTest").contains("lenet5 on shapes, ddp, 2 workers");
    }

    @Test
    void aSecretOfSparksIsInNoLogNoEventAndNoFileOfTheRun() throws IOException {
        String executors = everything(executorLogs());
        assertThat(executors).contains("CoarseGrainedExecutorBackend");
        String all = everything(folder) + executors + run.out() + run.err();

        assertThat(all).contains("spark.authenticate.secret"); // told, but redacted, in the event log
        assertThat(all).doesNotContain(SECRET);
    }

    @Test
    void itIsInNoCommandLineOfAJavaProcess() {
        assumeTrue(CommandLines.areReadable(), "command lines are looked for in /proc");

        assertThat(commandLines)
                .anyMatch(line -> line.contains(elsewhere.resolve("spark.conf").toString()))
                .anyMatch(line -> line.contains("CoarseGrainedExecutorBackend"))
                .noneMatch(line -> line.contains(SECRET));
    }

    @Test
    void executorsLogAsTheTemplateSays() throws IOException {
        assertThat(everything(executorLogs()))
                .containsPattern("\\d{4}-\\d\\d-\\d\\d [\\d:]{8}[.]\\d{3} INFO CoarseGrainedExecutorBackend: ")
                .doesNotContain("NativeCodeLoader");
    }

    @Test
    void tensorBoardFindsItsFile() throws IOException {
        String events =
                Files.readString(folder.resolve("run/events.out.tfevents.lockstep"), StandardCharsets.ISO_8859_1);

        assertThat(events).contains("brain.Event:2", "train/loss", "test/accuracy", "time_ms/reduce_wait");
    }

    private static Path workers() {
        return elsewhere.resolve("work");
    }

    /** Of this run's executors. */
    private static Path executorLogs() throws IOException {
        try (var logs = Files.list(folder.resolve("events"))) {
            String application = logs.map(log -> log.getFileName().toString())
                    .map(log -> log.replaceAll(".*(app-\\d+-\\d+).*", "$1"))
                    .findFirst()
                    .orElseThrow();
            return workers().resolve(application);
        }
    }

    private static String everything(Path top) throws IOException {
        try (var files = Files.walk(top)) {
            return files.filter(Files::isRegularFile)
                    .map(WhereSparkUsersLookIT::contentOf)
                    .collect(Collectors.joining("\n"));
        }
    }

    private static String contentOf(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
