package io.lockstep.cli;

import static io.lockstep.cli.LockstepProcess.lockstep;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lockstep.cli.LockstepProcess.Outcome;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A generative adversarial network and a classifier, trained by bin/lockstep, and what is done with them afterwards. */
class GamesIT {
    @TempDir
    Path folder;

    private Outcome run(String... arguments) throws Exception {
        Outcome outcome = lockstep(folder, arguments);
        assertThat(outcome.status())
                .as(String.join(" ", arguments) + "\n" + outcome.err())
                .isZero();
        return outcome;
    }

    private void classifier(int steps, int examples) throws Exception {
        List<String> train = new ArrayList<>(List.of("train", "--model", "lenet5", "--run-dir", "classifier"));
        train.addAll(List.of("--steps", "" + steps, "--set", "train-examples=" + examples));
        train.addAll(LockstepProcess.SHORT_LIVED_EXECUTORS);
        run(train.toArray(String[]::new));
    }

    private JsonNode json(String file) throws Exception {
        return new ObjectMapper().readTree(folder.resolve(file).toFile());
    }

    @Test
    void aGanIsTrainedDrawsAndIsMeasured() throws Exception {
        String[] train = ("train " + String.join(" ", LockstepProcess.SHORT_LIVED_EXECUTORS)
                        + " --model dcgan --steps 12 --global-batch 20 --run-dir"
                        + " game --set train-examples=100 --set test-examples=40 --set"
                        + " discriminator-steps=2 --set updater=adam --set learning-rate=0.0002 --set checkpoint-every=4")
                .split(" ");
        Outcome trained = run(train);
        assertThat(trained.out())
                .contains("D(G(z))")
                .contains("discriminator right on")
                .contains("samples in plots/samples.png")
                .contains("2 replicas, bit for bit equal");
        for (String plot : List.of("samples", "balance", "players", "loss")) {
            assertThat(ImageIO.read(
                            folder.resolve("game/plots/" + plot + ".png").toFile()))
                    .as(plot)
                    .isNotNull();
        }
        JsonNode measures = json("game/summary.json").get("measures");
        assertThat(measures.get("d_real").asDouble()).isBetween(0.0, 1.0);
        assertThat(measures.get("value").asDouble()).isNegative();

        classifier(20, 640);
        Outcome measured = run("evaluate", "game", "--classifier", "classifier", "--json", "quality.json");
        assertThat(measured.out()).contains("Parzen log-likelihood").contains("Frechet distance");
        JsonNode quality = json("quality.json");
        assertThat(quality.get("checkpoint_step").asLong()).isEqualTo(12);
        assertThat(quality.get("frechet_distance").asDouble())
                .isGreaterThan(quality.get("frechet_floor").asDouble());

        run("generate", "game", "--count", "7", "--out", "seven.png");
        BufferedImage drawn = ImageIO.read(folder.resolve("seven.png").toFile());
        assertThat(drawn.getWidth()).isEqualTo(2 + 7 * (32 + 2));
        run("generate", "game", "--count", "7", "--out", "again.png");
        assertThat(folder.resolve("again.png")).hasSameBinaryContentAs(folder.resolve("seven.png"));

        Outcome unheeded = lockstep(folder, "generate", "game", "--prompt", "two");
        assertThat(unheeded.status()).isEqualTo(ExitStatus.USAGE);
        assertThat(unheeded.err()).contains("--prompt is for language models");

        Outcome wrong = lockstep(folder, "predict", "game");
        assertThat(wrong.status()).isEqualTo(ExitStatus.USAGE);
        assertThat(wrong.err()).contains("no classifier of pictures");
    }

    @Test
    void aClassifierLabelsItsTestSetAndAFolderOfPictures() throws Exception {
        classifier(30, 960);
        run("predict", "classifier", "--out", "labels.csv", "--json", "labels.json");

        List<String> lines = Files.readAllLines(folder.resolve("labels.csv"));
        assertThat(lines).hasSize(2_001).startsWith("id,label");
        assertThat(lines.get(2_000)).startsWith("2000,");
        assertThat(json("labels.json").get("correct").asDouble())
                .isCloseTo(json("classifier/summary.json").get("test_accuracy").asDouble(), within(1e-9));

        Path pictures = Files.createDirectory(folder.resolve("pictures"));
        for (String name : List.of("10.png", "9.png", "a.png")) {
            ImageIO.write(
                    new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB),
                    "png",
                    pictures.resolve(name).toFile());
        }
        Files.writeString(pictures.resolve("notes.txt"), "not a picture");
        run("predict", "classifier", "--images", "pictures", "--out", "three.csv");
        List<String> three = Files.readAllLines(folder.resolve("three.csv"));
        assertThat(three).hasSize(4);
        assertThat(three.stream().map(line -> line.replaceAll(",.*", ""))).containsExactly("id", "9", "10", "a");

        ImageIO.write(
                new BufferedImage(28, 28, BufferedImage.TYPE_INT_RGB),
                "png",
                pictures.resolve("b.png").toFile());
        Outcome wrong = lockstep(folder, "predict", "classifier", "--images", "pictures");
        assertThat(wrong.status()).isEqualTo(ExitStatus.USAGE);
        assertThat(wrong.err()).contains("b.png is 28x28").contains("32x32");
        assertThat(folder.resolve("predictions.csv")).doesNotExist();
    }

    @Test
    void aDoctorLooksAtTheExecutorsToo() throws Exception {
        Outcome healthy = run("doctor", "--master", "local-cluster[2,1,1024]", "--json", "report.json");
        assertThat(healthy.out()).contains("ranks meet").contains("clocks").contains("nothing would stop the run");
        assertThat(json("report.json").get("runnable").asBoolean()).isTrue();

        Outcome sick = lockstep(folder, "doctor", "--master", "local-cluster[1,1,1024]", "--set", "precision=fp32");
        assertThat(sick.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(sick.out())
                .contains("FAIL")
                .contains("2 workers need 2 slots")
                .contains("1 would stop the run");
    }
}
