package io.lockstep.cli;

import io.lockstep.runs.TrainJob;
import io.lockstep.runs.folder.Json;
import io.lockstep.runs.folder.Progress;
import io.lockstep.runs.masters.MasterStrategy;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.DistributionSettings;
import io.lockstep.runs.settings.StrategySettings;
import io.lockstep.runs.spark.TemporarySparkHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** One run after the other, alike but for the strategy, and a table of what each gave. */
@Command(
        name = "strategies",
        description = {
            "Trains the same network on the same examples under each strategy, and prints a table:",
            "test accuracy, examples/s, bytes that the busiest rank sends a step (the driver of DL4J's masters not counted), share of it spent waiting.",
            "Each run is a `lockstep train` of its own, with its folder under --out.",
            ""
        },
        footer = {
            "",
            "A setting that only some strategies know (averaging-period, sharing-density, wire, ...) goes to those.",
            "dl4j-gradient-sharing is unprotected on the network and left out unless dl4j-insecure-transport is set.",
            "",
            "Example:",
            "  bin/lockstep benchmark strategies --model resnet20 --data cifar10 --epochs 2 --set crop-padding=4 \\",
            "      --set dl4j-insecure-transport=true"
        },
        sortOptions = false)
final class StrategiesBenchmark implements Callable<Integer> {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);

    @Option(names = "--strategies", paramLabel = "LIST", description = "Which, separated by commas. Default: all.")
    private String strategies;

    @Option(names = "--model", paramLabel = "NAME", description = "The network.")
    private String model;

    @Option(names = "--data", paramLabel = "NAME|PATH|URI", description = "The examples.")
    private String data;

    @Option(names = "--workers", paramLabel = "N", description = "Ranks.")
    private String workers;

    @Option(names = "--global-batch", paramLabel = "B", description = "Examples per step over all ranks.")
    private String globalBatch;

    @Option(names = "--epochs", paramLabel = "E", description = "Passes over the training set.")
    private String epochs;

    @Option(names = "--steps", paramLabel = "S", description = "Optimizer steps, instead of epochs.")
    private String steps;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Any setting of train; repeatable.")
    private List<String> assignments = new ArrayList<>();

    @Option(names = "--master", paramLabel = "URL", description = "Spark's master. Default: a local cluster.")
    private String master;

    @Option(
            names = "--out",
            paramLabel = "DIR|URI",
            description = "Where the runs go; what they print goes to runs/strategies-TIME. Default: there too.")
    private String out;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the rows here too.")
    private Path json;

    /**
     * A row of the table.
     *
     * @param bytesSent a step, by the rank that sent most; null where nobody knows
     * @param reduceWaitShare of a step's time, from 0 to 1
     */
    record Row(
            String strategy,
            double testAccuracy,
            double testLoss,
            double examplesPerSecond,
            Long bytesSent,
            Double reduceWaitShare,
            String runDir) {}

    @Override
    public Integer call() throws Exception {
        Path logs = Path.of(
                "runs",
                "strategies-" + LocalDateTime.now(ZoneId.systemDefault()).format(TIME));
        List<Row> rows = new ArrayList<>();
        boolean failed = false;
        List<String> words = words();
        words.forEach(word -> options(word, logs)); // a wrong call is told before the first run
        Files.createDirectories(logs);
        System.out.println(Progress.format(
                "%-26s %9s %10s %12s %14s %9s",
                "strategy", "accuracy", "loss", "examples/s", "bytes a step", "waiting"));
        for (String word : words) {
            Path log = logs.resolve(word + ".log");
            if (Progress.isTerminal()) {
                System.out.print(word + " is running: see " + log);
                System.out.flush();
            }
            int status = train(options(word, logs), log);
            System.out.print(Progress.isTerminal() ? Progress.CLEAR_LINE : "");
            if (status != ExitStatus.DONE) {
                failed = true;
                System.out.println(Progress.format("%-26s failed with exit status %d: see %s", word, status, log));
                continue;
            }
            Row row = row(word, summary(word, logs), runDir(word, logs));
            rows.add(row);
            System.out.println(line(row));
        }
        if (json != null) {
            Files.writeString(json, Json.pretty(rows));
        }
        return failed ? ExitStatus.FAILED : ExitStatus.DONE;
    }

    private String runDir(String word, Path logs) {
        return out != null
                ? out.replaceAll("/+$", "") + "/" + word
                : logs.resolve(word).toString();
    }

    private static Path summary(String word, Path logs) {
        return logs.resolve(word + ".json");
    }

    private List<String> words() {
        if (strategies != null) {
            return Arrays.asList(strategies.split(" *, *"));
        }
        Configuration configuration = new Configuration();
        RecipeFiles.putDefaults(configuration);
        assignments.forEach(configuration::put);
        boolean unprotected = configuration.isChanged(DistributionSettings.DL4J_INSECURE_TRANSPORT);
        return StrategySettings.words(
                kind -> !kind.chooses() && (kind != MasterStrategy.GRADIENT_SHARING || unprotected));
    }

    /** The call of one run, checked. */
    private List<String> options(String word, Path logs) {
        Configuration configuration = new Configuration();
        RecipeFiles.putDefaults(configuration);
        List<String> options = new ArrayList<>(List.of("train"));
        add(options, configuration, "--strategy", word);
        add(options, configuration, "--model", model);
        add(options, configuration, "--data", data);
        add(options, configuration, "--workers", workers);
        add(options, configuration, "--global-batch", globalBatch);
        add(options, configuration, "--epochs", epochs);
        add(options, configuration, "--steps", steps);
        options.addAll(List.of(
                "--run-dir", runDir(word, logs), "--json", summary(word, logs).toString()));
        for (String assignment : assignments) {
            if (StrategySettings.knows(word, assignment.replaceAll("=.*", "").trim())) {
                configuration.put(assignment);
                options.addAll(List.of("--set", assignment));
            }
        }
        if (master != null) {
            options.addAll(List.of("--master", master));
        }
        TrainJob.check(configuration);
        return options;
    }

    private static void add(List<String> options, Configuration configuration, String option, String value) {
        if (value != null) {
            configuration.put(option.substring(2), value);
            options.addAll(List.of(option, value));
        }
    }

    private static int train(List<String> options, Path log) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Distribution.current().home().resolve("bin/lockstep").toString());
        command.addAll(options);
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        TemporarySparkHome.unset(builder.environment());
        Process process = builder.start();
        try {
            return process.waitFor();
        } finally {
            process.destroy();
        }
    }

    private static Row row(String word, Path summaryFile, String runDir) throws IOException {
        var summary = Json.parse(Files.readString(summaryFile));
        var bytes = summary.get("bytes_sent");
        var waiting = summary.get("reduce_wait_share");
        boolean known = bytes.asLong() > 0;
        return new Row(
                word,
                summary.get("test_accuracy").asDouble(),
                summary.get("test_loss").asDouble(),
                summary.get("examples_per_second").asDouble(),
                known ? bytes.asLong() : null,
                known ? waiting.asDouble() : null,
                runDir);
    }

    private static String line(Row row) {
        return Progress.format(
                "%-26s %7.2f %% %10.4f %,12.0f %14s %9s",
                row.strategy(),
                100 * row.testAccuracy(),
                row.testLoss(),
                row.examplesPerSecond(),
                row.bytesSent() == null ? "unknown" : Progress.format("%,d", row.bytesSent()),
                row.reduceWaitShare() == null ? "unknown" : Progress.format("%.1f %%", 100 * row.reduceWaitShare()));
    }
}
