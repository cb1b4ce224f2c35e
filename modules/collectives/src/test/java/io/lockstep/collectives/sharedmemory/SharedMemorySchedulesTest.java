package io.lockstep.collectives.sharedmemory;

import io.lockstep.collectives.PeerLostException;
import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.Reduction;
import io.lockstep.collectives.Tuning;
import io.lockstep.collectives.group.ProcessGroups;
import io.lockstep.collectives.group.World;
import io.lockstep.collectives.schedules.Exploration;
import io.lockstep.collectives.schedules.Scenario;
import io.lockstep.collectives.schedules.Schedule;
import io.lockstep.collectives.schedules.ScheduledFiles;
import io.lockstep.collectives.schedules.ScheduledThreads;
import io.lockstep.collectives.security.AttemptKey;
import io.lockstep.collectives.transport.Advertisement;
import io.lockstep.collectives.transport.SegmentTransport.Geometry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Ranks meet in mapped files, real ones, work together and part; one of them may be killed in any file operation. */
class SharedMemorySchedulesTest {
    private static final Duration DEADLINE = Duration.ofSeconds(2);

    @Test
    void ranksMeetWorkAndLeaveNothingUnderEverySchedule() {
        Exploration.of(Meeting.class, 150);
    }

    @Test
    void whereverARankIsKilledTheOthersAreToldAndTheNextStartTidiesUp() {
        Exploration.of(Killing.class, 300);
    }

    private static class Meeting implements Scenario {
        final Random random = Schedule.random();
        final int worldSize = 2 + random.nextInt(2);
        final Thread[] threads = new Thread[worldSize];
        final Throwable[] ends = new Throwable[worldSize];
        private final Geometry geometry = new Geometry(worldSize, 64, 3);
        private final String[] told = new String[worldSize]; // guarded by itself
        private final byte[] key = new byte[32];

        /** Before a rank does anything. */
        void prepare(int rank) {}

        boolean isDead(int rank) {
            return false;
        }

        @Override
        public void run() throws Exception {
            Path parent = Files.createTempDirectory("schedules");
            for (int i = 0; i < worldSize; i++) {
                int rank = i;
                threads[i] = new Thread(
                        () -> {
                            prepare(rank);
                            try {
                                work(rank, parent);
                            } catch (RuntimeException e) {
                                ends[rank] = e;
                            }
                        },
                        "rank-" + rank);
            }
            for (Thread each : threads) {
                each.start();
            }
            for (int rank = 0; rank < worldSize; rank++) {
                while (!ScheduledThreads.isOver(threads[rank])) {
                    Thread.sleep(1);
                }
            }
            check(parent);
            Files.delete(parent);
        }

        void check(Path parent) throws IOException {
            for (int rank = 0; rank < worldSize; rank++) {
                if (ends[rank] != null) {
                    throw new AssertionError("rank " + rank + " failed", ends[rank]);
                }
            }
        }

        private void work(int rank, Path parent) {
            SharedMemory memory = SharedMemory.open(rank, geometry, parent);
            List<Advertisement> all;
            try {
                byte[] nonce = new byte[16];
                nonce[0] = (byte) rank;
                all = meet(new Advertisement(
                        rank, "host", new Advertisement.Reach("tcp", "here", 0, 0), memory.path(), nonce));
            } catch (RuntimeException e) {
                memory.close();
                throw e;
            }
            var transport = memory.join(all, new AttemptKey(key, 0), DEADLINE);
            Tuning tuning = Tuning.defaults().withSilence(Tuning.SHORTEST_SILENCE);
            try (ProcessGroup group = ProcessGroups.over(transport, 0, 0, DEADLINE, tuning)) {
                for (int i = 0; i < 3; i++) {
                    ByteBuffer one = World.floats(1f);
                    group.allReduce(one, Reduction.SUM).await();
                    if (one.getFloat(0) != worldSize) {
                        throw new AssertionError("the sum of " + worldSize + " ones is " + one.getFloat(0));
                    }
                }
                group.barrier();
            }
        }

        /** As Spark's barrier does: everybody's words, or an error where somebody is gone. */
        private List<Advertisement> meet(Advertisement mine) {
            synchronized (told) {
                told[mine.rank()] = mine.encode();
                List<Advertisement> all = new ArrayList<>();
                while (all.size() < worldSize) {
                    int next = all.size();
                    if (told[next] != null) {
                        all.add(Advertisement.parse(next, told[next]));
                    } else if (isDead(next)) {
                        throw new PeerLostException(next, "rank " + next + " did not come", null);
                    } else {
                        await();
                    }
                }
                return all;
            }
        }

        private void await() {
            try {
                told.wait(1);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static final class Killing extends Meeting {
        private final int victim = random.nextInt(worldSize);

        @Override
        void prepare(int rank) {
            if (rank == victim) {
                ScheduledFiles.killInFileOperation(
                        random.nextInt(40),
                        thread -> thread.getName().equals("rank-" + victim)
                                || thread.getName().equals("lockstep-rank-" + victim));
            }
        }

        @Override
        boolean isDead(int rank) {
            return threads[rank] != null && ScheduledThreads.isOver(threads[rank]);
        }

        @Override
        void check(Path parent) throws IOException {
            for (int rank = 0; rank < worldSize; rank++) {
                boolean told = ends[rank] instanceof PeerLostException lost && lost.lostRank() == victim;
                if (rank != victim && ends[rank] != null && !told) {
                    throw new AssertionError("rank " + rank + " lost rank " + victim, ends[rank]);
                }
            }
            List<Path> left = list(parent);
            if (left.size() > 1) {
                throw new AssertionError("more is left than what was the victim's: " + left);
            }
            for (Path each : left) {
                tidyUp(each, parent);
            }
            if (!list(parent).isEmpty()) {
                throw new AssertionError("the next start leaves " + list(parent));
            }
        }

        /** The next start is a process of another number, and some time has passed. */
        private static void tidyUp(Path left, Path parent) throws IOException {
            String name = left.getFileName().toString();
            Path others = parent.resolve(name.replaceFirst("lockstep-\\d+-", "lockstep-0-"));
            Files.move(left, others);
            Files.setLastModifiedTime(others, FileTime.from(Instant.now().minus(Duration.ofHours(1))));
            PrivateDirectory.removeAbandoned(parent, Files.getOwner(parent));
        }

        private static List<Path> list(Path folder) throws IOException {
            try (Stream<Path> found = Files.list(folder)) {
                return found.toList();
            }
        }
    }
}
