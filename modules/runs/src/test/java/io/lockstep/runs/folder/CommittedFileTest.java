package io.lockstep.runs.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.runs.settings.UsageException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommittedFileTest {
    private static final byte[] NEW = "new".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path folder;

    @Test
    void whatIsCommittedReplacesWhatWasThere() throws Exception {
        Path path = Files.writeString(folder.resolve("file.csv"), "old");
        Path link = Files.createSymbolicLink(folder.resolve("link.csv"), path);
        try (var file = CommittedFile.at(link)) {
            file.out().write(NEW);
            assertThat(path).hasContent("old");
            file.commit();
        }
        assertThat(path).hasContent("new");
        assertThat(link).isSymbolicLink();
        assertThat(folder.toFile().list()).containsExactlyInAnyOrder("file.csv", "link.csv");
    }

    @Test
    void whatIsNotCommittedLeavesNothing() throws Exception {
        Path path = Files.writeString(folder.resolve("file.csv"), "old");
        try (var file = CommittedFile.at(path)) {
            file.out().write(NEW);
        }
        try (var file = CommittedFile.at(folder.resolve("other.csv"))) {
            file.out().write(NEW);
        }
        assertThat(path).hasContent("old");
        assertThat(folder.toFile().list()).containsExactly("file.csv");
    }

    @Test
    void aPlaceThatCannotBeWrittenIsToldAtOnce() {
        assertThatThrownBy(() -> CommittedFile.at(folder.resolve("none/file.csv")))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("there is no folder");
        assertThatThrownBy(() -> CommittedFile.at(folder))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("is a folder");
    }
}
