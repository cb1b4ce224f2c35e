package io.lockstep.collectives.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collectives.Algorithm;
import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.Reduction;
import io.lockstep.collectives.Tuning;
import io.lockstep.collectives.WireType;
import io.lockstep.collectives.transport.ForwardingTransport;
import io.lockstep.collectives.transport.InProcessTransport;
import io.lockstep.collectives.transport.SegmentTransport.Geometry;
import io.lockstep.collectives.transport.Transport;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class AlgorithmTest {

    /** Ranks 0, 1 and 2 on host 0, ranks 3 and 4 on host 3, and so on: three and two by turns. */
    private static final class Hosts extends ForwardingTransport {
        Hosts(Transport inner) {
            super(inner);
        }

        @Override
        public int hostOf(int rank) {
            return rank % 5 < 3 ? rank / 5 * 5 : rank / 5 * 5 + 3;
        }
    }

    /** Small frames, so that short vectors need many. */
    private static World world(int worldSize, Algorithm algorithm) {
        List<ProcessGroup> groups = new ArrayList<>();
        for (Transport transport : InProcessTransport.create(new Geometry(worldSize, 4096, 4))) {
            groups.add(ProcessGroups.over(
                    new Hosts(transport),
                    0,
                    0,
                    World.PATIENCE,
                    Tuning.defaults().withAllReduce(algorithm)));
        }
        return new World(groups);
    }

    static Stream<Arguments> algorithmsAndWorldSizes() {
        return Stream.of(Algorithm.values())
                .flatMap(algorithm -> Stream.of(2, 3, 4, 5, 7, 8).map(worldSize -> Arguments.of(algorithm, worldSize)));
    }

    @ParameterizedTest
    @MethodSource("algorithmsAndWorldSizes")
    void everyAlgorithmGivesTheExactSum(Algorithm algorithm, int worldSize) {
        try (World world = world(worldSize, algorithm)) {
            for (int length : new int[] {0, 1, worldSize - 1, 1000, 20_011}) {
                for (WireType wire : WireType.values()) {
                    world.run(group -> {
                        ByteBuffer vector = small(group.rank(), length);
                        group.allReduce(vector, Reduction.SUM, wire).await();
                        ExactVectors.assertVector(vector, 0, length, i -> {
                            float sum = 0;
                            for (int rank = 0; rank < worldSize; rank++) {
                                sum += smallValue(rank, i);
                            }
                            return sum;
                        });
                    });
                }
            }
        }
    }

    /** Values whose sums have few bits: exact in bfloat16. */
    private static float smallValue(int rank, int i) {
        return (i + rank) % 7 - 3;
    }

    private static ByteBuffer small(int rank, int length) {
        ByteBuffer vector = World.floats(length);
        for (int i = 0; i < length; i++) {
            vector.putFloat(i * Float.BYTES, smallValue(rank, i));
        }
        return vector;
    }

    @ParameterizedTest
    @MethodSource("algorithmsAndWorldSizes")
    void allRanksEndWithTheSameBits(Algorithm algorithm, int worldSize) {
        int length = 3001;
        try (World world = world(worldSize, algorithm)) {
            for (WireType wire : WireType.values()) {
                List<byte[]> results = world.call(group -> {
                    Random random = new Random(group.rank());
                    ByteBuffer vector = World.floats(length);
                    for (int i = 0; i < length; i++) {
                        vector.putFloat(i * Float.BYTES, (float) random.nextGaussian());
                    }
                    group.allReduce(vector, Reduction.SUM, wire).await();
                    byte[] bytes = new byte[length * Float.BYTES];
                    vector.get(bytes);
                    return bytes;
                });
                assertThat(results).allSatisfy(bytes -> assertThat(bytes).isEqualTo(results.get(0)));
            }
        }
    }

    @Test
    void rootedCollectivesHaveTwoWays() {
        for (Algorithm way : new Algorithm[] {Algorithm.CENTRAL, Algorithm.RING}) {
            List<ProcessGroup> groups =
                    ProcessGroups.inProcess(5, World.PATIENCE, Tuning.defaults().withRooted(way, way));
            try (World world = new World(groups)) {
                world.run(group -> {
                    ByteBuffer vector = ExactVectors.vector(group.rank(), 40_001);
                    group.reduce(vector, Reduction.SUM, 3).await();
                    group.broadcast(vector, 3).await();
                    ExactVectors.assertVector(vector, 0, 40_001, i -> ExactVectors.sum(5, i));
                });
            }
        }
    }
}
