package io.lockstep.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.datasets.storage.Storage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HadoopStorageTest {
    @TempDir
    Path folder;

    private final HadoopStorage storage = new HadoopStorage(new Configuration());

    @Test
    void whatWasWrittenIsReadWithAndWithoutAScheme() throws IOException {
        String path = folder + "/new/folder/file";
        write(path, "content");

        assertThat(read(path)).isEqualTo("content");
        assertThat(read("file://" + path)).isEqualTo("content");
        assertThat(storage.exists(path)).isTrue();
    }

    @Test
    void noChecksumFilesAreLeftBeside() throws IOException {
        write(folder + "/file", "content");

        assertThat(storage.list(folder.toString())).containsExactly(new Storage.Entry("file", 7, false));
        assertThat(Files.list(folder)).hasSize(1);
    }

    @Test
    void aFlushedLineIsSeenBeforeClose() throws IOException {
        try (OutputStream out = storage.create(folder + "/log")) {
            out.write("line\n".getBytes(StandardCharsets.UTF_8));
            out.flush();
            assertThat(read(folder + "/log")).isEqualTo("line\n");
        }
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatThrownBy(() -> storage.open(folder + "/none"))
                .isInstanceOf(FileNotFoundException.class)
                .hasMessageContaining(folder + "/none");
        assertThatThrownBy(() -> storage.list(folder + "/none")).isInstanceOf(FileNotFoundException.class);
    }

    @Test
    void deletingTakesAFolderWholeAndIsQuietWhereThereIsNothing() throws IOException {
        write(folder + "/a/b/file", "content");

        storage.delete(folder + "/a");
        storage.delete(folder + "/a");

        assertThat(storage.exists(folder + "/a")).isFalse();
    }

    @Test
    void aRelativePathBecomesAbsoluteWithItsScheme() throws IOException {
        assertThat(storage.qualify("runs/x")).startsWith("file:/").endsWith("/runs/x");
    }

    private void write(String path, String content) throws IOException {
        try (OutputStream out = storage.create(path)) {
            out.write(content.getBytes(StandardCharsets.UTF_8));
        }
    }

    private String read(String path) throws IOException {
        try (InputStream in = storage.open(path)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
