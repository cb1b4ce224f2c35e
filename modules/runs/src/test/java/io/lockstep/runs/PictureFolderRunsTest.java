package io.lockstep.runs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.MalformedDatasetException;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.images.CifarFormat;
import io.lockstep.datasets.images.GeneratedShapes;
import io.lockstep.datasets.images.ImageDataset;
import io.lockstep.datasets.images.ImageSource;
import io.lockstep.datasets.storage.LocalStorage;
import io.lockstep.runs.networks.Networks;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.UsageException;
import io.lockstep.runs.spark.SparkJobs;
import io.lockstep.training.Task;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs on folders of pictures by class. */
class PictureFolderRunsTest {
    @TempDir
    Path folder;

    private Configuration configuration(Path data, String... settings) {
        Configuration configuration = new Configuration();
        Stream.concat(
                        Stream.of(
                                "model=lenet5",
                                "data=" + data,
                                "steps=4",
                                "global-batch=8",
                                "crop-padding=4",
                                "run-dir=" + folder.resolve("run")),
                        Stream.of(settings))
                .forEach(configuration::put);
        return configuration;
    }

    private Path writePictures() throws IOException {
        var shapes = new GeneratedShapes(5, 60, 20);
        for (Split split : Split.values()) {
            ImageDataset set = shapes.read(split);
            for (int i = 0; i < set.examples(); i++) {
                String name = split.name().toLowerCase(Locale.ROOT) + "/"
                        + set.classNames().get(set.label(i)) + "/" + i + ".png";
                Path file = folder.resolve("pictures").resolve(name);
                Files.createDirectories(file.getParent());
                ImageIO.write(image(set, i), "png", file.toFile());
            }
        }
        return folder.resolve("pictures");
    }

    private static BufferedImage image(ImageDataset set, int example) {
        BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 3 * 32 * 32; i++) {
            int value = set.pixel(example, i / 1024, i / 32 % 32, i % 32);
            image.getRaster().setSample(i % 32, i / 32 % 32, i / 1024, value);
        }
        return image;
    }

    private String trained(Configuration configuration) throws IOException {
        PlannedRuns.plan(configuration, Networks.zoo());
        return PlannedRuns.train(
                configuration, Networks.zoo(), Task.CLASSIFICATION, Files.createTempDirectory(folder, "checkpoints"));
    }

    @Test
    void picturesTrainWithTheBitsOfABinaryFileInTheirOrder() throws Exception {
        Path pictures = writePictures();
        ImageSource source = (ImageSource) SparkJobs.openData(configuration(pictures), PlannedRuns.STORAGE);
        Path binary = folder.resolve("binary");
        CifarFormat.write(new LocalStorage(), binary.toString(), source.read(Split.TRAIN), source.read(Split.TEST));

        String hash = trained(configuration(pictures));

        assertThat(trained(configuration(binary))).isEqualTo(hash);
        assertThat(trained(configuration(pictures, "seed=8"))).isNotEqualTo(hash);
    }

    @Test
    void settingsOfPicturesReachWhatReadsThem() throws Exception {
        Path training = writePictures().resolve("train");
        Configuration small = configuration(training, "image-size=20x16", "image-channels=1", "test-share=0.5");
        ImageSource source = (ImageSource) SparkJobs.openData(small, PlannedRuns.STORAGE);
        assertThat(source.shape()).isEqualTo(new ImageShape(1, 20, 16));
        assertThat(source.examples(Split.TEST)).isEqualTo(30);
        trained(configuration(training, "image-size=16x16", "test-share=0.5"));
        Configuration other = configuration(training, "test-share=0.5", "test-seed=1");
        assertThat(((ImageSource) SparkJobs.openData(other, PlannedRuns.STORAGE))
                        .read(Split.TEST)
                        .normalization())
                .isNotEqualTo(((ImageSource)
                                SparkJobs.openData(configuration(training, "test-share=0.5"), PlannedRuns.STORAGE))
                        .read(Split.TEST)
                        .normalization());
    }

    @ParameterizedTest
    @ValueSource(strings = {"image-size=16x16", "image-channels=1", "image-background=white", "test-share=0.2"})
    void settingsOfPictureFoldersAreRefusedForOtherData(String setting) {
        Configuration configuration = configuration(Path.of("unused"), "data=shapes", setting);
        assertThatThrownBy(() -> PlannedRuns.plan(configuration, Networks.zoo()))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("is for folders of pictures by class")
                .hasMessageContaining("and shapes is generated");
    }

    @Test
    void aShareToTestOnIsRefusedWhereThereAreTestPictures() throws Exception {
        Configuration configuration = configuration(writePictures(), "test-share=0.2");
        assertThatThrownBy(() -> PlannedRuns.plan(configuration, Networks.zoo()))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("is for folders without test pictures, and pictures has some of its own");
    }

    @ParameterizedTest
    @ValueSource(strings = {"16", "0x16", "16x", "99999x2"})
    void aSizeIsHeightAndWidth(String size) {
        assertThatThrownBy(() -> configuration(Path.of("unused"), "image-size=" + size))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("image-size");
    }

    @Test
    void aDamagedPictureIsNamedBeforeARunStarts() throws Exception {
        Path pictures = writePictures();
        String first = new GeneratedShapes().classNames().get(0);
        Path damaged = pictures.resolve("test").resolve(first).resolve("damaged.jpg");
        Files.write(damaged, new byte[] {(byte) 0xff, (byte) 0xd8, (byte) 0xff});
        assertThatThrownBy(() -> PlannedRuns.plan(configuration(pictures), Networks.zoo()))
                .isInstanceOf(MalformedDatasetException.class)
                .hasMessageContaining("/pictures/test/" + first + "/damaged.jpg is a truncated JPEG");
    }
}
