package io.lockstep.runs;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.datasets.DatasetException;
import io.lockstep.runs.networks.Networks;
import io.lockstep.runs.settings.AugmentationSettings;
import io.lockstep.runs.settings.CommunicationSettings;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.DataSettings;
import io.lockstep.runs.settings.DistributionSettings;
import io.lockstep.runs.settings.ExecutorSettings;
import io.lockstep.runs.settings.FolderSettings;
import io.lockstep.runs.settings.NetworkSource;
import io.lockstep.runs.settings.Origin;
import io.lockstep.runs.settings.RunSettings;
import io.lockstep.runs.settings.Setting;
import io.lockstep.runs.settings.Settings;
import io.lockstep.runs.settings.StrategySettings;
import io.lockstep.runs.settings.UsageException;
import io.lockstep.runs.spark.SparkJobs;
import io.lockstep.spark.TooFewSlotsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random settings over models, data, strategies and masters: each combination is planned, or refused on the driver in one line;
 * what was planned has every setting that was asked for in it, or says in a note that it has not.
 *
 * <p>Any number of them: {@code mvn -pl modules/cli -am test -Dtest=RandomSettingsTest
 * -Dsurefire.failIfNoSpecifiedTests=false -Dlockstep.settings.combinations=2000 -Dlockstep.settings.seed=7}.
 */
class RandomSettingsTest {
    private static final int COMBINATIONS = Integer.getInteger("lockstep.settings.combinations", 300);
    private static final long SEED = Long.getLong("lockstep.settings.seed", 1);

    private static final List<String> MODELS = List.of(
            "mlp", "lenet5", "gan", "wgan", "lstm", "gru", "char-lstm", "transformer", "bert", "resnet20", "own");
    private static final List<String> MASTERS =
            List.of("local-cluster[2,1,2048]", "local[2]", "local[*]", "spark://host:7077", "yarn");
    /** For numbers of all kinds: right ones, bounds, and what is none. */
    private static final List<String> NUMBERS = List.of(
            "0",
            "1",
            "2",
            "3",
            "4",
            "8",
            "100",
            "0.1",
            "0.5",
            "0.9",
            "0.999",
            "1e-3",
            "-1",
            "2147483647",
            "1e300",
            "NaN",
            "Infinity",
            "",
            "many",
            "0x10",
            "١٢",
            "1_000",
            " 5 ",
            "9223372036854775807");

    private static final Map<String, List<String>> WORDS = words();

    @TempDir
    Path folder;

    @Test
    void everyCombinationIsPlannedOrRefusedInOneLine() throws IOException {
        System.out.println("lockstep.settings.seed = " + SEED + ", " + COMBINATIONS + " combinations");
        Map<String, Integer> outcomes = new TreeMap<>();
        List<String> faults = new ArrayList<>();
        for (int i = 0; i < COMBINATIONS; i++) {
            Random random = new Random(SEED * 1_000_003 + i);
            Map<String, String> asked = asked(random);
            SparkConf conf = new SparkConf(false).set("spark.master", pick(random, MASTERS));
            String outcome;
            try {
                outcome = outcome(asked, conf);
            } catch (RuntimeException | Error e) {
                outcome = "fault";
                faults.add(asked + " on " + conf.get("spark.master") + ": " + e + " at " + e.getStackTrace()[0]);
            }
            if (outcome.startsWith("fault:")) {
                faults.add(asked + " on " + conf.get("spark.master") + " " + outcome);
                outcome = "fault";
            }
            outcomes.merge(outcome, 1, Integer::sum);
        }
        System.out.println(outcomes);

        assertThat(faults).as("seed %d", SEED).isEmpty();
        assertThat(outcomes.getOrDefault("planned", 0)).as("planned").isGreaterThan(COMBINATIONS / 20);
        assertThat(outcomes.getOrDefault("refused", 0)).as("refused").isGreaterThan(COMBINATIONS / 20);
    }

