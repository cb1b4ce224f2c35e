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
 * @param ranks processes
 * @param bytes sizes of the vector, in bytes of float32
 * @param transport route between ranks of one host
 * @param security of datagrams
 * @param algorithm AUTO, or one to force
 * @param wire type on the wire
 * @param mtuBytes of a datagram's payload, or 0 for the transport's choice
 * @param seconds measured for each size, about; at least 5 rounds
 * @param addresses to bind, one a rank, or one for all
 * @param launcher words in front of each rank's {@code java}; <code>{rank}</code> in them becomes the rank's number
 * @param deadline of each collective
 * @param costs what AUTO rests on: {@code nominal}, {@code measured}, or as {@code CostModel.parse} reads them
 * @param strangerRate packets a second that a stranger sends to the ranks' ports; 0 for none
 * @param strangerPort where it sends them instead, or 0
 */
public record AllReduceOptions(
        int ranks,
        List<Long> bytes,
        Route transport,
        Security security,
        Algorithm algorithm,
        WireType wire,
        int mtuBytes,
        double seconds,
        List<String> addresses,
        List<String> launcher,
        Duration deadline,
        String costs,
        int strangerRate,
        int strangerPort) {
    public AllReduceOptions {
        if (ranks < 1) {
            throw new IllegalArgumentException("ranks must be at least 1, was " + ranks);
        }
        for (long size : bytes) {
            if (size < 4 || size % 4 != 0 || size > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("bytes must be a multiple of 4 below 2 GiB, was " + size);
            }
        }
        if (addresses.size() != 1 && addresses.size() != ranks) {
            throw new IllegalArgumentException(addresses.size() + " addresses for " + ranks + " ranks");
        }
        bytes = List.copyOf(bytes);
        addresses = List.copyOf(addresses);
        launcher = List.copyOf(launcher);
    }

    /** Two ranks on this machine, from 4 bytes to the gradient of VGG-16. */
    public static AllReduceOptions defaults() {
        return new AllReduceOptions(
                2,
                List.of(4L, 4096L, 65_536L, 262_144L, 1_048_576L, 4_194_304L, 44_700_000L, 134_217_728L),
                Route.SHARED_MEMORY,
                Security.ON,
                Algorithm.AUTO,
                WireType.FLOAT32,
                0,
                1.0,
                List.of("127.0.0.1"),
                List.of(),
                Duration.ofSeconds(30),
                "nominal",
                0,
                0);
    }

    String address(int rank) {
        return addresses.get(addresses.size() == 1 ? 0 : rank);
    }
}
