package io.lockstep.datasets.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.DatasetNotFoundException;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.images.CifarFormat;
import io.lockstep.datasets.images.GeneratedShapes;
import io.lockstep.datasets.storage.LocalStorage;
import io.lockstep.datasets.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DataCatalogTest {
    @TempDir
    Path home;

    private DataCatalog catalog;

    @BeforeEach
    void open() {
        catalog = new DataCatalog(new LocalStorage(), home.toString());
    }

    @Test
    void shapesNeedsNoFiles() throws Exception {
        DataSource shapes = catalog.resolve("shapes");
        assertThat(shapes.examples(Split.TRAIN)).isEqualTo(10_000);
        assertThat(shapes.examples(Split.TEST)).isEqualTo(2_000);
        assertThat(shapes.classNames()).hasSize(10);
    }

    @Test
    void aPublishedSetIsFoundInTheDataHomeOnceItIsThere() throws Exception {
        assertThat(catalog.present("cifar10")).isFalse();
        assertThatThrownBy(() -> catalog.resolve("cifar10"))
                .isInstanceOf(DatasetNotFoundException.class)
                .hasMessage(
                        "cifar10 is not in " + home + "/cifar-10-batches-bin: run `bin/lockstep data fetch cifar10`,"
                                + " or use `--data shapes`, which needs no download");
        writeShapes(home.resolve("cifar-10-batches-bin"));
        assertThat(catalog.present("cifar10")).isTrue();
        assertThat(catalog.resolve("cifar10").name()).isEqualTo("cifar10");
        assertThatThrownBy(() -> catalog.resolve("mnist")).hasMessageContaining("data fetch mnist");
    }

    @Test
    void aPathMayBeAFolderOrAUri() throws Exception {
        writeShapes(home.resolve("mine"));
        assertThat(catalog.resolve(home + "/mine").name()).isEqualTo("mine");
        assertThat(catalog.resolve(home + "/mine/").name()).isEqualTo("mine");
        assertThat(catalog.resolve(home.resolve("mine").toUri().toString()).examples(Split.TRAIN))
                .isEqualTo(20);
    }

    @ParameterizedTest
    @CsvSource({"cifar,cifar10", "CIFAR-10,cifar10", "minst,mnist", "shape,shapes"})
    void anUnknownNameIsAnsweredWithTheNearestAndAllKnown(String name, String nearest) {
        assertThatThrownBy(() -> catalog.resolve(name))
                .isInstanceOf(DatasetNotFoundException.class)
                .hasMessage("unknown data '" + name + "'; did you mean '" + nearest
                        + "'? Known: shapes, reverse, sort, cifar10, cifar100, mnist, fashion-mnist, kmnist, tinyshakespeare, shakespeare-plays, or a path such as ./"
                        + name);
    }

    @Test
    void aFolderThatIsNotThereOrHoldsSomethingElseIsNamed() throws Exception {
        assertThatThrownBy(() -> catalog.resolve(home + "/nothing"))
                .isInstanceOf(DatasetNotFoundException.class)
                .hasMessage(home + "/nothing: no such folder; a WebDataset ends in .tar, a TFRecord ends in"
                        + " .tfrecord, a text file ends in .txt");
        Files.writeString(home.resolve("notes.csv"), "no data");
        assertThatThrownBy(() -> catalog.resolve(home.toString()))
                .isInstanceOf(DatasetNotFoundException.class)
                .hasMessageContaining("holds no data set");
        assertThatThrownBy(() -> catalog.resolve(home + "/notes.csv"))
                .isInstanceOf(DatasetNotFoundException.class)
                .hasMessageContaining("notes.csv: no such folder");
    }

    @Test
    void theFolderAboveIsAnsweredWithTheOneBelow() throws Exception {
        writeShapes(home.resolve("cifar-10-batches-bin"));
        assertThatThrownBy(() -> catalog.resolve(home.toString()))
                .hasMessageEndingWith("did you mean " + home + "/cifar-10-batches-bin?");
    }

    @Test
    void aFolderOfTwoFormatsIsAmbiguous() throws Exception {
        Path mixed = home.resolve("mixed");
        writeShapes(mixed);
        Files.writeString(mixed.resolve("input.txt"), "a text beside pictures");
        assertThatThrownBy(() -> catalog.resolve(mixed.toString()))
                .isInstanceOf(DatasetNotFoundException.class)
                .hasMessage(
                        mixed + " holds more than one data set: CIFAR-10 binary files; a text, input.txt. To choose,"
                                + " give each a folder of its own, or name the text itself, " + mixed + "/input.txt");
    }

    @Test
    void aFolderThatHoldsNothingOfAFormatSaysWhatItHolds() throws Exception {
        Path folder = Files.createDirectory(home.resolve("other"));
        assertThatThrownBy(() -> catalog.resolve(folder.toString())).hasMessageContaining("nothing is in it");
        Files.writeString(folder.resolve("._train.parquet"), "");
        assertThatThrownBy(() -> catalog.resolve(folder.toString())).hasMessageContaining("nothing is in it");
        for (int i = 0; i < 9; i++) {
            Files.writeString(folder.resolve("part-" + i + ".parquet"), "");
        }
        assertThatThrownBy(() -> catalog.resolve(folder.toString()))
                .isInstanceOf(DatasetNotFoundException.class)
                .hasMessageContaining("it has part-0.parquet")
                .hasMessageContaining("part-5.parquet and 3 more. What is read: CIFAR-10's");
    }

    @Test
    void aCallThatMeansAFolderWithTheNameOfASetIsToldHowToNameIt() throws Exception {
        Storage here = new StorageWith("mnist");
        var other = new DataCatalog(here, home.resolve("nothing").toString());
        assertThat(other.hides("mnist")).isTrue();
        assertThat(other.hides("shapes")).isFalse();
        assertThatThrownBy(() -> other.resolve("mnist"))
                .hasMessageContaining("data fetch mnist")
                .hasMessageEndingWith("; for the folder mnist that is here, say --data ./mnist");
    }

    @Test
    void aDescriptionCountsAndMeasures() throws Exception {
        writeShapes(home.resolve("mine"));
        DatasetDescription description = catalog.describe(home + "/mine");
        assertThat(description.format()).isEqualTo("CIFAR-10 binary");
        assertThat(description.trainExamples()).isEqualTo(20);
        assertThat(description.trainClassCounts()).containsOnly(2);
        assertThat(description.testExamples()).isEqualTo(10);
        assertThat(description.testClassCounts()).containsOnly(1);
        assertThat(description.shape()).hasToString("3x32x32");
        assertThat(description.normalization())
                .isEqualTo(new GeneratedShapes(5, 20, 10).read(Split.TRAIN).normalization());
    }

    private static void writeShapes(Path folder) throws Exception {
        var shapes = new GeneratedShapes(5, 20, 10);
        CifarFormat.write(new LocalStorage(), folder.toString(), shapes.read(Split.TRAIN), shapes.read(Split.TEST));
    }

    /** The disk, and a name in the working directory, which a test does not write to. */
    private record StorageWith(String name) implements Storage {
        private static final LocalStorage DISK = new LocalStorage();

        @Override
        public boolean exists(String path) throws IOException {
            return path.equals(name) || DISK.exists(path);
        }

        @Override
        public InputStream open(String path) throws IOException {
            return DISK.open(path);
        }

        @Override
        public OutputStream create(String path) throws IOException {
            return DISK.create(path);
        }

        @Override
        public List<Entry> list(String folder) throws IOException {
            return DISK.list(folder);
        }

        @Override
        public void delete(String path) throws IOException {
            DISK.delete(path);
        }
    }
}