    private String outcome(Map<String, String> asked, SparkConf conf) throws IOException {
        Configuration configuration = new Configuration();
        NetworkSource source;
        RunPlan plan;
        try {
            for (Map.Entry<String, String> each : asked.entrySet()) {
                configuration.put(each.getKey(), each.getValue());
            }
            configuration.derive(FolderSettings.RUN_DIR, folder.resolve("run").toString());
            source = configuration.get(DataSettings.MODEL).equals(DataSettings.OWN_NETWORK)
                    ? PlannedRuns.own()
                    : Networks.zoo();
            plan = RunPlan.of(configuration, source, conf, PlannedRuns.STORAGE, false);
        } catch (UsageException | DatasetException | TooFewSlotsException e) {
            boolean oneLine = e.getMessage() != null
                    && !e.getMessage().isBlank()
                    && !e.getMessage().contains("\n");
            return oneLine ? "refused" : "fault: no one line: " + e.getMessage();
        }
        if (Files.exists(folder.resolve("run"))) {
            return "fault: planning made the run's folder";
        }
        String resolved = resolved(configuration, source, plan);
        for (String name : asked.keySet()) {
            Setting<?> setting = Settings.all().stream()
                    .filter(each -> each.name().equals(name))
                    .findFirst()
                    .orElseThrow();
            boolean told = plan.notes().stream().anyMatch(note -> note.startsWith(name + " "));
            if (told
                    || !configuration.isChanged(setting)
                    || configuration.origin(setting) != Origin.CALL
                    || isSoAnyway(setting, configuration, plan)) {
                continue;
            }
            Configuration without = configuration.copy();
            boolean mirrored = plan.data().shape().channels() > 1; // what auto comes to
            without.derive(
                    setting, setting == AugmentationSettings.FLIP ? String.valueOf(mirrored) : setting.defaultText());
            if (resolved(without, source, plan).equals(resolved)) {
                return "fault: " + name + " is neither told nor heeded";
            }
        }
        return "planned";
    }

    /** Whether what was asked for is what the default comes to in this run. */
    private static boolean isSoAnyway(Setting<?> setting, Configuration configuration, RunPlan plan) {
        String text = String.valueOf(configuration.get(setting));
        boolean game = plan.network().adversarial() != null;
        boolean mirrored = plan.data().shape().channels() > 1;
        String learned = Networks.readsMaskedText(configuration) ? "masked" : "next";
        return setting == AugmentationSettings.FLIP && text.equals(String.valueOf(mirrored))
                || setting == CommunicationSettings.SECURITY && text.equals("on")
                || setting == FolderSettings.CHECKPOINT_BEST && game && text.equals("off")
                || setting == DataSettings.TEXT && text.equals(learned);
    }

    /** All that ranks and Spark get of the settings. */
    private static String resolved(Configuration configuration, NetworkSource source, RunPlan plan) {
        String network;
        try {
            var built = source.under(configuration)
                    .build(plan.data().shape(), plan.data().classes(), configuration.get(DistributionSettings.SEED));
            network = built.configuration().toJson() + built.game();
        } catch (UsageException e) {
            network = e.getMessage(); // without the setting others do not go together
        }
        return network
                + TrainingOptions.of(
                        configuration,
                        SparkJobs.data(configuration),
                        "checkpoints",
                        false,
                        "",
                        plan.network().task())
                + RunSettings.of(configuration)
                + List.of(
                        configuration.get(CommunicationSettings.MIN_WORKERS),
                        configuration.get(DistributionSettings.DL4J_INSECURE_TRANSPORT),
                        configuration.get(FolderSettings.RUN_DIR),
                        configuration.get(ExecutorSettings.WORKER_CORES),
                        configuration.get(ExecutorSettings.WORKER_MEMORY_MB));
    }

    private Map<String, String> asked(Random random) throws IOException {
        Map<String, String> asked = new LinkedHashMap<>();
        String model = pick(random, MODELS);
        asked.put("model", random.nextInt(40) == 0 ? "resnet21" : model);
        boolean text = model.equals("char-lstm") || model.equals("bert");
        String fitting = text ? PlannedRuns.text(folder).toString() : model.equals("transformer") ? "sort" : "shapes";
        asked.put("data", random.nextInt(8) == 0 ? pick(random, List.of("shapes", "sort", "nowhere", "./x")) : fitting);
        int count = 1 + random.nextInt(4);
        for (int k = 0; k < count; k++) {
            Setting<?> setting =
                    Settings.all().get(random.nextInt(Settings.all().size()));
            if (!List.of("model", "data", "run-dir").contains(setting.name())) {
                asked.put(setting.name(), value(setting, random));
            }
        }
        return asked;
    }

