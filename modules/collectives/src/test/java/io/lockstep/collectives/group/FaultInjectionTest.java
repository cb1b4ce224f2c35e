package io.lockstep.collectives.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collectives.CollectiveException;
import io.lockstep.collectives.PeerLostException;
import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.Reduction;
import io.lockstep.collectives.Tuning;
import io.lockstep.collectives.transport.FaultInjectingTransport;
import io.lockstep.collectives.transport.FaultInjectingTransport.Faults;
import io.lockstep.collectives.transport.InProcessTransport;
import io.lockstep.collectives.transport.SegmentTransport.Geometry;
import io.lockstep.collectives.transport.Transport;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FaultInjectionTest {
    private static final int LENGTH = 2000;
    private static final int AT_A_TIME = 6;

    private static World world(int worldSize, Duration deadline, List<Faults> faults, long seed) {
        List<ProcessGroup> groups = new ArrayList<>();
        for (Transport transport : InProcessTransport.create(new Geometry(worldSize, 1024, 4))) {
            groups.add(ProcessGroups.over(
                    new FaultInjectingTransport(transport, faults.get(transport.rank()), seed),
                    0,
                    0,
                    deadline,
                    Tuning.defaults()));
        }
        return new World(groups);
    }

    /**
     * Late and doubled frames harm nothing; lost and changed ones and a dead rank may end a round, but only by saying so.
     * Several rounds at a time, as most of it is waiting for the deadlines of those that end.
     */
    @Test
    void aThousandRoundsOfFaultsNeitherHangNorAcceptAWrongSum() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(AT_A_TIME);
        try {
            List<Callable<Boolean>> rounds = IntStream.range(0, 1000)
                    .mapToObj(round -> (Callable<Boolean>) () -> isRightOrEnds(round))
                    .toList();
            int failed = 0;
            for (Future<Boolean> right : threads.invokeAll(rounds)) {
                failed += right.get() ? 0 : 1;
            }
            assertThat(failed).isGreaterThan(50);
        } finally {
            threads.shutdownNow();
        }
    }

    /** Whether its sums were right; otherwise a rank said that it failed, which it may not do without a fatal fault. */
    private static boolean isRightOrEnds(int round) {
        Random random = new Random(7 + 31 * round);
        int worldSize = 2 + round % 3;
        double each = round % 4 == 0 ? 0.02 : 0;
        boolean dies = round % 10 == 0;
        Faults bad = new Faults(
                random.nextInt(3) * each,
                0.05,
                0.05,
                random.nextInt(3) * each,
                dies ? random.nextInt(20) : Integer.MAX_VALUE);
        List<Faults> faults = new ArrayList<>();
        for (int rank = 0; rank < worldSize; rank++) {
            faults.add(rank == round % worldSize ? bad : new Faults(0, 0.02, 0.02, 0, Integer.MAX_VALUE));
        }
        boolean harmless = each == 0 && !dies;
        Duration deadline = harmless ? World.PATIENCE : Duration.ofMillis(100);
        try (World world = world(worldSize, deadline, faults, round)) {
            boolean correct = !world.call(FaultInjectionTest::sumsOrSaysWhyNot).contains(false);
            assertThat(correct || !harmless)
                    .as("round %d, without a fatal fault", round)
                    .isTrue();
            return correct;
        }
    }

    private static boolean sumsOrSaysWhyNot(ProcessGroup group) {
        try {
            for (int call = 0; call < 2; call++) {
                ByteBuffer vector = ExactVectors.vector(group.rank(), LENGTH);
                group.allReduce(vector, Reduction.SUM).await();
                ExactVectors.assertVector(vector, 0, LENGTH, i -> ExactVectors.sum(group.worldSize(), i));
            }
            return true;
        } catch (CollectiveException e) {
            return false;
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void allSurvivorsNameTheRankThatDied(int culprit) {
        List<Faults> faults = new ArrayList<>();
        for (int rank = 0; rank < 4; rank++) {
            faults.add(rank == culprit ? new Faults(0, 0, 0, 0, 5) : Faults.none());
        }
        try (World world = world(4, Duration.ofSeconds(2), faults, 1)) {
            List<Future<CollectiveException>> ends = new ArrayList<>();
            for (int rank = 0; rank < 4; rank++) {
                ends.add(world.start(rank, group -> {
                    try {
                        for (int call = 0; call < 100; call++) {
                            group.allReduce(World.floats(LENGTH), Reduction.SUM).await();
                        }
                        return null;
                    } catch (CollectiveException e) {
                        return e;
                    }
                }));
            }
            Set<Integer> named = new HashSet<>();
            for (int rank = 0; rank < 4; rank++) {
                if (rank != culprit) {
                    CollectiveException end = World.get(ends.get(rank));
                    assertThat(end).isInstanceOf(PeerLostException.class);
                    assertThat(end.getMessage()).contains("lost rank " + culprit, "allReduce");
                    named.add(((PeerLostException) end).lostRank());
                }
            }
            assertThat(named).containsExactly(culprit);
        }
    }
}
