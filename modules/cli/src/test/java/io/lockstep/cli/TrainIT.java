package io.lockstep.cli;

import static io.lockstep.cli.LockstepProcess.lockstep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.cli.LockstepProcess.Outcome;
import io.lockstep.runs.folder.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** bin/lockstep on real executors: a local cluster, as the quick start uses it. */
class TrainIT {
    @TempDir
    Path folder;

    @Test
    void twoExecutorsTrainTogetherAndLeaveARunFolder() throws Exception {
        Outcome run = train("run", "--model", "resnet20", "--set", "train-examples=256", "--set", "test-examples=100");

        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).contains("2 replicas, bit for bit equal").contains("test accuracy");
        JsonNode summary = json("run/summary.json");
        assertThat(summary.get("parameters").asLong()).isEqualTo(269_722);
        assertThat(summary.get("world_size").asInt()).isEqualTo(2);
        assertThat(texts(summary.get("parameters_sha256")))
                .hasSize(2)
                .allMatch(summary.get("parameters_sha256").get(0).asText()::equals);
        assertThat(summary.get("resumed_from_step").isNull()).isTrue();
        JsonNode ranks = json("run/environment.json").get("ranks");
        assertThat(ranks.get(0).get("pid")).isNotEqualTo(ranks.get(1).get("pid"));
        JsonNode metrics = Json.parse(
                Files.readAllLines(folder.resolve("run/metrics.jsonl")).get(0));
        assertThat(metrics.fieldNames())
                .toIterable()
                .contains("step", "epoch", "examples", "loss", "learning_rate", "examples_per_second", "time_ms");
        assertThat(metrics.get("time_ms").fieldNames())
                .toIterable()
                .contains("data_wait", "forward_backward", "reduce_wait", "update");
        assertThat(folder.resolve("run/config.conf")).content().contains("spark.lockstep.model = resnet20");
        for (String plot : List.of("loss", "accuracy", "learning-rate", "step-time")) {
            assertThat(folder.resolve("run/plots/" + plot + ".png")).isNotEmptyFile();
        }
        assertThat(folder.resolve("run/checkpoints/step-00000020/MANIFEST")).exists();

