package io.lockstep.cli;

import static io.lockstep.cli.LockstepProcess.lockstep;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.cli.LockstepProcess.Outcome;
import io.lockstep.runs.folder.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Executors that are killed in a run of bin/lockstep. */
class RecoveryIT {
    private static final int STEPS = 60;

    @TempDir
    static Path folder;

    @BeforeAll
    static void trainUndisturbed() throws Exception {
        Outcome undisturbed = lockstep(folder, train("undisturbed").toArray(String[]::new));
        assertThat(undisturbed.status()).as(undisturbed.err()).isZero();
    }

    @Test
    void aRunThatLosesExecutorsEndsByItselfWithTheBitsOfOneThatLostNone() throws Exception {
        Outcome disturbed = killing("disturbed", List.of(), 8, 30);

        assertThat(disturbed.status()).as(disturbed.err()).isZero();
        assertThat(disturbed.out())
                .contains("going on from the last checkpoint")
                .contains("bit for bit equal");
        assertThat(json("disturbed").get("restarts").asInt()).isEqualTo(2);
        assertThat(json("disturbed").get("parameters_sha256"))
                .isEqualTo(json("undisturbed").get("parameters_sha256"));
        assertThat(Files.readAllLines(folder.resolve("disturbed/metrics.jsonl")))
                .as("a line for each step, none twice")
                .hasSize(STEPS);
    }

    /** As a cluster does that takes its container back. */
    @Test
    void anExecutorThatIsToldToEndLosesNothing() throws Exception {
        // nobody would write a checkpoint before the end otherwise
        Outcome disturbed = disturbing("told", List.of("--set", "checkpoint-every=1000"), ProcessHandle::destroy, 8);

        assertThat(disturbed.status()).as(disturbed.err()).isZero();
        assertThat(disturbed.out())
                .contains("was told to end; all ranks stopped after step")
                .contains("going on from the last checkpoint, try 1 of");
        assertThat(json("told").get("restarts").asInt()).isEqualTo(1);
        assertThat(json("told").get("parameters_sha256"))
                .isEqualTo(json("undisturbed").get("parameters_sha256"));
    }

    @Test
    void withoutRetriesALostRankEndsTheRunAndSaysHowToGoOn() throws Exception {
        Outcome run = killing("fragile", List.of("--set", "retries=0"), 8);

        assertThat(run.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(run.err()).contains("lost rank").contains("train --resume --run-dir");
        String advised = run.err().strip().replaceFirst("(?s).*go on with: bin/lockstep ", "");
        Outcome resumed = lockstep(folder, advised.split(" "));
        assertThat(resumed.status()).as(resumed.err()).isZero();
        assertThat(json("fragile").get("resumed_from_step").asInt()).isPositive();
    }

    /** Runs, and kills an executor each time when so many steps have been logged. */
    private Outcome killing(String name, List<String> options, int... atSteps) throws Exception {
        return disturbing(name, options, ProcessHandle::destroyForcibly, atSteps);
    }

    private Outcome disturbing(String name, List<String> options, Consumer<ProcessHandle> blow, int... atSteps)
            throws Exception {
        Path out = folder.resolve(name + ".out");
        Path err = folder.resolve(name + ".err");
        List<String> command = new ArrayList<>();
        command.add(LockstepProcess.DISTRIBUTION.resolve("bin/lockstep").toString());
        command.addAll(train(name));
        command.addAll(options);
        Process process = LockstepProcess.start(folder, command, Map.of(), out, err);
        try {
            for (int steps : atSteps) {
                Path metrics = folder.resolve(name).resolve("metrics.jsonl");
                boolean goesOn = !options.contains("checkpoint-every=1000");
                Await.until(
                        "step " + steps,
                        process,
                        err,
                        () -> Files.exists(metrics)
                                && Files.readAllLines(metrics).size() >= steps
                                && (!goesOn || hasCheckpoint(name)));
                blow.accept(CommandLines.find(process.descendants(), "java", "CoarseGrainedExecutorBackend"));
            }
            Await.end(process);
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        return new Outcome(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    /** Checkpoints are written beside the steps: the first may be whole a few steps later. */
    private static boolean hasCheckpoint(String name) throws IOException {
        try (Stream<Path> files =
                Files.find(folder.resolve(name).resolve("checkpoints"), 2, (file, is) -> file.endsWith("MANIFEST"))) {
            return files.findAny().isPresent();
        } catch (UncheckedIOException e) { // one that was replaced meanwhile
            return false;
        }
    }

    private static List<String> train(String name) {
        List<String> args = new ArrayList<>(List.of("train", "--model", "lenet5", "--run-dir", name));
        args.addAll(List.of("--steps", "" + STEPS, "--global-batch", "64"));
        for (String setting : List.of(
                "train-examples=1000", "test-examples=50", "log-every=1", "checkpoint-every=5", "deadline=600s")) {
            args.addAll(List.of("--set", setting));
        }
        args.addAll(LockstepProcess.SHORT_LIVED_EXECUTORS);
        return args;
    }

    private JsonNode json(String name) throws IOException {
        return Json.parse(Files.readString(folder.resolve(name).resolve("summary.json")));
    }
}