    /** One in four is whatever it is, the others are such that the setting alone takes them. */
    private static String value(Setting<?> setting, Random random) {
        String value = anyValue(setting, random);
        boolean whatever = random.nextInt(4) == 0;
        for (int tries = 0; !whatever && tries < 20 && !isTaken(setting, value); tries++) {
            value = anyValue(setting, random);
        }
        return value;
    }

    private static boolean isTaken(Setting<?> setting, String value) {
        try {
            setting.parse(value);
            return true;
        } catch (UsageException e) {
            return false;
        }
    }

    private static String anyValue(Setting<?> setting, Random random) {
        List<String> words = WORDS.get(setting.name());
        if (words == null || random.nextInt(12) == 0) {
            return pick(random, NUMBERS);
        }
        return pick(random, words);
    }

    private static String pick(Random random, List<String> from) {
        return from.get(random.nextInt(from.size()));
    }

    private static Map<String, List<String>> words() {
        Map<String, List<String>> words = new TreeMap<>();
        words.put("strategy", StrategySettings.words());
        words.put("updater", List.of("sgd", "adam", "adamw", "adadelta", "rmsprop", "nadam", "nesterov"));
        words.put("schedule", List.of("constant", "step", "cosine", "one-cycle", "cosin"));
        words.put("schedule-milestones", List.of("1", "1, 2", "", "2,1", "a"));
        words.put("norm", List.of("batch", "layer", "instance", "group:2", "group:7", "group:0"));
        words.put("initialisation", List.of("he", "xavier", "he-uniform", "model", "hee"));
        words.put("generator-loss", List.of("saturating", "non-saturating"));
        words.put("text", List.of("auto", "next", "masked"));
        words.put("runtime", List.of("auto", "dl4j", "cuda"));
        words.put("precision", List.of("fp32", "bf16", "fp16"));
        words.put("flip", List.of("auto", "true", "false"));
        words.put("bucket-bytes", List.of("auto", "measured", "64k", "1k", "2g", "1g", "10"));
        words.put("wire", List.of("float32", "bfloat16", "float16", "int8"));
        words.put("all-reduce", List.of("auto", "ring", "central", "hierarchical", "recursive-doubling"));
        words.put("link-costs", List.of("nominal", "measured"));
        words.put("security", List.of("auto", "on", "off"));
        words.put("transport", List.of("auto", "tcp", "udp"));
        words.put("ports", List.of("0", "40000-40100", "40000-40000", "9-1", "70000"));
        words.put("network", List.of("", "ib0", "10.1.0.0/16", "10.1.0.0/99"));
        words.put("checkpoint", List.of("newest", "best", "3"));
        words.put("checkpoint-best", List.of("auto", "loss", "off"));
        words.put("init-from", List.of("nowhere", "nowhere.zip", ""));
        words.put("data-home", List.of("", "/nowhere", "x y"));
        words.put("dl4j-insecure-transport", List.of("false", "true", "10.1.0.0/16", "10.1/16"));
        words.put("workers", List.of("1", "2", "3", "4", "7", "4096", "0"));
        words.put("global-batch", List.of("1", "2", "7", "8", "32", "1000000"));
        words.put("micro-batches", List.of("1", "2", "3", "16"));
        for (String time : List.of("deadline", "silence", "slot-timeout")) {
            words.put(time, List.of("1s", "2s", "30s", "500ms", "0s", "100h", "soon", "2m"));
        }
        for (Setting<?> setting : Settings.all()) {
            if (setting.defaultText().equals("true") || setting.defaultText().equals("false")) {
                words.putIfAbsent(setting.name(), List.of("true", "false", "TRUE", "no"));
            }
        }
        return words;
    }
}
