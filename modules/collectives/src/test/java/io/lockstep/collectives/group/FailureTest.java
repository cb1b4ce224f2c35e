package io.lockstep.collectives.group;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.collectives.CollectiveException;
import io.lockstep.collectives.GroupClosedException;
import io.lockstep.collectives.MismatchedCollectiveException;
import io.lockstep.collectives.PeerLostException;
import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.Reduction;
import io.lockstep.collectives.Tuning;
import io.lockstep.collectives.Work;
import io.lockstep.collectives.transport.InProcessTransport;
import io.lockstep.collectives.transport.Transport;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Rules broken and ranks that do not come. */
class FailureTest {
    /** Runs the odd one's action on one rank, the others' on the rest; returns how each ended. */
    private static List<CollectiveException> ends(
            World world, int odd, World.RankTask oddOne, World.RankTask theOthers) {
        List<Future<CollectiveException>> futures = new ArrayList<>();
        for (int rank = 0; rank < world.groups().size(); rank++) {
            World.RankTask task = rank == odd ? oddOne : theOthers;
            futures.add(world.start(rank, group -> {
                try {
                    task.run(group);
                    group.barrier(); // who got through alone learns of it in the next call
                    return null;
                } catch (CollectiveException e) {
                    return e;
                }
            }));
        }
        return futures.stream().map(World::get).toList();
    }

    private static void assertMismatch(World.RankTask oddOne, World.RankTask theOthers, String... mentioned) {
        for (int worldSize : new int[] {2, 3, 4}) {
            try (World world = World.inProcess(worldSize)) {
                List<CollectiveException> ends = ends(world, worldSize - 1, oddOne, theOthers);
                assertThat(ends).allSatisfy(end -> {
                    assertThat(end).isInstanceOf(MismatchedCollectiveException.class);
                    assertThat(end.getMessage()).contains(mentioned).contains("rank " + (worldSize - 1));
                });
            }
        }
    }

    @Test
    void differentLengthsAreAnErrorOnAllRanks() {
        assertMismatch(
                group -> group.allReduce(World.floats(50_001), Reduction.SUM).await(),
                group -> group.allReduce(World.floats(50_000), Reduction.SUM).await(),
                "float32[50001]",
                "float32[50000]");
    }

    @Test
    void differentReductionsAreAnErrorOnAllRanks() {
        assertMismatch(
                group -> group.allReduce(World.floats(10), Reduction.MAX).await(),
                group -> group.allReduce(World.floats(10), Reduction.SUM).await(),
                "SUM",
                "MAX");
    }

    @Test
    void differentCollectivesAreAnErrorOnAllRanks() {
        assertMismatch(
                ProcessGroup::barrier,
                group -> group.allReduce(World.floats(100_000), Reduction.SUM).await(),
                "allReduce(float32[100000], SUM)",
                "barrier()");
    }

    @Test
    void differentRootsAreAnErrorOnAllRanks() {
        assertMismatch(
                group -> group.reduce(World.floats(10), Reduction.SUM, 1).await(),
                group -> group.reduce(World.floats(10), Reduction.SUM, 0).await(),
                "root 0",
                "root 1");
    }

    @Test
    void aRankThatNeverCallsIsNamedByAll() {
        try (World world = World.inProcess(4, Duration.ofSeconds(2))) {
            CountDownLatch over = new CountDownLatch(3);
            List<Future<CollectiveException>> ends = new ArrayList<>();
            for (int rank : new int[] {0, 1, 3}) {
                ends.add(world.start(rank, group -> {
                    try {
                        group.allReduce(World.floats(30_000), Reduction.SUM).await();
                        return null;
                    } catch (CollectiveException e) {
                        return e;
                    } finally {
                        over.countDown();
                    }
                }));
            }
            for (Future<CollectiveException> future : ends) {
                CollectiveException end = World.get(future);
                assertThat(end).isInstanceOf(PeerLostException.class);
                assertThat(((PeerLostException) end).lostRank()).isEqualTo(2);
                assertThat(end.getMessage()).contains("did not call #1 within 2 s");
            }
            assertThatThrownBy(() -> world.groups().get(2).barrier())
                    .as("the late rank learns of it too")
                    .isInstanceOf(PeerLostException.class);
        }
    }

    /** A rank that is stopped: it neither sends nor beats. The deadline alone would let the others wait for ten minutes. */
    @Test
    void aSilentRankIsLostLongBeforeTheDeadline() {
        List<Transport> transports = InProcessTransport.create(3);
        Tuning tuning = Tuning.defaults().withSilence(Duration.ofSeconds(2));
        List<ProcessGroup> groups = new ArrayList<>();
        for (int rank : new int[] {0, 2}) { // rank 1 has met the others, and that was all
            groups.add(ProcessGroups.over(transports.get(rank), 0, 0, World.PATIENCE, tuning));
        }
        try (World survivors = new World(groups)) {
            List<CollectiveException> ends = ends(survivors, -1, null, ProcessGroup::barrier);
            assertThat(ends).allSatisfy(end -> {
                assertThat(end).isInstanceOf(PeerLostException.class);
                assertThat(end.getMessage())
                        .contains("lost rank 1")
                        .containsPattern(": no sign of life for \\d+ s \\(deadline 600 s\\)");
            });
        } finally {
            transports.get(1).close();
        }
    }

    @Test
    void aBrokenGroupFailsLaterCallsAtOnce() {
        try (World world = World.inProcess(2, Duration.ofMillis(300))) {
            ProcessGroup group = world.groups().get(0);
            assertThatThrownBy(group::barrier).isInstanceOf(PeerLostException.class);
            ByteBuffer vector = World.floats(10);
            assertThatThrownBy(() -> group.allReduce(vector, Reduction.SUM).await())
                    .isInstanceOf(PeerLostException.class);
        }
    }

    @Test
    void aPeerThatClosesIsLostAtOnce() {
        try (World world = World.inProcess(3)) {
            world.groups().get(1).close();
            for (int rank : new int[] {0, 2}) {
                assertThatThrownBy(() -> world.groups()
                                .get(rank)
                                .allReduce(World.floats(100_000), Reduction.SUM)
                                .await())
                        .isInstanceOf(PeerLostException.class)
                        .hasMessageContaining("lost rank 1");
            }
        }
    }

    @Test
    void closingEndsOutstandingWork() {
        try (World world = World.inProcess(2)) {
            ProcessGroup group = world.groups().get(0);
            Work first = group.allReduce(World.floats(100_000), Reduction.SUM);
            Work second = group.allReduce(World.floats(100_000), Reduction.SUM);
            group.close();
            assertThatThrownBy(first::await).isInstanceOf(GroupClosedException.class);
            assertThatThrownBy(second::await).isInstanceOf(GroupClosedException.class);
        }
    }

    @Test
    void threadsEndWithTheirGroups() throws InterruptedException {
        for (int round = 0; round < 20; round++) {
            try (World world = World.inProcess(3)) {
                world.run(ProcessGroup::barrier);
            }
        }
        long alive = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("lockstep-rank-"))
                .count();
        assertThat(alive).isZero();
    }
}
