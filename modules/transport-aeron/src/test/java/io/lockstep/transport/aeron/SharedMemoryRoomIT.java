package io.lockstep.transport.aeron;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.collectives.GroupOptions.Security;
import io.lockstep.collectives.LocalRendezvous;
import io.lockstep.collectives.group.ProcessGroups;
import io.lockstep.collectives.group.Route;
import io.lockstep.collectives.group.TransportOptions;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Too little shared memory: a file system of 512 KiB. */
class SharedMemoryRoomIT {
    @TempDir
    Path directory;

    private static int run(String... command) throws IOException, InterruptedException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    @Test
    void isToldWithTheRemedyBeforeAnythingIsStartedAndByEachRank() throws Exception {
        Assumptions.assumeTrue(
                System.getProperty("user.name").equals("root")
                        && run("mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", directory.toString()) == 0,
                "needs the right to mount");
        try {
            TransportOptions transport = TransportOptions.defaults().withDirectory(directory);
            assertThatThrownBy(() -> ProcessGroups.requireRoom(transport, 4, 4))
                    .hasMessageContaining("4 ranks on this host need 3863 KiB")
                    .hasMessageContaining("512 KiB are free")
                    .hasMessageContaining("--shm-size")
                    .hasMessageContaining("set the transport to tcp");
            assertThatThrownBy(() -> LocalRendezvous.form(
                            2,
                            Security.ON,
                            (options, rendezvous) -> ProcessGroups.open(options, rendezvous, transport)))
                    .hasMessageContaining("too small");
            ProcessGroups.requireRoom(transport.withIntraHost(Route.TCP), 4, 4);
            assertThat(directory).isEmptyDirectory();
        } finally {
            assertThat(run("umount", directory.toString())).isZero();
        }
    }
}
