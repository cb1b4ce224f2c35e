package io.lockstep.cli;

import static io.lockstep.cli.LockstepProcess.lockstep;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.cli.LockstepProcess.Outcome;
import io.lockstep.runs.masters.MasterTraining;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIf;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** DL4J's own masters between processes, from the command line to a run folder that other commands read. */
class MastersIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    static boolean areInTheBuild() {
        return MasterTraining.find().isPresent();
    }

    @Test
    @DisabledIf("areInTheBuild")
    void aBuildWithoutThemSaysWhichOneHasThem() throws Exception {
        Outcome refused = lockstep(folder, "train", "--strategy", "dl4j-parameter-averaging");

        assertThat(refused.status()).isEqualTo(2);
        assertThat(refused.err())
                .contains("dl4j-parameter-averaging is not in this build", "take Lockstep's build for Spark 3.5");
    }

    @ParameterizedTest
    @EnabledIf("areInTheBuild")
    @CsvSource({
        "dl4j-parameter-averaging, averaging-period=4",
        "dl4j-gradient-sharing, dl4j-insecure-transport=true",
    })
    void learnsAndLeavesAWholeRunFolder(String strategy, String setting) throws Exception {
        Outcome trained = lockstep(
                folder,
                ("train --model lenet5 --data shapes --global-batch 32 --epochs 2 --run-dir run --strategy " + strategy
                                + " --set " + setting + " --set updater=adam --set learning-rate=0.001"
                                + " --set schedule=constant --set flip=false --set log-every=8 "
                                + String.join(" ", LockstepProcess.SHORT_LIVED_EXECUTORS)
                                + " --set train-examples=512 --set test-examples=128")
                        .split(" "));

        assertThat(trained.status()).as(trained.out() + trained.err()).isZero();
        JsonNode summary = JSON.readTree(folder.resolve("run/summary.json").toFile());
        assertThat(summary.get("strategy").asText()).isEqualTo(strategy);
        assertThat(summary.get("steps").asLong()).isEqualTo(32);
        assertThat(summary.get("examples").asLong()).isEqualTo(1024);
        assertThat(summary.get("bytes_sent").asDouble()).isPositive();
        List<JsonNode> metrics = metrics();
        assertThat(metrics.get(metrics.size() - 1).get("loss").asDouble())
                .isLessThan(metrics.get(0).get("loss").asDouble());
        Outcome evaluated = lockstep(folder, "evaluate", "run", "--workers", "1");
        assertThat(evaluated.status()).as(evaluated.out() + evaluated.err()).isZero();
    }

    private List<JsonNode> metrics() throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve("run/metrics.jsonl"))) {
            lines.add(JSON.readTree(line));
        }
        return lines;
    }
}
