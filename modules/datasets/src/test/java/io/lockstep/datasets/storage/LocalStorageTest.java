package io.lockstep.datasets.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalStorageTest {
    @TempDir
    Path folder;

    private final LocalStorage storage = new LocalStorage();

    @Test
    void whatIsWrittenIsReadAndReplaced() throws Exception {
        String path = folder + "/a/b/c.txt";
        write(path, "a long first version");
        write(path, "short");
        try (var in = storage.open(path)) {
            assertThat(in.readAllBytes()).asString().isEqualTo("short");
        }
        assertThat(storage.exists(path)).isTrue();
        assertThat(storage.exists(path + "x")).isFalse();
    }

    @Test
    void aListingIsByNameWithLengths() throws Exception {
        write(folder + "/b", "12");
        write(folder + "/a/x", "");
        assertThat(storage.list(folder.toString()))
                .containsExactly(new Storage.Entry("a", 0, true), new Storage.Entry("b", 2, false));
    }

    @Test
    void aLinkToNothingDoesNotSpoilAListing() throws Exception {
        write(folder + "/b", "12");
        Files.createSymbolicLink(folder.resolve("a"), folder.resolve("gone"));
        assertThat(storage.list(folder.toString())).containsExactly(new Storage.Entry("b", 2, false));
    }

    @Test
    void whatIsNotThereIsNamed() throws Exception {
        String path = folder + "/nothing";
        assertThatThrownBy(() -> storage.open(path).close())
                .isInstanceOf(FileNotFoundException.class)
                .hasMessageContaining(path);
        assertThatThrownBy(() -> storage.list(path))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessageContaining(path);
        write(path, "a file");
        assertThatThrownBy(() -> storage.list(path))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessageContaining("it is no folder");
        assertThatThrownBy(() -> storage.open(folder.toString()).close())
                .isInstanceOf(FileNotFoundException.class)
                .hasMessageContaining("is a folder");
    }

    @Test
    void deletingTakesAllInAFolderAndNothingElse() throws Exception {
        write(folder + "/kept/file", "1");
        write(folder + "/gone/deep/file", "1");
        Files.createSymbolicLink(folder.resolve("gone/link"), folder.resolve("kept"));
        storage.delete(folder + "/gone");
        storage.delete(folder + "/never-was");
        assertThat(storage.exists(folder + "/gone")).isFalse();
        assertThat(storage.exists(folder + "/kept/file")).isTrue();
    }

    @Test
    void fileUrisAreLocalAndOtherSchemesAreRefused() throws Exception {
        write("file://" + folder + "/a file", "1");
        assertThat(storage.exists(folder + "/a file")).isTrue();
        assertThat(storage.exists("file:" + folder + "/a file")).isTrue();
        assertThatThrownBy(() -> storage.open("hdfs://nn/a").close())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("hdfs://nn/a is not on the local disk");
    }

    private void write(String path, String text) throws IOException {
        try (var out = storage.create(path)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** It hung in the middle of a file, and somebody else has written the file anew meanwhile. */
    @Test
    void aLateWriterDoesNotSpoilTheFileThatTookThePlaceOfItsOwn() throws IOException {
        String path = folder.resolve("model.zip").toString();
        try (OutputStream late = storage.create(path)) {
            late.write("the first half, ".getBytes(StandardCharsets.UTF_8));
            try (OutputStream other = storage.create(path)) {
                other.write("anew".getBytes(StandardCharsets.UTF_8));
            }
            late.write("the second half".getBytes(StandardCharsets.UTF_8));
        }

        assertThat(Files.readString(folder.resolve("model.zip"))).isEqualTo("anew");
    }
}
