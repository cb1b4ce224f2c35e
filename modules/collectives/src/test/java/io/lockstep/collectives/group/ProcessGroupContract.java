package io.lockstep.collectives.group;

import static io.lockstep.collectives.group.ExactVectors.assertSums;
import static io.lockstep.collectives.group.ExactVectors.assertVector;
import static io.lockstep.collectives.group.ExactVectors.sum;
import static io.lockstep.collectives.group.ExactVectors.value;
import static io.lockstep.collectives.group.ExactVectors.vector;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.collectives.Chunks;
import io.lockstep.collectives.GroupClosedException;
import io.lockstep.collectives.MismatchedCollectiveException;
import io.lockstep.collectives.PreparedWork;
import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.Reduction;
import io.lockstep.collectives.WireType;
import io.lockstep.collectives.Work;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every process group does, whatever carries its bytes. All values are small integers, so float32 sums are exact
 * in any order and results are compared for equality.
 */
public abstract class ProcessGroupContract extends AllReduceContract {
    @ParameterizedTest
    @MethodSource("worldSizes")
    void preparedCallsAreStartedAgainAndAgain(int worldSize) {
        World world = world(worldSize);
        int length = 20_011;
        world.run(group -> {
            ByteBuffer vector = World.floats(length);
            ByteBuffer small = World.floats(2);
            PreparedWork work = group.prepareAllReduce(vector, Reduction.SUM, WireType.FLOAT32);
            PreparedWork other = group.prepareBroadcast(small, worldSize - 1);
            for (int step = 0; step < 20; step++) {
                vector.put(0, vector(group.rank(), length), 0, length * Float.BYTES);
                small.putFloat(0, group.rank() + step);
                work.start();
                other.start().await();
                work.await();
                assertSums(vector, worldSize);
                assertThat(small.getFloat(0)).isEqualTo(worldSize - 1 + step);
            }
        });
    }

    @ParameterizedTest
    @MethodSource("worldSizes")
    void aRankThatCallsSomethingElseIsNamedOnAllRanks(int worldSize) {
        World world = world(worldSize);
        if (worldSize == 1) {
            return;
        }
        int culprit = worldSize - 1;
        List<String> ends = world.call(group -> {
            try {
                group.barrier();
                ByteBuffer vector = World.floats(30_000);
                if (group.rank() == culprit) {
                    group.broadcast(vector, 0).await();
                } else {
                    group.allReduce(vector, Reduction.SUM).await();
                }
                group.barrier();
                return "it was not noticed";
            } catch (MismatchedCollectiveException e) {
                return e.getMessage();
            }
        });
        assertThat(ends)
                .allSatisfy(end ->
                        assertThat(end).contains("collective #2 differs", "rank " + culprit, "broadcast", "allReduce"));
    }

    @ParameterizedTest
    @MethodSource("worldSizes")
    void reduceScatterLeavesEachRankItsChunk(int worldSize) {
        World world = world(worldSize);
        for (int length : lengths(worldSize)) {
            world.run(group -> {
                ByteBuffer vector = vector(group.rank(), length);
                group.reduceScatter(vector, Reduction.SUM).await();
                Chunks chunks = new Chunks(length, worldSize);
                int rank = group.rank();
                assertVector(vector, chunks.start(rank), chunks.start(rank + 1), i -> sum(worldSize, i));
            });
        }
    }

    @ParameterizedTest
    @MethodSource("worldSizes")
    void allGatherTakesEachChunkFromItsRank(int worldSize) {
        World world = world(worldSize);
        for (int length : lengths(worldSize)) {
            world.run(group -> {
                ByteBuffer vector = vector(group.rank(), length);
                group.allGather(vector).await();
                Chunks chunks = new Chunks(length, worldSize);
                for (int rank = 0; rank < worldSize; rank++) {
                    int source = rank;
                    assertVector(vector, chunks.start(rank), chunks.start(rank + 1), i -> value(source, i));
                }
            });
        }
    }

    @ParameterizedTest
    @MethodSource("worldSizes")
    void everyRootReducesAndBroadcasts(int worldSize) {
        World world = world(worldSize);
        for (int length : lengths(worldSize)) {
            for (int root = 0; root < worldSize; root++) {
                int center = root;
                world.run(group -> {
                    ByteBuffer reduced = vector(group.rank(), length);
                    ByteBuffer broadcast = vector(group.rank(), length);
                    group.reduce(reduced, Reduction.SUM, center).await();
                    group.broadcast(broadcast, center).await();
                    if (group.rank() == center) {
                        assertVector(reduced, 0, length, i -> sum(worldSize, i));
                    }
                    assertVector(broadcast, 0, length, i -> value(center, i));
                });
            }
        }
    }

    @ParameterizedTest
    @MethodSource("worldSizes")
    void recordsOfDifferentLengthsReachEveryRank(int worldSize) {
        World world = world(worldSize);
        byte[][] records = new byte[worldSize][];
        for (int rank = 0; rank < worldSize; rank++) {
            records[rank] = new byte[rank == 1 ? 0 : 70_000 * rank + 3];
            new Random(rank).nextBytes(records[rank]);
        }
        world.run(group -> {
            List<byte[]> gathered = group.allGatherRecords(records[group.rank()]);
            assertThat(gathered).hasSize(worldSize);
            for (int rank = 0; rank < worldSize; rank++) {
                assertThat(gathered.get(rank)).isEqualTo(records[rank]);
            }
            group.barrier();
        });
    }

