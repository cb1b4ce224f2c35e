package io.lockstep.transport.aeron;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collectives.GroupOptions.Security;
import io.lockstep.collectives.LocalRendezvous;
import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.group.ProcessGroups;
import io.lockstep.collectives.group.Route;
import io.lockstep.collectives.group.TransportOptions;
import io.lockstep.collectives.group.World;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Groups one after another, and several at once, in one JVM. */
class LeakIT {
    /** After which what the collector has not freed is held. */
    private static final Duration LEAKED = Duration.ofMinutes(2);

    @TempDir
    Path directory;

    private void useGroup(Route route) {
        TransportOptions transport =
                TransportOptions.defaults().withIntraHost(route).withDirectory(directory);
        try (World world = new World(LocalRendezvous.form(
                2, Security.ON, (options, rendezvous) -> ProcessGroups.open(options, rendezvous, transport)))) {
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

    /** Bytes in direct and mapped buffers, once they no longer become fewer. */
    private static long settledBufferBytes() throws InterruptedException {
        long least = Long.MAX_VALUE;
        for (int same = 0; same < 5; same++) {
            collect();
            if (bufferBytes() < least) {
                least = bufferBytes();
                same = 0;
            }
        }
        return least;
    }

    private static void awaitBufferBytes(long most) throws InterruptedException {
        long start = System.nanoTime();
        while (bufferBytes() > most) {
            assertThat(System.nanoTime() - start)
                    .as("%d bytes of buffers stay, more than %d", bufferBytes(), most)
                    .isLessThan(LEAKED.toNanos());
            collect();
        }
    }

    private static void collect() throws InterruptedException {
        System.gc();
        Thread.sleep(20); // cleaners run some time after the collector
    }

    private static long bufferBytes() {
        return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
    }

    @ParameterizedTest
    @EnumSource(Route.class)
    void closedGroupsLeaveNoThreadFileMappingOrNativeMemory(Route route) throws Exception {
        Assumptions.assumeTrue(Files.isReadable(Path.of("/proc/self/maps")), "needs Linux");
        useGroup(route); // loads classes, which opens files that stay
        long filesBefore = count(Path.of("/proc/self/fd"));
        long bytesBefore = settledBufferBytes();
        for (int round = 0; round < 10; round++) {
            useGroup(route);
        }
        assertThat(count(Path.of("/proc/self/fd"))).isLessThanOrEqualTo(filesBefore + 3);
        awaitBufferBytes(bytesBefore + 64 * 1024); // a leak of each group would be ten
        assertThat(mappings()).isZero();
        assertThat(directory).isEmptyDirectory();
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(thread -> thread.getName().startsWith("lockstep-rank-")
                        || thread.getName().startsWith("aeron"));
    }
}
