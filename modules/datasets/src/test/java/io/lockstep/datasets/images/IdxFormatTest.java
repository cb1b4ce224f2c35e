package io.lockstep.datasets.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.DatasetException;
import io.lockstep.datasets.DatasetNotFoundException;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.MalformedDatasetException;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.catalog.DataCatalog;
import io.lockstep.datasets.storage.LocalStorage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IdxFormatTest {
    private static final ImageDataset TRAIN = TestImages.random(1, 12, new ImageShape(1, 5, 4));
    private static final ImageDataset TEST = TestImages.random(2, 7, new ImageShape(1, 5, 4));

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void imagesAndLabelsAreReadGzippedOrNot(boolean gzip) throws Exception {
        writeSet(gzip);
        ImageSource source = open();
        assertThat(source.format()).isEqualTo("MNIST idx");
        assertThat(source.shape()).isEqualTo(TRAIN.shape());
        assertThat(source.classNames()).startsWith("0", "1").hasSize(10);
        assertThat(TestImages.bytes(source.read(Split.TRAIN))).isEqualTo(TestImages.bytes(TRAIN));
        assertThat(TestImages.labels(source.read(Split.TEST))).isEqualTo(TestImages.labels(TEST));
        var range = new ExampleRange(3, 6);
        assertThat(TestImages.bytes(source.read(Split.TEST, range))).isEqualTo(TestImages.bytes(TEST.range(range)));
        assertThat(TestImages.labels(source.read(Split.TEST, range))).isEqualTo(TestImages.labels(TEST.range(range)));
    }

    @Test
    void namesWithADotAreTheSameFiles() throws Exception {
        writeSet(false);
        Files.move(folder.resolve("train-images-idx3-ubyte"), folder.resolve("train-images.idx3-ubyte"));
        assertThat(open().examples(Split.TRAIN)).isEqualTo(12);
    }

    @Test
    void aMissingFileIsNamed() throws Exception {
        writeSet(false);
        Files.delete(folder.resolve("t10k-labels-idx1-ubyte"));
        assertThatThrownBy(this::open)
                .isInstanceOf(DatasetNotFoundException.class)
                .hasMessage(folder + "/t10k-labels-idx1-ubyte (or with .gz) is missing");
    }

    @Test
    void aCutOrPaddedFileIsRefusedWithBothLengths() throws Exception {
        writeSet(false);
        Path images = folder.resolve("train-images-idx3-ubyte");
        byte[] whole = Files.readAllBytes(images);
        Files.write(images, Arrays.copyOf(whole, 255));
        assertThatThrownBy(this::open)
                .isInstanceOf(MalformedDatasetException.class)
                .hasMessage(images + " is truncated: expected 256 bytes, found 255");
        Files.write(images, Arrays.copyOf(whole, 257));
        assertThatThrownBy(this::open).hasMessage(images + " is too long: expected 256 bytes, found 257");
        Files.write(images, new byte[3]);
        assertThatThrownBy(this::open).hasMessage(images + " is truncated: expected 4 bytes, found 3");
    }

    @Test
    void aCutGzipIsTruncated() throws Exception {
        writeSet(true);
        Path images = folder.resolve("train-images-idx3-ubyte.gz");
        byte[] whole = Files.readAllBytes(images);
        Files.write(images, Arrays.copyOf(whole, whole.length - 40));
        assertThatThrownBy(() -> open().read(Split.TRAIN))
                .isInstanceOf(MalformedDatasetException.class)
                .hasMessageContaining(images + " is truncated");
        Files.writeString(images, "this is no gzip file at all, but long enough to be one");
        assertThatThrownBy(this::open)
                .isInstanceOf(MalformedDatasetException.class)
                .hasMessageContaining("no gzip file");
    }

    @Test
    void aWrongMagicIsShown() throws Exception {
        writeSet(false);
        Files.copy(
                folder.resolve("t10k-labels-idx1-ubyte"),
                folder.resolve("t10k-images-idx3-ubyte"),
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(this::open)
                .isInstanceOf(MalformedDatasetException.class)
                .hasMessageContaining("starts with 0x00000801; an idx file of this kind starts with 0x00000803");
    }

    @Test
    void imagesWithoutLabelsAreCounted() throws Exception {
        writeSet(false);
        write("train-labels-idx1-ubyte", false, idx(0x801, 11), new byte[11]);
        assertThatThrownBy(this::open).hasMessageContaining("has 12 images").hasMessageContaining("11 labels");
    }

    @Test
    void aLabelFarAboveAllOthersIsAMistakeAndNamedWithItsRecord() throws Exception {
        writeSet(false);
        byte[] labels = new byte[12];
        labels[9] = 77;
        write("train-labels-idx1-ubyte", false, idx(0x801, 12), labels);
        assertThatThrownBy(this::open)
                .isInstanceOf(MalformedDatasetException.class)
                .hasMessage(folder + "/train-labels-idx1-ubyte: record 9 has label 77, and none has label 1: above 9,"
                        + " labels must run to the largest without a gap");
    }

    @Test
    void aTestLabelThatTrainingHasNotIsNamedWithItsRecord() throws Exception {
        writeSet(false);
        write("t10k-labels-idx1-ubyte", false, idx(0x801, 7), new byte[] {0, 1, 2, 10, 3, 4, 5});
        assertThatThrownBy(this::open)
                .isInstanceOf(MalformedDatasetException.class)
                .hasMessage(folder + "/t10k-labels-idx1-ubyte: record 3 has label 10; the classes that " + folder
                        + "/train-labels-idx1-ubyte tells of are 0 to 9");
    }

    @ParameterizedTest(name = "labels {0} to {1} are {2} classes")
    @CsvSource({"0, 46, 47", "1, 26, 27", "0, 61, 62", "0, 9, 10", "3, 5, 10", "0, 0, 10", "0, 255, 256"})
    void theClassesAreThoseOfTheLabelsAndAtLeastTheDigits(int first, int last, int classes) throws Exception {
        byte[] labels = new byte[300];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = (byte) (first + i % (last - first + 1));
        }
        for (String prefix : List.of("train", "t10k")) {
            write(prefix + "-images-idx3-ubyte", true, idx(0x803, 300, 1, 1), new byte[300]);
            write(prefix + "-labels-idx1-ubyte", true, idx(0x801, 300), labels);
        }
        ImageSource source = open();
        source.verify();
        assertThat(source.classNames()).hasSize(classes).endsWith(Integer.toString(classes - 1));
        int[] counts = source.read(Split.TRAIN).classCounts();
        assertThat(counts[first]).isPositive();
        assertThat(Arrays.stream(counts).sum()).isEqualTo(300);
        assertThat(TestImages.labels(source.read(Split.TEST)))
                .isEqualTo(IntStream.range(0, 300).map(i -> labels[i] & 0xff).toArray());
    }

    @Test
    void emnistsNamesAreReadAndOneOfSeveralSetsIsChosenByItsName() throws Exception {
        writeSet(true);
        rename("train-", "emnist-letters-train-");
        rename("t10k-", "emnist-letters-test-");
        assertThat(open().examples(Split.TEST)).isEqualTo(7);

        writeSet(false);
        rename("train-", "emnist-mnist-train-");
        rename("t10k-", "emnist-mnist-test-");
        assertThatThrownBy(this::open)
                .isInstanceOf(DatasetNotFoundException.class)
                .hasMessage(folder + " holds more than one data set: the idx files of emnist-letters; the idx files of"
                        + " emnist-mnist. To choose, name one of them, such as " + folder + "/emnist-mnist");
        var catalog = new DataCatalog(new LocalStorage(), folder.toString());
        DataSource letters = catalog.resolve(folder + "/emnist-letters");
        assertThat(letters.name()).isEqualTo("emnist-letters");
        assertThat(letters.examples(Split.TRAIN)).isEqualTo(12);
        assertThatThrownBy(() -> catalog.resolve(folder + "/emnist-byclass")).hasMessageContaining("no such folder");
    }

    @Test
    void twoTestSetsAreRefused() throws Exception {
        writeSet(false);
        for (String what : List.of("images-idx3-ubyte", "labels-idx1-ubyte")) {
            Files.copy(folder.resolve("t10k-" + what), folder.resolve("test-" + what));
        }
        assertThatThrownBy(this::open).hasMessageContaining("t10k and test");
    }

    @Test
    void contentThatGoesOnBehindTheLastRecordIsRefusedInGzipToo() throws Exception {
        writeSet(true);
        write("train-labels-idx1-ubyte", true, idx(0x801, 12), new byte[13]);
        assertThatThrownBy(this::open)
                .hasMessageContaining("train-labels-idx1-ubyte.gz is too long: expected 20 bytes");

        writeSet(true);
        write("t10k-images-idx3-ubyte", true, idx(0x803, 7, 5, 4), new byte[141]);
        ImageSource source = open();
        assertThatThrownBy(source::verify).hasMessageContaining("t10k-images-idx3-ubyte.gz is too long");
        assertThatThrownBy(() -> source.read(Split.TEST)).hasMessageContaining("is too long");
    }

    @Test
    void aGzipWhoseChecksumIsWrongOrMissingIsRefused() throws Exception {
        writeSet(true);
        Path images = folder.resolve("train-images-idx3-ubyte.gz");
        byte[] whole = Files.readAllBytes(images);
        byte[] wrong = whole.clone();
        wrong[whole.length - 8] ^= 1; // the checksum's first byte
        Files.write(images, wrong);
        assertThatThrownBy(() -> open().verify()).hasMessageContaining(images + " is corrupt");
        Files.write(images, Arrays.copyOf(whole, whole.length - 8));
        assertThatThrownBy(() -> open().verify()).hasMessageContaining(images + " is truncated");
        Files.write(images, new byte[0]);
        assertThatThrownBy(this::open).hasMessageContaining("no gzip file: it has only 0 bytes");
    }

    @Test
    void hiddenFilesBesideASetAreNoData() throws Exception {
        writeSet(true);
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.write(folder.resolve("._" + file.getFileName()), new byte[4096]);
            }
        }
        Files.createDirectory(folder.resolve("_temporary"));
        open().verify();
    }

    @ParameterizedTest(name = "{0} images of {1} x {2}, gzip {3}")
    @CsvSource({
        "2147483647, 4096, 4096, false",
        "2147483647, 4096, 4096, true",
        "-1, 28, 28, false",
        "1000, 0, 28, false",
        "1000, 2147483647, 2147483647, false",
        "1000, -5, 28, true",
        "2147483647, 1, 1, true",
    })
    void aHostileHeaderAllocatesNothing(int images, int rows, int columns, boolean gzip) throws Exception {
        writeSet(gzip);
        write("train-images-idx3-ubyte", gzip, idx(0x803, images, rows, columns), new byte[100]);
        assertThatThrownBy(this::open).isInstanceOf(MalformedDatasetException.class);
    }

    @Test
    void moreThanTheHeapHoldsIsRefusedWithTheSizes() {
        assertThatThrownBy(() -> ImageDataset.allocatePixels("huge", new ImageShape(3, 1024, 1024), 100_000))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("huge: 100000 examples of 3x1024x1024 are 300000 MiB");
    }

    @Test
    void trainAndTestMustHaveOneShape() throws Exception {
        writeSet(false);
        write("t10k-images-idx3-ubyte", false, idx(0x803, 7, 4, 5), new byte[140]);
        assertThatThrownBy(this::open).hasMessageContaining("1x4x5").hasMessageContaining("1x5x4");
    }

    private ImageSource open() throws IOException {
        return (ImageSource) new DataCatalog(new LocalStorage(), folder.toString()).resolve(folder.toString());
    }

    private void writeSet(boolean gzip) throws IOException {
        writePart("train", TRAIN, gzip);
        writePart("t10k", TEST, gzip);
    }

    private void rename(String from, String to) throws IOException {
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.startsWith(from)) {
                    Files.move(file, folder.resolve(to + name.substring(from.length())));
                }
            }
        }
    }

    private void writePart(String prefix, ImageDataset set, boolean gzip) throws IOException {
        byte[] labels = new byte[set.examples()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = (byte) set.label(i);
        }
        write(prefix + "-images-idx3-ubyte", gzip, idx(0x803, set.examples(), 5, 4), TestImages.bytes(set));
        write(prefix + "-labels-idx1-ubyte", gzip, idx(0x801, set.examples()), labels);
    }

    private void write(String name, boolean gzip, byte[] header, byte[] body) throws IOException {
        Path file = folder.resolve(gzip ? name + ".gz" : name);
        try (var out = gzip ? new GZIPOutputStream(Files.newOutputStream(file)) : Files.newOutputStream(file)) {
            out.write(header);
            out.write(body);
        }
    }

    private static byte[] idx(int... numbers) throws IOException {
        var bytes = new ByteArrayOutputStream();
        var out = new DataOutputStream(bytes);
        for (int number : numbers) {
            out.writeInt(number);
        }
        return bytes.toByteArray();
    }
}
