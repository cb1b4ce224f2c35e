package io.lockstep.datasets.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TarGzTest {
    private static final byte[] CONTENT = new byte[700];

    @TempDir
    Path temporary;

    private Path out;

    @BeforeEach
    void makeFolder() throws IOException {
        Arrays.fill(CONTENT, (byte) 7);
        out = Files.createDirectory(temporary.resolve("out"));
    }

    @Test
    void onlyExpectedFilesAreWritten() throws Exception {
        unpack(new TestTar()
                .member("set/", '5', 0, new byte[0])
                .file("set/readme.html", new byte[20])
                .file("set/a.bin", CONTENT)
                .file("set/b.bin", new byte[0]));
        assertThat(out.toFile().list()).containsExactlyInAnyOrder("a.bin", "b.bin");
        assertThat(Files.readAllBytes(out.resolve("a.bin"))).isEqualTo(CONTENT);
        assertThat(out.resolve("b.bin")).isEmptyFile();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../a.bin",
                "set/../../a.bin",
                "/etc/a.bin",
                "set/..",
                "C:/a.bin",
                "..\\a.bin",
                "set/../set/a.bin"
            })
    void aMemberOutsideItsFolderIsRefused(String name) {
        assertThatThrownBy(() -> unpack(new TestTar().file(name, CONTENT)))
                .isInstanceOf(FetchException.class)
                .hasMessageContaining("a member outside its folder, '" + name + "'");
        assertThat(temporary.toFile().list()).containsExactlyInAnyOrder("out", "test.tar.gz");
    }

    @Test
    void aLinkOfAnExpectedNameIsNoFile() {
        assertThatThrownBy(() -> unpack(
                        new TestTar().member("set/a.bin", '2', 0, new byte[0]).file("set/b.bin", CONTENT)))
                .hasMessageContaining("it lacks [set/a.bin]");
    }

    @Test
    void aMemberAboveTheLimitIsRefusedBeforeItIsRead() {
        assertThatThrownBy(() -> unpack(new TestTar().member("set/a.bin", '0', 1001, CONTENT)))
                .hasMessageContaining("a member of 1001 bytes; 1000 are the most");
        assertThat(out).isEmptyDirectory();
    }

    @Test
    void endlessMembersAreRefused() {
        assertThatThrownBy(() -> {
                    var tar = new TestTar();
                    for (int i = 0; i < 100; i++) {
                        tar.file("set/" + i, new byte[0]);
                    }
                    unpack(tar);
                })
                .hasMessageContaining("more members than expected");
    }

    @Test
    void aDamagedArchiveIsRefused() throws Exception {
        assertThatThrownBy(() -> unpack(new TestTar().garbage())).hasMessageContaining("where a number belongs");
        byte[] whole = new TestTar()
                .file("set/a.bin", CONTENT)
                .file("set/b.bin", CONTENT)
                .gzip();
        assertThatThrownBy(() -> unpack(Arrays.copyOf(whole, whole.length / 2)))
                .isInstanceOf(FetchException.class)
                .hasMessageContaining("no whole .tar.gz");
        assertThatThrownBy(() -> unpack(new byte[100])).hasMessageContaining("no whole .tar.gz");
    }

    private void unpack(TestTar tar) throws IOException {
        unpack(tar.gzip());
    }

    private void unpack(byte[] archive) throws IOException {
        Path file = Files.write(temporary.resolve("test.tar.gz"), archive);
        new TarGz(file, List.of("set/a.bin", "set/b.bin"), 1000).unpack(out);
    }
}
