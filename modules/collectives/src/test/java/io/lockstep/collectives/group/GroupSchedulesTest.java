package io.lockstep.collectives.group;

import io.lockstep.collectives.Algorithm;
import io.lockstep.collectives.GroupClosedException;
import io.lockstep.collectives.MismatchedCollectiveException;
import io.lockstep.collectives.PeerLostException;
import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.Reduction;
import io.lockstep.collectives.Tuning;
import io.lockstep.collectives.Work;
import io.lockstep.collectives.schedules.Exploration;
import io.lockstep.collectives.schedules.Scenario;
import io.lockstep.collectives.schedules.Schedule;
import io.lockstep.collectives.schedules.ScheduledThreads;
import io.lockstep.collectives.transport.ClosedTransportCheck;
import io.lockstep.collectives.transport.InProcessTransport;
import io.lockstep.collectives.transport.SegmentTransport.Geometry;
import io.lockstep.collectives.transport.Transport;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Process groups on shared memory under thousands of schedules. */
class GroupSchedulesTest {
    private static final Duration DEADLINE = Duration.ofMinutes(1);

    @Test
    void collectivesAreExactUnderEverySchedule() {
        Exploration.of(Collectives.class, 1000);
    }

    @Test
    void survivorsOfALostRankAgreeOnWhoItWas() {
        Exploration.of(LostRank.class, 400);
    }

    /** As a process that is stopped, or behind a cut link: nothing tells but its silence. */
    @Test
    void survivorsOfASilentRankAgreeOnWhoItWas() {
        Exploration.of(SilentRank.class, 10);
    }

    @Test
    void aGroupThatClosesEndsWhatIsOutstandingAndTouchesNothingAfterwards() {
        Exploration.of(Closing.class, 600);
    }

    @Test
    void aRankThatLeavesAfterTheLastCollectiveIsNotMissed() {
        Exploration.of(Leaving.class, 600);
    }

    @Test
    void differentCallsAreAnErrorOnAllRanks() {
        Exploration.of(Mismatch.class, 400);
    }

    @Test
    void aStatusIsReadWholeOrNotAtAll() {
        Exploration.of(StatusScenario.class, 1000);
    }

    /** Ranks as threads, each with a group over memory that holds few and short frames. */
    private abstract static class Ranks implements Scenario {
        final Random random = Schedule.random();
        final int worldSize = 2 + random.nextInt(3);
        final List<ClosedTransportCheck> transports = new ArrayList<>();
        final Throwable[] ends = new Throwable[worldSize];
        final List<Thread> threads = new ArrayList<>();

        Ranks() {
            Geometry geometry = new Geometry(worldSize, 64, 2 + random.nextInt(3));
            for (Transport transport : InProcessTransport.create(geometry)) {
                transports.add(new ClosedTransportCheck(transport, this::gone));
            }
        }

        /** Whether the kernel says so of a rank. */
        boolean gone(int rank) {
            return false;
        }

        ProcessGroup group(int rank) {
            Tuning tuning = Tuning.defaults().withSilence(Tuning.SHORTEST_SILENCE);
            return ProcessGroups.over(transports.get(rank), 0, 0, DEADLINE, tuning);
        }

        /** What one rank does, in a thread of its own. */
        abstract void rank(int rank) throws Exception;

        void startAll() {
            for (int i = 0; i < worldSize; i++) {
                int rank = i;
                Thread thread = new Thread(
                        () -> {
                            try {
                                rank(rank);
                            } catch (Exception e) {
                                ends[rank] = e;
                            }
                        },
                        "rank-" + rank);
                threads.add(thread);
                thread.start();
            }
        }

        void joinAll() throws InterruptedException {
            for (Thread thread : threads) {
                thread.join();
            }
        }

        void requireNoFailures() {
            for (int rank = 0; rank < worldSize; rank++) {
                if (ends[rank] != null) {
                    throw new AssertionError("rank " + rank + " failed", ends[rank]);
                }
            }
        }
    }

