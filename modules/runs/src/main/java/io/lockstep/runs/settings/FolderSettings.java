package io.lockstep.runs.settings;

import io.lockstep.runs.settings.Heeded.Unheeded;
import io.lockstep.training.Metric;
import io.lockstep.training.Metrics;
import io.lockstep.training.Task;
import io.lockstep.training.checkpoint.CheckpointStore;
import io.lockstep.training.settings.Parsers;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;

/** The run's folder: its logs, tests and checkpoints; and where else the run is told of. */
public final class FolderSettings {
    private static final int MANY = Integer.MAX_VALUE;
    static final SettingGroup GROUP = new SettingGroup("What the run writes");

    public static final Setting<String> RUN_DIR = GROUP.add(
            "run-dir",
            "",
            "The folder of the run, on any file system that Hadoop reaches. Empty: runs/MODEL-DATA-TIME.",
            Parsers.text());
    public static final Setting<Integer> LOG_EVERY =
            GROUP.add("log-every", "10", "Write a line of metrics.jsonl every N steps.", Parsers.int32(1, MANY));
    public static final Setting<Integer> EVALUATE_EVERY = GROUP.add(
            "evaluate-every",
            "1",
            "Evaluate on the test set every N epochs, and at the end. 0: only at the end.",
            Parsers.int32(0, MANY));
    public static final Setting<Integer> CHECKPOINT_EVERY = GROUP.add(
            "checkpoint-every",
            "0",
            "Write a checkpoint every N steps. 0: at the end of each epoch. There is always one at the end of the "
                    + "run.",
            Parsers.int32(0, MANY),
            Heeded.ALWAYS.notByMasters("the driver has the parameters only at the end of an epoch"));
    public static final Setting<Integer> CHECKPOINT_KEEP =
            GROUP.add("checkpoint-keep", "3", "How many of the newest checkpoints are kept.", Parsers.int32(1, MANY));
    public static final Setting<String> CHECKPOINT_BEST = GROUP.add(
            "checkpoint-best",
            "auto",
            "Which checkpoint is kept as the best, beside the newest ones. auto: the one that is best by the main "
                    + "metric of the network's task (accuracy of classifiers, mae of regressions, f1 of multi-label "
                    + "classifiers). A metric's name, or loss: the best by that. off: none is kept.",
            Parsers.word(bestWords()),
            Heeded.ALWAYS
                    .notByMasters("only the newest of their checkpoints stay")
                    .and(Rules.classifier()));
    public static final Setting<String> CHECKPOINT = GROUP.add(
            "checkpoint",
            "newest",
            "The checkpoint that evaluate, predict and generate read: newest, best, or the number of a step.",
            Parsers.wordOrStep("newest", "best"));
    public static final Setting<Integer> COMPARE_EVERY = GROUP.add(
            "compare-every",
            "100",
            "Compare the parameters of all ranks every N steps. The run stops if they differ.",
            Parsers.int32(1, MANY),
            Heeded.ALWAYS
                    .notByMasters("DL4J's replicas are not equal between exchanges")
                    .and(Rules.several()));

    public static final Setting<String> TRACKING = GROUP.add(
            "tracking",
            "",
            "Where the run is told of beside its folder, while it trains: mlflow:http://host:5000 for an MLflow tracking "
                    + "server, mlflow:PATH for a folder of MLflow's own file format on the driver's disk, which needs no "
                    + "server. Credentials are read from the driver's environment (MLFLOW_TRACKING_TOKEN, or "
                    + "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD). Empty: nowhere.",
            Parsers.text());
    public static final Setting<String> TRACKING_EXPERIMENT = GROUP.add(
            "tracking-experiment",
            "lockstep",
            "The experiment among whose runs it stands there. It is made if it is not there.",
            FolderSettings::name,
            tracked());
    public static final Setting<Boolean> TRACKING_CHECKPOINT = GROUP.add(
            "tracking-checkpoint",
            "false",
            "Send the files of the newest checkpoint too when the run ends, beside configuration, summary and plots.",
            Parsers.bool(),
            tracked());
    public static final Setting<Duration> TRACKING_DEADLINE = GROUP.add(
            "tracking-deadline",
            "30s",
            "How long the end of the run waits for what has not been sent yet. What is missing then is told, and stays "
                    + "in the run's folder.",
            Parsers.duration(Duration.ofSeconds(1)),
            tracked());

    private FolderSettings() {}

    private static Heeded tracked() {
        return Heeded.where(
                (setting, run) -> run.get(TRACKING).isEmpty() ? Unheeded.foreign("is for runs with tracking") : null);
    }

    private static String name(String text) {
        if (text.isBlank() || text.length() > 200 || text.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("must be a name of 1 to 200 characters in one line");
        }
        return text.trim();
    }

    /** By what the best checkpoint is told, whether it is kept or not. */
    public static CheckpointStore.Best best(Configuration configuration, Task task) {
        String word = configuration.get(CHECKPOINT_BEST);
        if (task.isGame()) {
            return CheckpointStore.Best.NONE; // none of its checkpoints is better than another
        }
        if (word.equals("auto") || word.equals("off")) { // off: it does not stay, and is still told
            return new CheckpointStore.Best(task.main());
        }
        return Stream.concat(task.metrics().stream(), Stream.of(Metrics.LOSS))
                .filter(metric -> metric.word().equals(word))
                .findFirst()
                .map(CheckpointStore.Best::new)
                .orElseThrow(
                        () -> new UsageException("checkpoint-best = " + word + " is no metric of the network's task, "
                                + task.name() + "; take auto, loss, off or one of "
                                + task.metrics().stream().map(Metric::word).toList()));
    }

    private static String[] bestWords() {
        return Stream.concat(
                        Stream.of("auto", "off"),
                        Arrays.stream(Metrics.values()).map(Metric::word))
                .distinct()
                .toArray(String[]::new);
    }
}
