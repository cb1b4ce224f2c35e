package io.lockstep.collectives.sharedmemory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrivateDirectoryTest {
    @TempDir
    Path parent;

    @Test
    void onlyThisUserCanEnterAndNothingIsLeft() throws IOException {
        Path path;
        try (PrivateDirectory directory = PrivateDirectory.create(parent)) {
            path = directory.path();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .isEqualTo("rwx------");
            Files.createDirectories(path.resolve("a/b"));
        }
        assertThat(path).doesNotExist();
        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void whatACrashLeftIsRemovedByTheNextStart() throws IOException {
        Path abandoned = Files.createDirectory(parent.resolve("lockstep-999999999-0123456789ab"));
        Files.createFile(abandoned.resolve("owner.lock"));
        Files.writeString(abandoned.resolve("rank-0"), "gradient");
        Path foreign = Files.createDirectory(parent.resolve("somebody-elses"));
        try (PrivateDirectory directory = PrivateDirectory.create(parent)) {
            assertThat(abandoned).doesNotExist();
            assertThat(foreign).exists();
            try (PrivateDirectory another = PrivateDirectory.create(parent)) {
                assertThat(directory.path()).exists().isNotEqualTo(another.path());
            }
            assertThat(directory.path()).exists();
        }
    }

    /** Killed while it made its directory, or while it removed it: there is no lock to tell. */
    @Test
    void whatHasNoLockIsRemovedWhenItHasStayedForAWhile() throws IOException {
        Path nascent = Files.createDirectory(parent.resolve(".lockstep-999999999-0123456789ab"));
        Files.createFile(nascent.resolve("owner.lock"));
        Path dying = Files.createDirectory(parent.resolve("lockstep-999999999-ba9876543210"));
        PrivateDirectory.create(parent).close();
        assertThat(nascent).as("somebody may be making it").exists();
        assertThat(dying).as("somebody may be removing it").exists();

        FileTime longAgo = FileTime.from(Instant.now().minus(Duration.ofMinutes(11)));
        Files.setLastModifiedTime(nascent, longAgo);
        Files.setLastModifiedTime(dying, longAgo);
        PrivateDirectory.create(parent).close();
        assertThat(parent).isEmptyDirectory();
    }
}
