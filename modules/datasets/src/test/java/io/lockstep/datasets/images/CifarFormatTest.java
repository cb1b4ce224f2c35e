package io.lockstep.datasets.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.datasets.DatasetNotFoundException;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.MalformedDatasetException;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.TextOptions;
import io.lockstep.datasets.catalog.DataCatalog;
import io.lockstep.datasets.storage.LocalStorage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CifarFormatTest {
    @TempDir
    Path folder;

    private final LocalStorage storage = new LocalStorage();
    private DataCatalog catalog;
    private ImageDataset train;
    private ImageDataset test;

    @BeforeEach
    void writeASet() throws Exception {
        var shapes = new GeneratedShapes(2, 23, 8);
        train = shapes.read(Split.TRAIN);
        test = shapes.read(Split.TEST);
        CifarFormat.write(storage, folder.toString(), train, test);
        catalog = new DataCatalog(storage, folder.resolve("home").toString());
    }

    @Test
    void whatIsWrittenIsReadAgain() throws Exception {
        ImageSource source = open();
        assertThat(source.format()).isEqualTo("CIFAR-10 binary");
        assertThat(source.examples(Split.TRAIN)).isEqualTo(23);
        assertThat(source.examples(Split.TEST)).isEqualTo(8);
        assertThat(source.classNames()).isEqualTo(train.classNames());
        assertSame(source.read(Split.TRAIN), train);
        assertSame(source.read(Split.TEST), test);
    }

    @Test
    void filesAreThePublishersLayoutByteByByte() throws Exception {
        assertThat(folder.toFile().list())
                .containsExactlyInAnyOrder(
                        "data_batch_1.bin",
                        "data_batch_2.bin",
                        "data_batch_3.bin",
                        "data_batch_4.bin",
                        "data_batch_5.bin",
                        "test_batch.bin",
                        "batches.meta.txt");
        byte[] second = Files.readAllBytes(folder.resolve("data_batch_2.bin"));
        assertThat(second).hasSize(5 * 3073);
        assertThat(second[0]).isEqualTo((byte) train.label(5));
        assertThat(second[1 + 2 * 1024 + 3 * 32 + 7] & 0xff).isEqualTo(train.pixel(5, 2, 3, 7));
        assertThat(Files.readString(folder.resolve("batches.meta.txt"))).startsWith("disc\nring\n");
    }

    @Test
    void aRangeAcrossFilesIsThatPartOfTheWhole() throws Exception {
        ImageSource source = open();
        for (int start = 0; start <= 23; start += 3) {
            for (int end = start; end <= 23; end += 5) {
                var range = new ExampleRange(start, end);
                assertSame(source.read(Split.TRAIN, range), train.range(range));
            }
        }
    }

    @Test
    void shardsTogetherAreTheTestSet() throws Exception {
        ImageSource source = open();
        for (int worldSize : new int[] {1, 2, 3, 4, 7, 11}) {
            int at = 0;
            for (int rank = 0; rank < worldSize; rank++) {
                ImageDataset shard = source.read(Split.TEST, ExampleRange.shard(8, rank, worldSize));
                assertSame(shard, test.range(new ExampleRange(at, at + shard.examples())));
                at += shard.examples();
            }
            assertThat(at).isEqualTo(8);
        }
    }

    @Test
    void aMissingFileIsNamed() throws Exception {
        Files.delete(folder.resolve("data_batch_4.bin"));
        assertThatThrownBy(this::open)
                .isInstanceOf(DatasetNotFoundException.class)
                .hasMessage(folder + "/data_batch_4.bin is missing");
    }

    @Test
    void aFileCutWithinARecordIsTruncated() throws Exception {
        cut("data_batch_3.bin", 5 * 3073 - 1);
        assertThatThrownBy(this::open)
                .isInstanceOf(MalformedDatasetException.class)
                .hasMessage(folder + "/data_batch_3.bin is truncated: expected 15365 bytes, found 15364");
    }

    @Test
    void aFileCutBetweenRecordsIsTruncatedToo() throws Exception {
        cut("data_batch_3.bin", 2 * 3073);
        assertThatThrownBy(this::open).hasMessageContaining("is truncated: expected 15365 bytes, found 6146");
    }

    @Test
    void aCutTestFileIsTruncated() throws Exception {
        cut("test_batch.bin", 3072);
        assertThatThrownBy(this::open)
                .hasMessageContaining("test_batch.bin is truncated: expected 3073 bytes, found 3072");
    }

    @Test
    void aFileThatShrinksWhileItIsReadIsTruncated() throws Exception {
        ImageSource source = open();
        cut("data_batch_1.bin", 3 * 3073 + 100);
        assertThatThrownBy(() -> source.read(Split.TRAIN))
                .isInstanceOf(MalformedDatasetException.class)
                .hasMessage(folder + "/data_batch_1.bin is truncated: expected 12292 bytes, found 9319");
    }

    @Test
    void aLabelThatIsNoClassIsNamedWithItsRecord() throws Exception {
        Path file = folder.resolve("data_batch_2.bin");
        byte[] bytes = Files.readAllBytes(file);
        bytes[3 * 3073] = 10;
        Files.write(file, bytes);
        assertThatThrownBy(() -> open().read(Split.TRAIN))
                .isInstanceOf(MalformedDatasetException.class)
                .hasMessage(file + ": record 3 has label 10; the classes are 0 to 9");
    }

    @Test
    void verifyingFindsALabelThatIsNoClassAndKeepsNothing() throws Exception {
        open().verify();
        Path file = folder.resolve("test_batch.bin");
        byte[] bytes = Files.readAllBytes(file);
        bytes[7 * 3073] = (byte) 200;
        Files.write(file, bytes);
        ImageSource source = open();
        assertThatThrownBy(source::verify).hasMessage(file + ": record 7 has label 200; the classes are 0 to 9");
    }

    @Test
    void cifar100HasAClassForEachFineLabel() throws Exception {
        Path hundred = writeCifar100();
        ImageSource source = (ImageSource) catalog.resolve(hundred.toString());
        source.verify();
        assertThat(source.format()).isEqualTo("CIFAR-100 binary");
        assertThat(source.classNames()).hasSize(100).startsWith("fine 0").endsWith("fine 99");
        assertThat(source.examples(Split.TRAIN)).isEqualTo(200);
        assertThat(source.examples(Split.TEST)).isEqualTo(100);
        assertThat(source.read(Split.TRAIN).classCounts()).containsOnly(2);
        ImageDataset part = source.read(Split.TEST, new ExampleRange(97, 99));
        assertThat(TestImages.labels(part)).containsExactly(97, 98);
        assertThat(part.pixel(0, 0, 0, 0)).isEqualTo(97 * 7 % 256);
        assertThat(part.pixel(1, 2, 31, 31)).isEqualTo((98 * 7 + 3071) % 256);
    }

    @Test
    void cifar100IsNeverText() throws Exception {
        Path hundred = writeCifar100();
        var masked = new DataCatalog(storage, "nowhere", new TextOptions(4, true));
        assertThat(masked.resolve(hundred.toString()).vocabulary()).isZero();
        Files.delete(hundred.resolve("train.bin"));
        assertThatThrownBy(() -> catalog.resolve(hundred.toString())).hasMessage(hundred + "/train.bin is missing");
    }

    @Test
    void cifar100sRecordsUnderCifar10sNamesAreTruncated() throws Exception {
        byte[] records = Files.readAllBytes(writeCifar100().resolve("test.bin"));
        for (int i = 1; i <= 5; i++) {
            Files.write(folder.resolve("data_batch_" + i + ".bin"), records);
        }
        assertThatThrownBy(this::open).hasMessageContaining("data_batch_1.bin is truncated: expected");
    }

    @Test
    void aCoarseLabelThatIsNoneIsNamed() throws Exception {
        Path file = writeCifar100().resolve("train.bin");
        byte[] bytes = Files.readAllBytes(file);
        bytes[3074] = 20;
        Files.write(file, bytes);
        assertThatThrownBy(() -> catalog.resolve(file.getParent().toString()).verify())
                .hasMessage(file + ": record 1 has coarse label 20; the classes are 0 to 19");
    }

    /** 200 and 100 records, of fine labels 0, 1, 2 ...; the bytes of a picture count on from seven times its number. */
    private Path writeCifar100() throws Exception {
        Path hundred = Files.createDirectory(folder.resolve("cifar-100-binary"));
        for (int records : new int[] {200, 100}) {
            byte[] bytes = new byte[records * 3074];
            for (int i = 0; i < records; i++) {
                bytes[i * 3074] = (byte) (i % 100 / 5);
                bytes[i * 3074 + 1] = (byte) (i % 100);
                for (int p = 0; p < 3072; p++) {
                    bytes[i * 3074 + 2 + p] = (byte) (i * 7 + p);
                }
            }
            Files.write(hundred.resolve(records == 200 ? "train.bin" : "test.bin"), bytes);
        }
        for (String kind : List.of("coarse", "fine")) {
            Files.write(
                    hundred.resolve(kind + "_label_names.txt"),
                    IntStream.range(0, kind.equals("fine") ? 100 : 20)
                            .mapToObj(i -> kind + " " + i)
                            .toList());
        }
        return hundred;
    }

    @Test
    void aMarkBeforeTheFirstClassIsNoPartOfItsName() throws Exception {
        Path meta = folder.resolve("batches.meta.txt");
        Files.writeString(meta, "\ufeff" + Files.readString(meta));
        assertThat(open().classNames()).isEqualTo(train.classNames());
    }

    @Test
    void metadataWithoutClassesOrOfAbsurdLengthIsRefused() throws Exception {
        Path meta = folder.resolve("batches.meta.txt");
        Files.writeString(meta, "\n\n");
        assertThatThrownBy(this::open).hasMessageContaining("names 0 classes");
        Files.write(meta, new byte[100_000]);
        assertThatThrownBy(this::open).hasMessageContaining("has 100000 bytes");
    }

    @Test
    void imagesOfAnotherShapeCannotBeWritten() {
        ImageDataset small = TestImages.random(1, 3, new ImageShape(3, 8, 8));
        assertThatThrownBy(() -> CifarFormat.write(storage, folder.toString(), small, small))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("3x32x32");
    }

    private ImageSource open() throws Exception {
        return (ImageSource) catalog.resolve(folder.toString());
    }

    private void cut(String name, int bytes) throws Exception {
        Path file = folder.resolve(name);
        Files.write(file, Arrays.copyOf(Files.readAllBytes(file), bytes));
    }

    private static void assertSame(ImageDataset actual, ImageDataset expected) {
        assertThat(TestImages.labels(actual)).isEqualTo(TestImages.labels(expected));
        assertThat(TestImages.bytes(actual)).isEqualTo(TestImages.bytes(expected));
    }
}
