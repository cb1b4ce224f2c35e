package io.lockstep.datasets.images.pickles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.DatasetException;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.catalog.DataCatalog;
import io.lockstep.datasets.fetch.TestTar;
import io.lockstep.datasets.images.CifarFormat;
import io.lockstep.datasets.images.GeneratedShapes;
import io.lockstep.datasets.images.ImageDataset;
import io.lockstep.datasets.storage.LocalStorage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** CIFAR as pickles, which are written here as Python 2 wrote the publisher's, and archives as they are published. */
class PickledCifarTest {
    private static final GeneratedShapes SHAPES = new GeneratedShapes(1, 50, 10);

    @TempDir
    Path folder;

    /** A program of a pickle of protocol 2. */
    private static final class Pickle {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Pickle() {
            code("\u0080\u0002");
        }

        /** Opcodes and their arguments, a byte a letter. */
        Pickle code(String latin) {
            out.writeBytes(latin.getBytes(StandardCharsets.ISO_8859_1));
            return this;
        }

        Pickle text(String text) {
            return code("U" + (char) text.length() + text);
        }

        Pickle string(byte[] bytes) {
            out.writeBytes(ByteBuffer.allocate(5)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .put((byte) 'T')
                    .putInt(bytes.length)
                    .array());
            out.writeBytes(bytes);
            return this;
        }

        /** numpy's array of (rows, 3072). */
        Pickle array(int rows, byte[] bytes) {
            code("cnumpy.core.multiarray\n_reconstruct\nq\u0001cnumpy\nndarray\nK\u0000\u0085")
                    .text("b")
                    .code("\u0087R");
            code("(K\u0001K" + (char) rows + "M\u0000\u000c\u0086cnumpy\ndtype\n")
                    .text("u1")
                    .code("K\u0000K\u0001\u0087R");
            code("(K\u0003").text("|").code("NNNJ\u00ff\u00ff\u00ff\u00ffJ\u00ff\u00ff\u00ff\u00ffK\u0000tb\u0089");
            return string(bytes).code("tb");
        }

        byte[] end() {
            return code(".").out.toByteArray();
        }
    }

    private static byte[] batch(ImageDataset set) {
        byte[] pixels = new byte[set.examples() * 3072];
        Pickle pickle = new Pickle().code("}(").text("labels").code("](");
        for (int i = 0; i < set.examples(); i++) {
            set.copyPixels(i, pixels, i * 3072);
            pickle.code("K" + (char) set.label(i));
        }
        return pickle.code("e")
                .text("data")
                .array(set.examples(), pixels)
                .code("u")
                .end();
    }

    private static byte[] meta() {
        Pickle pickle = new Pickle().code("}").text("label_names").code("](");
        SHAPES.classNames().forEach(pickle::text);
        return pickle.code("es").end();
    }

    private static ImageDataset all(DataSource source, Split split) throws IOException {
        return (ImageDataset) source.read(split, ExampleRange.all(source.examples(split)));
    }

    private DataSource open(String name) throws IOException {
        return new DataCatalog(new LocalStorage(), "nowhere")
                .resolve(folder.resolve(name).toString());
    }

    private static void assertShapes(DataSource found) throws IOException {
        assertThat(found.classNames()).isEqualTo(SHAPES.classNames());
        for (Split split : Split.values()) {
            ImageDataset expected = SHAPES.read(split);
            ImageDataset read = all(found, split);
            assertThat(read.normalization()).isEqualTo(expected.normalization());
            assertThat(read.examples()).isEqualTo(expected.examples());
            for (int i = 0; i < read.examples(); i++) {
                assertThat(read.label(i)).isEqualTo(expected.label(i));
                assertThat(read.pixel(i, 2, 31, 7)).isEqualTo(expected.pixel(i, 2, 31, 7));
            }
        }
        ImageDataset part = (ImageDataset) found.read(Split.TRAIN, new ExampleRange(7, 23));
        assertThat(part.label(0)).isEqualTo(SHAPES.read(Split.TRAIN).label(7));
    }

    private TestTar pickled() throws IOException {
        TestTar tar = new TestTar();
        for (int i = 0; i < 5; i++) {
            tar.file(
                    "cifar-10-batches-py/data_batch_" + (i + 1),
                    batch(SHAPES.read(Split.TRAIN, ExampleRange.shard(50, i, 5))));
        }
        return tar.file("cifar-10-batches-py/test_batch", batch(SHAPES.read(Split.TEST)))
                .file("cifar-10-batches-py/batches.meta", meta());
    }

    @Test
    void thePythonArchiveHasTheBytesOfTheBinaryOne() throws Exception {
        Files.write(folder.resolve("cifar-10-python.tar.gz"), pickled().gzip());
        DataSource source = open("cifar-10-python.tar.gz");
        assertThat(source.format()).isEqualTo("CIFAR-10 Python");
        source.verify();
        assertShapes(source);
    }

    @Test
    void anArchiveIsWhatLiesInIt() throws Exception {
        Path binary = folder.resolve("cifar-10-batches-bin");
        CifarFormat.write(new LocalStorage(), binary.toString(), SHAPES.read(Split.TRAIN), SHAPES.read(Split.TEST));
        TestTar tar = new TestTar();
        for (Path file : files(binary)) {
            tar.file("cifar-10-batches-bin/" + file.getFileName(), Files.readAllBytes(file));
        }
        byte[] gzip = tar.gzip();
        Files.write(folder.resolve("cifar-10-binary.tar.gz"), gzip);
        assertThat(open("cifar-10-binary.tar.gz").format()).isEqualTo("CIFAR-10 binary");
        assertShapes(open("cifar-10-binary.tar.gz"));

        Files.write(folder.resolve("cut.tar.gz"), Arrays.copyOf(gzip, gzip.length / 2));
        assertThatThrownBy(() -> open("cut.tar.gz"))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining("cut.tar.gz is no whole .tar.gz");
        Files.write(
                folder.resolve("other.tar.gz"),
                new TestTar().file("a/b", new byte[3]).gzip());
        assertThatThrownBy(() -> open("other.tar.gz"))
                .hasMessageContaining("other.tar.gz/a holds no data set: it has b");
        assertThatThrownBy(() -> open("none.tgz")).hasMessageContaining("none.tgz: no such file");
    }

    private static List<Path> files(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    @Test
    void aPickleThatCallsSomethingIsRefusedBeforeItIsCalled() {
        byte[] evil =
                new Pickle().code("cos\nsystem\n").text("true").code("\u0085R").end();
        assertThatThrownBy(() -> Unpickler.read(evil, "evil"))
                .isInstanceOf(DatasetException.class)
                .hasMessage("evil holds more than data: it calls os.system, and nothing is called from a pickle here");
        byte[] other = new Pickle().code("i").end();
        assertThatThrownBy(() -> Unpickler.read(other, "other"))
                .hasMessage("other holds more than data: its opcode 'i' at byte 2 is not read");
    }

    @Test
    void aBrokenPickleIsToldByItsName() throws Exception {
        byte[] whole = batch(SHAPES.read(Split.TEST));
        for (int length = 0; length < whole.length; length += 97) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> Unpickler.read(cut, "cut"))
                    .isInstanceOf(DatasetException.class)
                    .hasMessageStartingWith("cut is no pickle of data, or damaged");
        }
    }
}
