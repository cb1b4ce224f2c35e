package io.lockstep.datasets.images.archives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.DatasetException;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.catalog.DataCatalog;
import io.lockstep.datasets.fetch.TestTar;
import io.lockstep.datasets.images.ImageDataset;
import io.lockstep.datasets.storage.LocalStorage;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchivedPicturesTest {
    @TempDir
    Path folder;

    private DataSource open(String path) throws IOException {
        return new DataCatalog(new LocalStorage(), "nowhere")
                .resolve(folder.resolve(path).toString());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** A PNG of 4x6 pixels of one colour. */
    private static byte[] picture(int red) throws IOException {
        BufferedImage image = new BufferedImage(6, 4, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 24; i++) {
            image.setRGB(i % 6, i / 6, red << 16);
        }
        var png = new ByteArrayOutputStream();
        ImageIO.write(image, "png", png);
        return png.toByteArray();
    }

    private static ImageDataset read(DataSource source, Split split) throws IOException {
        return (ImageDataset) source.read(split, ExampleRange.all(source.examples(split)));
    }

    private void write(String name, byte[] content) throws IOException {
        Files.createDirectories(folder.resolve(name).getParent());
        Files.write(folder.resolve(name), content);
    }

    // WebDataset

    private static TestTar sample(TestTar tar, String key, int red, String label) throws IOException {
        return tar.file(key + ".png", picture(red)).file(key + ".cls", bytes(label));
    }

    @Test
    void aFolderOfTarsIsTrainedAndTestedOnByTheirNames() throws Exception {
        TestTar first = sample(sample(new TestTar(), "a/0", 10, "2\n"), "a/1", 20, "0");
        write("set/train-000.tar", first.file("._a/1.png", bytes("mac")).bytes());
        write(
                "set/train-001.tar",
                sample(new TestTar(), "b", 30, "1").file("note.txt", bytes("x")).bytes());
        write("set/val-000.tar", sample(new TestTar(), "c", 40, "1").bytes());
        DataSource source = open("set");

        assertThat(source.format()).isEqualTo("WebDataset");
        assertThat(source.classNames()).containsExactly("0", "1", "2");
        assertThat(source.shape()).isEqualTo(new ImageShape(3, 4, 6));
        assertThat(source.trainClassCounts()).containsExactly(1, 1, 1);
        ImageDataset train = read(source, Split.TRAIN);
        assertThat(train.label(0)).isEqualTo(2);
        assertThat(train.pixel(0, 0, 3, 5)).isEqualTo(10);
        assertThat(train.pixel(2, 0, 0, 0)).isEqualTo(30);
        assertThat(read(source, Split.TEST).pixel(0, 0, 0, 0)).isEqualTo(40);
        assertThat(source.survey().remarks())
                .containsExactly(
                        "pictures by size: 4 of 4x6",
                        "left out, as they are no pictures by their names: " + folder + "/set/train-001.tar: note");
    }

    @Test
    void severalTarsHaveOneNameAndLabelsMayBeWordsInJson() throws Exception {
        for (int tar = 8; tar < 11; tar++) {
            TestTar members = new TestTar();
            for (int i = 0; i < 10; i++) {
                String key = "k" + tar + i;
                members.file(key + ".json", bytes("{\"id\": 7, \"label\" : \"" + (i % 2 == 0 ? "dog" : "cat") + "\"}"))
                        .file(key + ".png", picture(i));
            }
            write(String.format(Locale.ROOT, "p-%02d.tar", tar), members.bytes());
        }
        DataSource source = open("p-{08..10}.tar");
        assertThat(source.classNames()).containsExactly("cat", "dog");
        assertThat(source.examples(Split.TRAIN) + source.examples(Split.TEST)).isEqualTo(30);
        assertThat(source.examples(Split.TEST)).isBetween(1, 8);
        assertThat(open("p-09.tar").examples(Split.TRAIN)).isLessThanOrEqualTo(10);
        assertThatThrownBy(() -> open("p-{08..11}.tar")).hasMessage(folder + "/p-11.tar: no such file");
    }

    @Test
    void whatIsWrongWithATarIsToldByItsMember() throws Exception {
        byte[] whole = sample(new TestTar(), "a", 10, "0").bytes();
        write("cut.tar", Arrays.copyOf(whole, 900));
        assertThatThrownBy(() -> open("cut.tar"))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("cut.tar is truncated: it ends after ");
        write("noise.tar", bytes("no tar".repeat(200)));
        assertThatThrownBy(() -> open("noise.tar")).hasMessageContaining("noise.tar is no tar, or damaged");
        write("alone.tar", new TestTar().file("a.png", picture(1)).bytes());
        assertThatThrownBy(() -> open("alone.tar")).hasMessageContaining("alone.tar: a.png has no label beside it");
        write("empty.tar", new TestTar().bytes());
        assertThatThrownBy(() -> open("empty.tar")).hasMessageContaining("has no picture with a label");
    }

    // TFRecord

    private static byte[] field(int number, byte[] content) {
        var out = new ByteArrayOutputStream();
        varint(out, number << 3 | 2);
        varint(out, content.length);
        out.writeBytes(content);
        return out.toByteArray();
    }

    private static void varint(ByteArrayOutputStream out, long value) {
        long rest = value;
        for (; rest > 127; rest >>>= 7) {
            out.write((int) (rest & 127 | 128));
        }
        out.write((int) rest);
    }

    private static byte[] joined(byte[]... parts) {
        var out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    private static byte[] feature(String name, byte[] feature) {
        return field(1, joined(field(1, bytes(name)), field(2, feature)));
    }

    private static byte[] int64(long value) {
        var packed = new ByteArrayOutputStream();
        varint(packed, value);
        return field(3, field(1, packed.toByteArray()));
    }

    private static byte[] example(int red, int label, String text) throws IOException {
        return field(
                1,
                joined(
                        feature("image/height", int64(4)),
                        feature("image/class/label", int64(label)),
                        feature("image/class/text", field(1, field(1, bytes(text)))),
                        feature("image/encoded", field(1, field(1, picture(red))))));
    }

    private static byte[] record(byte[] example) {
        byte[] length = ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(example.length)
                .array();
        return joined(length, crc(length), example, crc(example));
    }

    private static byte[] crc(byte[] of) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(TfRecordFormat.masked(of, of.length))
                .array();
    }

    @Test
    void recordsOfTensorFlowAreReadWithTheirClassNames() throws Exception {
        write("set/train-00000-of-00002", joined(record(example(10, 2, "owl")), record(example(20, 1, "cat"))));
        write("set/train-00001-of-00002", record(example(30, 1, "cat")));
        write("set/validation-00000-of-00001", record(example(40, 2, "owl")));
        DataSource source = open("set");

        assertThat(source.format()).isEqualTo("TFRecord");
        assertThat(source.classNames()).containsExactly("0", "cat", "owl");
        assertThat(source.trainClassCounts()).containsExactly(0, 2, 1);
        assertThat(read(source, Split.TRAIN).pixel(2, 0, 1, 1)).isEqualTo(30);
        assertThat(read(source, Split.TEST).label(0)).isEqualTo(2);
    }

    /** "123456789" has the CRC32C e3069283 (RFC 3720, B.4 has others), which TensorFlow turns and moves. */
    @Test
    void checksumsAreMaskedAsTensorFlowMasksThem() {
        int crc = 0xe3069283;
        assertThat(TfRecordFormat.masked(bytes("123456789"), 9)).isEqualTo((crc >>> 15 | crc << 17) + 0xa282ead8);
    }

    @Test
    void whatIsWrongWithARecordIsToldByItsNumber() throws Exception {
        byte[] good = record(example(10, 1, "cat"));
        byte[] bad = good.clone();
        bad[30]++;
        write("bad.tfrecord", joined(good, bad));
        assertThatThrownBy(() -> open("bad.tfrecord"))
                .isInstanceOf(DatasetException.class)
                .hasMessageEndingWith("bad.tfrecord: record 1 is damaged: its checksum is wrong");
        write("cut.tfrecord", Arrays.copyOf(joined(good, good), 2 * good.length - 3));
        assertThatThrownBy(() -> open("cut.tfrecord")).hasMessageContaining("record 1 is truncated");
        write("no.tfrecord", bytes("these are no records"));
        assertThatThrownBy(() -> open("no.tfrecord")).hasMessageContaining("record 0 is no TFRecord, or damaged");
        write("columns.tfrecord", record(field(1, feature("x", int64(1)))));
        assertThatThrownBy(() -> open("columns.tfrecord"))
                .hasMessageContaining("has no feature 'image/encoded'")
                .hasMessageContaining("its features are x: write columns of numbers as Parquet or CSV");
    }
}
