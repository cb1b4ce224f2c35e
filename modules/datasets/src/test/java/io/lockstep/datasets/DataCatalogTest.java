package io.lockstep.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(30)
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
                        + "'? Known: shapes, reverse, sort, cifar10, mnist, tinyshakespeare, shakespeare-plays, or a path such as ./"
                        + name);
    }

    @Test
    void aFolderThatIsNotThereOrHoldsSomethingElseIsNamed() throws Exception {
        assertThatThrownBy(() -> catalog.resolve(home + "/nothing"))
                .isInstanceOf(DatasetNotFoundException.class)
                .hasMessage(home + "/nothing: no such folder; a text file ends in .txt");
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
                .isEqualTo(Normalization.of(new GeneratedShapes(5, 20, 10).read(Split.TRAIN)));
    }

    private static void writeShapes(Path folder) throws Exception {
        var shapes = new GeneratedShapes(5, 20, 10);
        CifarFormat.write(new LocalStorage(), folder.toString(), shapes.read(Split.TRAIN), shapes.read(Split.TEST));
    }
}