    /** A call that all ranks make, and what must come of it. */
    private record Call(int kind, int floats, Algorithm algorithm, int root) {
        static Call random(Random random, int worldSize) {
            Algorithm[] algorithms = {
                Algorithm.FLAT,
                Algorithm.RING,
                Algorithm.RECURSIVE_DOUBLING,
                Algorithm.HALVING_DOUBLING,
                Algorithm.CENTRAL,
                Algorithm.HIERARCHICAL
            };
            int floats = random.nextInt(4) == 0 ? 20 + random.nextInt(60) : random.nextInt(17);
            Algorithm algorithm = algorithms[random.nextInt(algorithms.length)];
            return new Call(
                    random.nextInt(6),
                    floats,
                    algorithm == Algorithm.FLAT && floats > 16 ? Algorithm.RING : algorithm,
                    random.nextInt(worldSize));
        }

        void on(TransportProcessGroup group) {
            ByteBuffer buffer = World.floats(floats);
            for (int i = 0; i < floats; i++) {
                buffer.putFloat(i * Float.BYTES, value(group.rank(), i));
            }
            switch (kind) {
                case 0, 1 -> group.allReduceBy(buffer, Reduction.SUM, algorithm).await();
                case 2 -> group.broadcast(buffer, root).await();
                case 3 -> group.reduce(buffer, Reduction.SUM, root).await();
                case 4 -> requireRecords(group, group.allGatherRecords(new byte[] {(byte) group.rank(), 7}));
                default -> group.barrier();
            }
            for (int i = 0; i < floats && kind <= 3; i++) {
                float expected = kind == 2
                        ? value(root, i)
                        : group.worldSize() * (i + 1) + group.worldSize() * (group.worldSize() - 1) / 2f;
                if ((kind != 3 || group.rank() == root) && buffer.getFloat(i * Float.BYTES) != expected) {
                    throw new AssertionError(this + " gave rank " + group.rank() + " "
                            + buffer.getFloat(i * Float.BYTES) + " at " + i + " instead of " + expected);
                }
            }
        }

        private static float value(int rank, int i) {
            return rank + i + 1;
        }

        private static void requireRecords(ProcessGroup group, List<byte[]> records) {
            for (int rank = 0; rank < group.worldSize(); rank++) {
                if (records.get(rank)[0] != rank || records.get(rank)[1] != 7) {
                    throw new AssertionError("not the record of rank " + rank);
                }
            }
        }
    }

    private static final class Collectives extends Ranks {
        private final List<Call> calls = new ArrayList<>();

        Collectives() {
            int count = 1 + random.nextInt(4);
            for (int i = 0; i < count; i++) {
                calls.add(Call.random(random, worldSize));
            }
        }

        @Override
        void rank(int rank) {
            try (ProcessGroup group = group(rank)) {
                calls.forEach(call -> call.on((TransportProcessGroup) group));
                group.barrier();
            }
        }

        @Override
        public void run() throws InterruptedException {
            startAll();
            joinAll();
            requireNoFailures();
        }
    }

    /** A rank is killed anywhere. The others end in a bounded time, all with its name, or got through without it. */
    private static class LostRank extends Ranks {
        final int victim = random.nextInt(worldSize);
        private final boolean[] through = new boolean[worldSize];

        @Override
        void rank(int rank) throws InterruptedException {
            ProcessGroup group = group(rank);
            try {
                for (int i = 0; i < 20; i++) {
                    new Call(i % 2 * 5, 5, Algorithm.RING, 0).on((TransportProcessGroup) group);
                }
                through[rank] = true;
            } finally {
                while (rank != victim && !victimIsOver()) {
                    Thread.sleep(1);
                }
                group.close();
            }
        }

        @Override
        boolean gone(int rank) {
            return rank == victim && victimIsOver();
        }

        boolean victimIsOver() {
            return threads.size() > victim && ScheduledThreads.isOver(threads.get(victim));
        }

