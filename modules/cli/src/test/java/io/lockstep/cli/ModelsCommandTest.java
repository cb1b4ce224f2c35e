package io.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lockstep.modelzoo.ModelZoo;
import io.lockstep.runs.folder.Json;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelsCommandTest {
    @TempDir
    Path folder;

    @Test
    void everyModelIsListedWithItsSize() throws Exception {
        JsonNode models = run("models");

        assertThat(models).hasSize(ModelZoo.names().size());
        assertThat(models).allSatisfy(model -> {
            assertThat(model.get("parameters").asLong()).isPositive();
            assertThat(model.get("forward_mflop").asDouble()).isPositive();
            assertThat(model.get("source").asText()).isNotBlank();
        });
    }

    @Test
    void anotherInputAndNumberOfClassesAreCounted() throws Exception {
        JsonNode model =
                run("models", "lenet5", "--input", "1x28x28", "--classes", "7").get("model");

        // C1 6 x 26 (28x28 padded to 32), C3 16 x 151, C5 120 x 401, F6 84 x 121, output 7 x 85
        assertThat(model.get("parameters").asLong()).isEqualTo(6 * 26 + 16 * 151 + 120 * 401 + 84 * 121 + 7 * 85);
    }

    @Test
    void aModelThatRefusesTheInputIsListedWithItsReason() throws Exception {
        PrintStream before = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        JsonNode models;
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            models = run("models", "--input", "1x28x28");
        } finally {
            System.setOut(before);
        }

        String reason = "vgg16 needs images of 32x32 or more, not 28x28";
        assertThat(named("vgg16", models).get("refused").asText()).isEqualTo(reason);
        assertThat(named("vgg16", models).has("parameters")).isFalse();
        assertThat(printed.toString(StandardCharsets.UTF_8)).containsPattern("vgg16 +1x28x28 +10  " + reason);
        assertThat(named("lenet5", models).get("parameters").asLong()).isPositive();
        assertThat(named("vit", models).get("parameters").asLong()).isPositive(); // behind those that refuse
    }

    @Test
    void aModelThatRefusesTheInputIsAnErrorWhereItIsTheOneAskedFor() {
        assertThat(Commands.execute(Commands.StartedBy.LAUNCHER, "models", "vgg16", "--input", "1x28x28"))
                .isEqualTo(ExitStatus.USAGE);
    }

    private static JsonNode named(String name, JsonNode models) {
        for (JsonNode model : models) {
            if (model.get("name").asText().equals(name)) {
                return model;
            }
        }
        throw new AssertionError(name + " is not in the list");
    }

    private JsonNode run(String... args) throws Exception {
        Path json = folder.resolve("result.json");
        String[] all = java.util.Arrays.copyOf(args, args.length + 2);
        all[args.length] = "--json";
        all[args.length + 1] = json.toString();
        assertThat(Commands.execute(Commands.StartedBy.LAUNCHER, all)).isZero();
        return Json.parse(Files.readString(json));
    }
}