    @ParameterizedTest
    @MethodSource("worldSizes")
    void severalCollectivesAreOutstandingAtOnce(int worldSize) {
        World world = world(worldSize);
        int length = 10_007;
        world.run(group -> {
            List<ByteBuffer> vectors = new ArrayList<>();
            List<Work> works = new ArrayList<>();
            for (int k = 0; k < 20; k++) {
                vectors.add(vector(group.rank() + k, k % 3 == 0 ? 5 : length));
                works.add(group.allReduce(vectors.get(k), Reduction.SUM));
            }
            for (int k = 19; k >= 0; k--) {
                works.get(k).await();
                assertThat(works.get(k).isDone()).isTrue();
                int shift = k;
                assertVector(vectors.get(k), 0, vectors.get(k).capacity() / 4, i -> {
                    float sum = 0;
                    for (int rank = 0; rank < worldSize; rank++) {
                        sum += value(rank + shift, i);
                    }
                    return sum;
                });
            }
        });
    }

    /** The same calls under the same numbers in both: a frame that strays to the other group looks like its own. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4})
    void twoGroupsOfTheSameThreadsKeepTheirFramesApart(int worldSize) {
        World world = world(worldSize);
        World another = world(worldSize);
        int shift = worldSize; // of the other group's values: as if they were other ranks'
        world.run(group -> {
            ProcessGroup other = another.groups().get(group.rank());
            for (int call = 0; call < 20; call++) {
                int length = call % 3 == 0 ? 100 : 10_007;
                ByteBuffer vector = vector(group.rank(), length);
                ByteBuffer others = vector(group.rank() + shift, length);
                Work work = group.allReduce(vector, Reduction.SUM);
                Work othersWork = other.allReduce(others, Reduction.SUM);
                boolean othersFirst = (call + group.rank()) % 2 == 0; // not all ranks wait for the same group first
                (othersFirst ? othersWork : work).await();
                (othersFirst ? work : othersWork).await();
                assertVector(vector, 0, length, i -> sum(worldSize, i));
                assertVector(others, 0, length, i -> sum(shift + worldSize, i) - sum(shift, i));
            }
            group.barrier();
            other.barrier();
        });
    }

    @Test
    void onlyWhatLiesBetweenPositionAndLimitChanges() {
        World world = world(2);
        world.run(group -> {
            ByteBuffer vector = vector(group.rank(), 3000);
            vector.position(100 * Float.BYTES).limit(2900 * Float.BYTES);
            group.allReduce(vector, Reduction.SUM).await();
            assertThat(vector.position()).isEqualTo(400);
            assertThat(vector.limit()).isEqualTo(11600);
            vector.clear();
            assertVector(vector, 0, 100, i -> value(group.rank(), i));
            assertVector(vector, 100, 2900, i -> sum(2, i));
            assertVector(vector, 2900, 3000, i -> value(group.rank(), i));
        });
    }

    @Test
    void roundingDependsNeitherOnTheRankNorOnTheRun() {
        int length = 30_011;
        World world = world(4);
        List<List<byte[]>> runs = new ArrayList<>();
        for (int run = 0; run < 2; run++) {
            runs.add(world.call(group -> {
                Random random = new Random(group.rank());
                ByteBuffer vector = World.floats(length);
                for (int i = 0; i < length; i++) {
                    vector.putFloat(i * Float.BYTES, (float) random.nextGaussian());
                }
                group.allReduce(vector, Reduction.SUM).await();
                byte[] bytes = new byte[length * Float.BYTES];
                vector.get(bytes);
                return bytes;
            }));
        }
        byte[] first = runs.get(0).get(0);
        assertThat(runs)
                .allSatisfy(run ->
                        assertThat(run).allSatisfy(bytes -> assertThat(bytes).isEqualTo(first)));
    }

    @Test
    void bytesSentAreCounted() {
        World world = world(2);
        world.run(group -> {
            long before = group.bytesSent();
            group.allReduce(World.floats(100_000), Reduction.SUM).await();
            assertThat(group.bytesSent() - before).isEqualTo(400_000);
            group.allReduce(World.floats(100_000), Reduction.SUM, WireType.BFLOAT16)
                    .await();
            assertThat(group.bytesSent() - before).as("and half as many").isEqualTo(600_000);
        });
    }

    @Test
    void aClosedGroupSaysSo() {
        World world = world(2);
        ProcessGroup group = world.groups().get(0);
        group.close();
        group.close();
        assertThatThrownBy(group::barrier).isInstanceOf(GroupClosedException.class);
    }

    @Test
    void buffersThatCannotTravelAreRefused() {
        World world = world(2);
        ProcessGroup group = world.groups().get(0);
        assertThatThrownBy(() -> group.allReduce(ByteBuffer.allocate(8), Reduction.SUM))
                .isInstanceOf(IllegalArgumentException.class);
        ByteBuffer swapped = ByteBuffer.allocateDirect(8)
                .order(
                        ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN
                                ? ByteOrder.BIG_ENDIAN
                                : ByteOrder.LITTLE_ENDIAN);
        assertThatThrownBy(() -> group.broadcast(swapped, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> group.broadcast(World.floats(1), 2)).isInstanceOf(IllegalArgumentException.class);
    }
}