        @Override
        public void run() throws InterruptedException {
            Schedule.after(
                    random.nextInt(4000),
                    () -> Schedule.stop(thread -> thread.getName().equals("rank-" + victim)
                            || thread.getName().equals("lockstep-rank-" + victim)));
            startAll();
            for (int rank = 0; rank < worldSize; rank++) {
                if (rank != victim) {
                    threads.get(rank).join();
                }
            }
            for (int rank = 0; rank < worldSize; rank++) {
                if (rank != victim && !through[rank]) {
                    if (!(ends[rank] instanceof PeerLostException lost) || lost.lostRank() != victim) {
                        throw new AssertionError(
                                "rank " + rank + " lost rank " + victim + ", and ended with " + ends[rank], ends[rank]);
                    }
                }
            }
            if (Schedule.elapsedNanos() > DEADLINE.toNanos()) {
                throw new AssertionError("it took " + Schedule.elapsedNanos() / 1_000_000 + " ms");
            }
        }
    }

    private static final class SilentRank extends LostRank {
        @Override
        boolean gone(int rank) {
            return false;
        }
    }

    /** One rank's group is closed by another thread while it works. */
    private static final class Closing extends Ranks {
        private final ProcessGroup[] groups = new ProcessGroup[worldSize];
        private final int[] done = new int[worldSize];

        @Override
        void rank(int rank) {
            try {
                for (int i = 0; i < 6; i++) {
                    Work work = groups[rank].allReduce(World.floats(4), Reduction.SUM);
                    Work second = groups[rank].allReduce(World.floats(30), Reduction.SUM);
                    work.await();
                    second.await();
                    done[rank]++;
                }
            } finally {
                groups[rank].close();
            }
        }

        @Override
        public void run() throws InterruptedException {
            for (int rank = 0; rank < worldSize; rank++) {
                groups[rank] = group(rank);
            }
            int closed = random.nextInt(worldSize);
            Thread closer = new Thread(
                    () -> {
                        for (int i = random.nextInt(400); i > 0; i--) {
                            Thread.yield();
                        }
                        groups[closed].close();
                    },
                    "closer");
            startAll();
            closer.start();
            joinAll();
            closer.join();
            for (int rank = 0; rank < worldSize; rank++) {
                Throwable end = ends[rank];
                boolean told = rank == closed
                        ? end instanceof GroupClosedException
                        : end instanceof PeerLostException lost && lost.lostRank() == closed;
                if (done[rank] < 6 && !told) {
                    throw new AssertionError("rank " + closed + " closed, rank " + rank + " ended with " + end, end);
                }
            }
        }
    }

    /** Ranks that close at once when they have what they wanted do not take it from the others. */
    private static final class Leaving extends Ranks {
        @Override
        void rank(int rank) {
            try (ProcessGroup group = group(rank)) {
                Call.random(new Random(worldSize), worldSize).on((TransportProcessGroup) group);
                new Call(0, 40, Algorithm.RING, 0).on((TransportProcessGroup) group);
            }
        }

        @Override
        public void run() throws InterruptedException {
            startAll();
            joinAll();
            requireNoFailures();
        }
    }

    private static final class Mismatch extends Ranks {
        private final int odd = random.nextInt(worldSize);
        private final boolean barrier = random.nextBoolean();

        @Override
        void rank(int rank) {
            ProcessGroup group = group(rank);
            try {
                group.barrier();
                if (rank == odd && barrier) {
                    group.barrier();
                } else {
                    group.allReduce(World.floats(rank == odd ? 31 : 30), Reduction.SUM)
                            .await();
                }
                group.barrier();
            } finally {
                closeTogether(rank, group);
            }
        }

        private final boolean[] ended = new boolean[worldSize];

        private void closeTogether(int rank, ProcessGroup group) {
            ended[rank] = true;
            for (int i = 0; i < worldSize; i++) {
                while (!ended[i]) {
                    Thread.yield();
                }
            }
            group.close();
        }

        @Override
        public void run() throws InterruptedException {
            startAll();
            joinAll();
            for (int rank = 0; rank < worldSize; rank++) {
                if (!(ends[rank] instanceof MismatchedCollectiveException)) {
                    throw new AssertionError(
                            "rank " + odd + " called something else, rank " + rank + " ended with " + ends[rank],
                            ends[rank]);
                }
            }
        }
    }
}
