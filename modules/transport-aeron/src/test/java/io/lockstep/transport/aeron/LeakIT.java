package io.lockstep.transport.aeron;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collectives.GroupOptions.Security;
import io.lockstep.collectives.LocalRendezvous;
import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.World;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Groups one after another, and several at once, in one JVM. */
@Timeout(60)
class LeakIT {
    @TempDir
    Path directory;

    private void useGroup(Route route) {
        TransportOptions transport =
                TransportOptions.defaults().withIntraHost(route).withDirectory(directory);
        try (World world = new World(LocalRendezvous.form(
                2,
                Duration.ofSeconds(20),
                Security.ON,
                (options, rendezvous) -> AeronProcessGroups.open(options, rendezvous, transport)))) {
            world.run(ProcessGroup::barrier);
        }
    }

    private static long count(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.count();
        }
    }

    private long mappings() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
            return lines.filter(line -> line.contains(directory.toString())).count();
        }
    }

    /** Bytes in direct and mapped buffers, once the collector has freed what nobody holds. */
    private static long bufferBytes() throws InterruptedException {
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 20; round++) { // cleaners run some time after the collector
            System.gc();
            Thread.sleep(20);
            long now = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                    .mapToLong(BufferPoolMXBean::getMemoryUsed)
                    .sum();
            if (now >= least) {
                break;
            }
            least = now;
        }
        return least;
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void closedGroupsLeaveNoThreadFileMappingOrNativeMemory(Route route) throws Exception {
        Assumptions.assumeTrue(Files.isReadable(Path.of("/proc/self/maps")), "needs Linux");
        useGroup(route); // loads classes, which opens files that stay
        long filesBefore = count(Path.of("/proc/self/fd"));
        long bytesBefore = bufferBytes();
        for (int round = 0; round < 10; round++) {
            useGroup(route);
        }
        assertThat(count(Path.of("/proc/self/fd"))).isLessThanOrEqualTo(filesBefore + 3);
        assertThat(bufferBytes()).isLessThanOrEqualTo(bytesBefore + 64 * 1024); // a leak of each group would be ten
        assertThat(mappings()).isZero();
        assertThat(directory).isEmptyDirectory();
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("lockstep-rank-")
                        || thread.getName().startsWith("aeron"));
    }
}