        Outcome evaluation = lockstep(folder, "evaluate", "run", "--workers", "1", "--json", "evaluation.json");
        assertThat(evaluation.status()).as(evaluation.err()).isZero();
        assertThat(json("evaluation.json").get("test_accuracy").asDouble())
                .isEqualTo(summary.get("test_accuracy").asDouble());
    }

    @Test
    void oneAndFourWorkersHaveTheSameLossCurve() throws Exception {
        List<Double> one =
                losses(train("one", "--workers", "1", "--model", "lenet5", "--set", "learning-rate=0.01"), "one");
        List<Double> four =
                losses(train("four", "--workers", "4", "--model", "lenet5", "--set", "learning-rate=0.01"), "four");

        assertThat(one).hasSize(20);
        for (int step = 0; step < one.size(); step++) {
            assertThat(four.get(step)).as("step %d", step).isCloseTo(one.get(step), within(1e-5 * one.get(step)));
        }
    }

    @Test
    void aResumedRunHasTheBitsOfOneThatNeverStopped() throws Exception {
        String[] recipe = {
            "--model",
            "lenet5",
            "--set",
            "updater=adam",
            "--set",
            "learning-rate=0.003",
            "--set",
            "crop-padding=4",
            "--set",
            "flip=true"
        };
        Outcome straight = train("straight", recipe);
        List<String> stopping = new ArrayList<>(List.of(recipe));
        stopping.addAll(List.of("--set", "stop-after=10", "--set", "tracking=mlflow:mlruns"));
        Outcome stopped = train("stopped", stopping.toArray(String[]::new));
        Outcome resumed = lockstep(folder, printedCall(stopped.out()));

        assertThat(straight.status()).as(straight.err()).isZero();
        assertThat(stopped.status()).as(stopped.err()).isZero();
        assertThat(resumed.status()).as(resumed.err()).isZero();
        assertThat(json("stopped/summary.json").get("resumed_from_step").asLong())
                .isEqualTo(10);
        assertThat(json("stopped/summary.json").get("parameters_sha256"))
                .isEqualTo(json("straight/summary.json").get("parameters_sha256"));
        assertThat(Files.readAllLines(folder.resolve("stopped/metrics.jsonl"))).hasSize(20);
        Path tracked = trackedRun(folder.resolve("mlruns"), Files.readString(folder.resolve("stopped/tracking")));
        assertThat(tracked.resolve("meta.yaml")).content().contains("status: 3", "run_name: 'stopped'");
        assertThat(tracked.resolve("params/model")).hasContent("lenet5");
        assertThat(Files.readAllLines(tracked.resolve("metrics/loss"))).hasSize(20);
        assertThat(Files.readAllLines(tracked.resolve("metrics/test_accuracy"))).isNotEmpty();
        assertThat(tracked.resolve("artifacts/summary.json"))
                .hasSameTextualContentAs(folder.resolve("stopped/summary.json"));
        assertThat(tracked.resolve("artifacts/plots/loss.png")).isNotEmptyFile();
    }

    /** In whatever experiment. */
    private static Path trackedRun(Path root, String id) throws IOException {
        try (Stream<Path> experiments = Files.list(root)) {
            return experiments
                    .map(experiment -> experiment.resolve(id.strip()))
                    .filter(Files::isDirectory)
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** As a supervisor does: the same call each time, from the first start on, when there is no run yet. */
    @Test
    void aCallWithANameThatIsRepeatedGoesOnWithItsRun() throws Exception {
        String[] call = {"--model", "lenet5", "--submission", "mine", "--set", "stop-after=10"};

        Outcome first = train("named", call);
        Outcome again = train("named", call);
        Outcome other = train("named", "--model", "lenet5", "--submission", "yours");

        assertThat(first.status()).as(first.err()).isZero();
        assertThat(first.out()).doesNotContain("going on with its run");
        assertThat(again.status()).as(again.err()).isZero();
        assertThat(again.out()).contains("this driver was started again: going on with its run");
        assertThat(json("named/summary.json").get("resumed_from_step").asLong()).isEqualTo(10);
        assertThat(other.status()).isEqualTo(2);
        assertThat(other.err()).contains("holds a run");
    }

    /** The length reaches the executors: a position of the model is a row of its table, and the checkpoint must fit. */
    @Test
    void aLanguageModelSeesAsManyCharactersAsItWasToldAndWritesOn() throws Exception {
        Files.writeString(folder.resolve("rhyme.txt"), "one for sorrow, two for joy,\n".repeat(80));
        String[] recipe = {"--model", "gpt", "--data", "rhyme.txt", "--workers", "2", "--set", "sequence-length=16"};

        Outcome run = train("gpt", recipe);
        Outcome text = lockstep(folder, "generate", "gpt", "--prompt", "two", "--length", "40");

        assertThat(run.status()).as(run.err()).isZero();
        assertThat(text.status()).as(text.err()).isZero();
        assertThat(text.out().strip()).startsWith("two").hasSizeGreaterThan(20);
        Outcome pictures = lockstep(folder, "generate", "gpt", "--count", "3");
        assertThat(pictures.status()).isEqualTo(ExitStatus.USAGE);
        assertThat(pictures.err()).contains("--count is for GANs");
    }

    @Test
    void whatAModelOfMaskedTextLearnedIsWhereAClassifierBegins() throws Exception {
        Path texts = Files.createDirectory(folder.resolve("rhymes"));
        Files.writeString(texts.resolve("magpies.txt"), "one for sorrow, two for joy,\n".repeat(120));
        Files.writeString(texts.resolve("stars.txt"), "how I wonder what you are\n".repeat(120));
        String[] adam = {"--set", "updater=adam", "--set", "learning-rate=0.002", "--set", "sequence-length=16"};

        List<String> masked = new ArrayList<>(List.of("--model", "bert", "--data", "rhymes/magpies.txt"));
        masked.addAll(List.of(adam));
        Outcome pretrained = train("pretrained", masked.toArray(String[]::new));
        assertThat(pretrained.status()).as(pretrained.err()).isZero();

        List<String> classes = new ArrayList<>(List.of("--model", "bert-classifier", "--data", "rhymes"));
        classes.addAll(List.of(adam));
        classes.addAll(List.of("--set", "init-from=pretrained"));
        Outcome tuned = train("tuned", classes.toArray(String[]::new));
        assertThat(tuned.status()).as(tuned.err()).isZero();
        assertThat(tuned.out())
                .contains("begins with the parameters of pretrained/checkpoints/step-00000020/model.zip")
                .contains("anew: classes_W, classes_b");
        assertThat(json("tuned/summary.json").get("test_accuracy").asDouble()).isGreaterThan(0.9);
        // a copy: the other run may go on, and drop the checkpoint
        assertThat(Files.readString(folder.resolve("tuned/config.conf"))).contains("tuned/initial.zip");
        assertThat(folder.resolve("tuned/initial.zip"))
                .hasSameBinaryContentAs(folder.resolve("pretrained/checkpoints/step-00000020/model.zip"));
        Outcome other = lockstep(folder, "train", "--resume", "--run-dir", "tuned", "--set", "init-from=foreign");
        assertThat(other.status()).isEqualTo(2);
        assertThat(other.err()).contains("init-from is for a new run");
        Outcome tested = lockstep(folder, "evaluate", "tuned", "--workers", "1");
        assertThat(tested.status()).as(tested.err()).isZero();

        assertHeadIsTrainedOnExportedWeights(classes.subList(0, classes.size() - 2));

        Outcome foreign = train("foreign", "--model", "lenet5", "--set", "init-from=pretrained");
        assertThat(foreign.status()).isEqualTo(2);
        assertThat(foreign.err()).contains("cannot begin with").contains("another one");
        assertThat(folder.resolve("foreign")).doesNotExist();
    }

    /** Through a file of weights, with the body frozen; and out again as ONNX. */
    private void assertHeadIsTrainedOnExportedWeights(List<String> classes) throws Exception {
        Outcome exported = lockstep(folder, "export", "pretrained", "--out", "bert.safetensors");
        assertThat(exported.status()).as(exported.err()).isZero();
        assertThat(exported.out()).contains("names of Lockstep");
        List<String> call = new ArrayList<>(classes);
        call.addAll(List.of("--set", "init-from=bert.safetensors", "--set", "freeze=..norm"));
        Outcome strict = train("head", call.toArray(String[]::new));
        assertThat(strict.status()).isEqualTo(ExitStatus.USAGE);
        assertThat(strict.err())
                .contains("'classes_W' for classes_W")
                .contains("'output_W'")
                .contains("init-strict");
        call.addAll(List.of("--set", "init-strict=false"));
        Outcome head = train("head", call.toArray(String[]::new));
        assertThat(head.status()).as(head.err()).isZero();
        assertThat(head.out()).contains("anew: classes_W, classes_b");
        assertThat(Files.readString(folder.resolve("head/config.conf"))).contains("head/initial.safetensors");

        Outcome again = lockstep(folder, "export", "head", "--out", "head.safetensors");
        assertThat(again.status()).as(again.err()).isZero();
        Outcome onnx = lockstep(folder, "export", "head", "--out", "head.onnx");
        assertThat(onnx.status()).as(onnx.err()).isZero();
        assertThat(Files.size(folder.resolve("head.onnx"))).isGreaterThan(100_000);
        Outcome neither = lockstep(folder, "export", "head", "--out", "head.pt");
        assertThat(neither.status()).isEqualTo(ExitStatus.USAGE);
        assertThat(neither.err()).contains("onnx or safetensors, not 'pt'");
    }

    /** What the words before it say is in it: a person copies the line, and nothing else. */
    private static String[] printedCall(String out) {
        String call = out.lines()
                .filter(line -> line.startsWith("go on with: bin/lockstep "))
                .findFirst()
                .orElseThrow(() -> new AssertionError(out));
        return call.replaceFirst("^go on with: bin/lockstep ", "").split(" ");
    }

    /** 20 steps over 300 pictures by 32: every tenth batch is a short one. */
    private Outcome train(String name, String... options) throws IOException, InterruptedException {
        List<String> args =
                new ArrayList<>(List.of("train", "--run-dir", name, "--steps", "20", "--global-batch", "32"));
        args.addAll(List.of("--set", "train-examples=300", "--set", "test-examples=50", "--set", "log-every=1"));
        args.addAll(List.of(options));
        if (!args.contains("resnet20")) { // which runs as people have it
            args.addAll(LockstepProcess.SHORT_LIVED_EXECUTORS);
        }
        return lockstep(folder, args.toArray(String[]::new));
    }

    private List<Double> losses(Outcome run, String name) throws IOException {
        assertThat(run.status()).as(run.err()).isZero();
        List<Double> losses = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve(name + "/metrics.jsonl"))) {
            losses.add(Json.parse(line).get("loss").asDouble());
        }
        return losses;
    }

    private JsonNode json(String file) throws IOException {
        return Json.parse(Files.readString(folder.resolve(file)));
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(each -> texts.add(each.asText()));
        return texts;
    }
}
