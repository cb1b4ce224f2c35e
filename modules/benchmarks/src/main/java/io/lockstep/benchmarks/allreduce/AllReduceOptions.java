package io.lockstep.benchmarks.allreduce;

import io.lockstep.collectives.Algorithm;
import io.lockstep.collectives.GroupOptions.Security;
import io.lockstep.collectives.WireType;
import io.lockstep.collectives.group.Route;
import java.time.Duration;
import java.util.List;

/**
 * What to measure.
 *
 * @param processes the ranks
 * @param group how they reduce
 * @param bytes sizes of the vector, in bytes of float32
 * @param seconds measured for each size, about; at least 5 rounds
 * @param stranger who sends to the ranks' ports meanwhile
 */
public record AllReduceOptions(
        Processes processes, Group group, List<Long> bytes, double seconds, StrangerOptions stranger) {
    /**
     * A rank each.
     *
     * @param addresses to bind, one a rank, or one for all
     * @param launcher words in front of each rank's {@code java}; <code>{rank}</code> in them becomes the rank's number
     */
    public record Processes(int count, List<String> addresses, List<String> launcher) {
        public Processes {
            if (count < 1) {
                throw new IllegalArgumentException("ranks must be at least 1, was " + count);
            }
            if (addresses.size() != 1 && addresses.size() != count) {
                throw new IllegalArgumentException(addresses.size() + " addresses for " + count + " ranks");
            }
            addresses = List.copyOf(addresses);
            launcher = List.copyOf(launcher);
        }
    }

    /**
     * The process group.
     *
     * @param transport route between ranks of one host
     * @param security of datagrams
     * @param algorithm AUTO, or one to force
     * @param wire type on the wire
     * @param mtuBytes of a datagram's payload, or 0 for the transport's choice
     * @param deadline of each collective
     * @param costs what AUTO rests on: {@code nominal}, {@code measured}, or as {@code CostModel.parse} reads them
     */
    public record Group(
            Route transport,
            Security security,
            Algorithm algorithm,
            WireType wire,
            int mtuBytes,
            Duration deadline,
            String costs) {}

    /**
     * Somebody without the key.
     *
     * @param rate packets a second; 0 for none
     * @param port where they go instead of to the ranks' ports, or 0
     */
    public record StrangerOptions(int rate, int port) {
        public static final StrangerOptions NOBODY = new StrangerOptions(0, 0);
    }

    public AllReduceOptions {
        for (long size : bytes) {
            if (size < 4 || size % 4 != 0 || size > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("bytes must be a multiple of 4 below 2 GiB, was " + size);
            }
        }
        bytes = List.copyOf(bytes);
    }

    /** Two ranks on this machine, from 4 bytes to the gradient of VGG-16. */
    public static AllReduceOptions defaults() {
        return new AllReduceOptions(
                new Processes(2, List.of("127.0.0.1"), List.of()),
                new Group(
                        Route.SHARED_MEMORY,
                        Security.ON,
                        Algorithm.AUTO,
                        WireType.FLOAT32,
                        0,
                        Duration.ofSeconds(30),
                        "nominal"),
                List.of(4L, 4096L, 65_536L, 262_144L, 1_048_576L, 4_194_304L, 44_700_000L, 134_217_728L),
                1.0,
                StrangerOptions.NOBODY);
    }

    int ranks() {
        return processes.count;
    }

    String address(int rank) {
        return processes.addresses.get(processes.addresses.size() == 1 ? 0 : rank);
    }
}
