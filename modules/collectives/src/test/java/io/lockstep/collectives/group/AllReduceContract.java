package io.lockstep.collectives.group;

import static io.lockstep.collectives.group.ExactVectors.assertSums;
import static io.lockstep.collectives.group.ExactVectors.assertVector;
import static io.lockstep.collectives.group.ExactVectors.max;
import static io.lockstep.collectives.group.ExactVectors.periodOfSmall;
import static io.lockstep.collectives.group.ExactVectors.periods;
import static io.lockstep.collectives.group.ExactVectors.smallValue;
import static io.lockstep.collectives.group.ExactVectors.sum;
import static io.lockstep.collectives.group.ExactVectors.value;
import static io.lockstep.collectives.group.ExactVectors.vector;
import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collectives.Algorithm;
import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.Reduction;
import io.lockstep.collectives.WireType;
import io.lockstep.collectives.Work;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What an all-reduce of every implementation gives, by each algorithm. */
public abstract class AllReduceContract {
    private final List<World> worlds = new ArrayList<>();

    /** A world of that size. */
    protected abstract World open(int worldSize);

    /** World sizes to try. */
    protected static List<Integer> worldSizes() {
        return List.of(1, 2, 3, 4, 7, 8);
    }

    final World world(int worldSize) {
        World world = open(worldSize);
        worlds.add(world);
        return world;
    }

    @AfterEach
    void closeWorlds() {
        worlds.forEach(World::close);
    }

    /** Lengths to try in a world; a transport may leave the longest to others. */
    protected int[] lengths(int worldSize) {
        return new int[] {0, 1, worldSize - 1, worldSize, 1000, 65_537};
    }

    /** The most elements: more than anything that carries them holds at a time. */
    protected int longest(int worldSize) {
        return 11_000_000;
    }

    @ParameterizedTest
    @MethodSource("worldSizes")
    void allReduceSums(int worldSize) {
        World world = world(worldSize);
        for (int length : lengths(worldSize)) {
            world.run(group -> {
                ByteBuffer vector = vector(group.rank(), length);
                group.allReduce(vector, Reduction.SUM).await();
                assertVector(vector, 0, length, i -> sum(worldSize, i));
            });
        }
    }

    @ParameterizedTest
    @MethodSource("worldSizes")
    void everyAlgorithmSums(int worldSize) {
        World world = world(worldSize);
        for (Algorithm algorithm : Algorithm.values()) {
            for (int length : lengths(worldSize)) {
                if (algorithm == Algorithm.FLAT && length > 10_000) {
                    continue; // vectors of one frame only
                }
                world.run(group -> {
                    ByteBuffer vector = vector(group.rank(), length);
                    allReduceBy(group, vector, algorithm).await();
                    assertSums(vector, worldSize);
                });
            }
        }
    }

    private static Work allReduceBy(ProcessGroup group, ByteBuffer vector, Algorithm algorithm) {
        return group instanceof TransportProcessGroup several
                ? several.allReduceBy(vector, Reduction.SUM, algorithm)
                : group.allReduce(vector, Reduction.SUM);
    }

    @ParameterizedTest
    @MethodSource("worldSizes")
    void millionsOfElementsAreSummedExactlyByEveryAlgorithm(int worldSize) {
        World world = world(worldSize);
        List<ByteBuffer> vectors = world.call(group -> World.floats(longest(worldSize)));
        ByteBuffer sums = periods(i -> sum(worldSize, i));
        for (Algorithm algorithm : Algorithm.values()) {
            if (algorithm == Algorithm.FLAT) {
                continue; // vectors of one frame only
            }
            world.run(group -> {
                ByteBuffer vector = vectors.get(group.rank());
                ByteBuffer values = periods(i -> value(group.rank(), i));
                for (int at = 0; at < vector.capacity(); at += values.capacity()) {
                    vector.put(at, values, 0, Math.min(values.capacity(), vector.capacity() - at));
                }
                allReduceBy(group, vector, algorithm).await();
                for (int at = 0; at < vector.capacity(); at += sums.capacity()) {
                    int length = Math.min(sums.capacity(), vector.capacity() - at);
                    assertThat(vector.slice(at, length).mismatch(sums.slice(0, length)))
                            .as("%s: the first byte of those from %d on that is not the sum's", algorithm, at)
                            .isEqualTo(-1);
                }
            });
        }
    }

    @ParameterizedTest
    @MethodSource("worldSizes")
    void allReduceFindsTheMaximum(int worldSize) {
        World world = world(worldSize);
        for (int length : lengths(worldSize)) {
            world.run(group -> {
                ByteBuffer vector = vector(group.rank(), length);
                group.allReduce(vector, Reduction.MAX).await();
                assertVector(vector, 0, length, i -> max(worldSize, i));
            });
        }
    }

    @ParameterizedTest
    @MethodSource("worldSizes")
    void smallIntegersReduceExactlyInSixteenBits(int worldSize) {
        World world = world(worldSize);
        int[] lengths = {1000, 300_001}; // a part of a frame; of 8 ranks each one's chunk more than a frame of 64 KiB
        for (WireType wire : new WireType[] {WireType.FLOAT16, WireType.BFLOAT16}) {
            for (Reduction reduction : Reduction.values()) {
                float[] period = periodOfSmall(reduction, worldSize);
                for (int length : lengths) {
                    world.run(group -> {
                        ByteBuffer vector = World.floats(length);
                        for (int i = 0; i < length; i++) {
                            vector.putFloat(i * Float.BYTES, smallValue(group.rank(), i));
                        }
                        group.allReduce(vector, reduction, wire).await();
                        assertVector(vector, 0, length, i -> period[i % 7]);
                    });
                }
            }
        }
    }
}
