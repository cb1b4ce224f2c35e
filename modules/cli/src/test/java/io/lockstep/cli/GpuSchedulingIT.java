package io.lockstep.cli;

import static io.lockstep.cli.LockstepProcess.lockstep;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.cli.LockstepProcess.Outcome;
import io.lockstep.runs.folder.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Spark's own resource scheduling, on two workers that are told of two GPUs each. */
class GpuSchedulingIT {
    @TempDir
    Path folder;

    /** Whatever share of one the application's other tasks have. */
    @ParameterizedTest
    @ValueSource(strings = {"1", "0.25"})
    void eachOfFourRanksHasAGpuOfItsOwn(String ofTask) throws Exception {
        // the first worker that asks is told of two, the next of two others
        Path discovery = script(String.format(Locale.ROOT, """
                if mkdir '%s/asked' 2>/dev/null
                then echo '{"name": "gpu", "addresses": ["0", "1"]}'
                else echo '{"name": "gpu", "addresses": ["2", "3"]}'
                fi
                """, folder));

        Outcome run = train(discovery, ofTask, "2", "2");

        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).contains("ranks have GPUs, which stay idle");
        List<String> gpus = new ArrayList<>();
        for (JsonNode rank : Json.parse(Files.readString(folder.resolve("run/environment.json")))
                .get("ranks")) {
            assertThat(rank.get("gpus")).hasSize(1);
            gpus.add(rank.get("gpus").get(0).asText());
        }
        assertThat(gpus).containsExactlyInAnyOrder("0", "1", "2", "3");
    }

    @Test
    void twoRanksWithTheSameGpuAreNamed() throws Exception {
        Path discovery = script("echo '{\"name\": \"gpu\", \"addresses\": [\"0\", \"1\"]}'\n");

        Outcome run = train(discovery, "1", "2", "2");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).containsPattern("ranks \\d and \\d were both given GPU [01] of 127.0.0.1");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 2, 2, a rank has one whole GPU: set spark.task.resource.gpu.amount=1",
        "2, 2, 2, 'spark.task.resource.gpu.amount=1, not 2'",
        "1, 0, 2, set spark.executor.resource.gpu.amount",
        "1, 4, 2, an executor has cores for 2 rank(s) and 4 GPU(s)"
    })
    void wrongSettingsAreNamed(String ofTask, String ofExecutor, String cores, String expected) throws Exception {
        Outcome run = train(script("exit 1\n"), ofTask, ofExecutor, cores);

        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err().lines()).as(run.err()).singleElement().asString().contains(expected);
    }

    private Outcome train(Path discovery, String ofTask, String ofExecutor, String cores) throws Exception {
        List<String> call = new ArrayList<>(List.of("train", "--model", "lenet5", "--steps", "5", "--run-dir", "run"));
        call.addAll(List.of("--workers", "4", "--master", "local-cluster[2,2,1024]"));
        for (String setting : List.of("train-examples=200", "test-examples=50")) {
            call.addAll(List.of("--set", setting));
        }
        List<String> properties = new ArrayList<>(List.of(
                "spark.executor.cores=" + cores,
                "spark.executor.memory=1g",
                "spark.worker.resource.gpu.amount=2",
                "spark.worker.resource.gpu.discoveryScript=" + discovery));
        if (!ofTask.equals("0")) {
            properties.add("spark.task.resource.gpu.amount=" + ofTask);
        }
        if (!ofExecutor.equals("0")) {
            properties.add("spark.executor.resource.gpu.amount=" + ofExecutor);
        }
        for (String property : properties) {
            call.addAll(List.of("--conf", property));
        }
        call.addAll(LockstepProcess.SHORT_LIVED_EXECUTORS);
        return lockstep(folder, call.toArray(String[]::new));
    }

    private Path script(String body) throws IOException {
        Path script = folder.resolve("discovery.sh");
        Files.writeString(script, "#!/bin/sh\n" + body);
        return Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    }
}
