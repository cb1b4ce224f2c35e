package io.lockstep.transport.aeron;

import io.lockstep.collectives.PortRange;
import io.lockstep.collectives.Tuning;
import io.lockstep.collectives.sharedmemory.PrivateDirectory;
import java.nio.file.Path;
import java.util.Objects;

/**
 * How a group's bytes travel; equal on all ranks but for the directory.
 *
 * @param intraHost the route between ranks of one host: shared memory, or the route between hosts, to measure that on
 *     one machine or where there is no shared memory
 * @param interHost the route between ranks of different hosts
 * @param directory where private directories are made; a memory file system, best {@code /dev/shm}
 * @param ports of which a rank binds the first that is free
 * @param mtuBytes for UDP, the longest payload to send in one datagram, or 0 for what the interface carries unfragmented
 * @param termBytes for UDP, the size of Aeron's term buffers, three for each direction of each pair of ranks; a power of two
 * @param windowBytes for UDP, what a sender may be ahead of its receiver; at least bandwidth times round-trip time. Limited by
 *     the socket buffer that the kernel grants (net.core.rmem_max)
 * @param tuning algorithms and waiting
 */
public record TransportOptions(
        Route intraHost,
        Route interHost,
        Path directory,
        PortRange ports,
        int mtuBytes,
        int termBytes,
        int windowBytes,
        Tuning tuning) {
    /** System property for the default of {@link #intraHost}: {@code shared-memory}, {@code tcp} or {@code udp}. */
    public static final String INTRA_HOST_PROPERTY = "lockstep.transport.intra-host";
    /** System property for the default of {@link #interHost}: {@code tcp} or {@code udp}. */
    public static final String INTER_HOST_PROPERTY = "lockstep.transport.inter-host";

    public TransportOptions {
        if (interHost == Route.SHARED_MEMORY || intraHost != Route.SHARED_MEMORY && intraHost != interHost) {
            throw new IllegalArgumentException("no group goes by " + intraHost + " within hosts and by " + interHost
                    + " between them: between is tcp or udp, within is shared-memory or the same");
        }
        Objects.requireNonNull(directory, "directory");
        Objects.requireNonNull(tuning, "tuning");
        Objects.requireNonNull(ports, "ports");
        if (mtuBytes < 0 || mtuBytes > 65_507 || mtuBytes > 0 && mtuBytes < 256) {
            throw new IllegalArgumentException("mtuBytes must be 0 or between 256 and 65507, was " + mtuBytes);
        }
        if (Integer.bitCount(termBytes) != 1 || termBytes < 1 << 16 || termBytes > 1 << 30) {
            throw new IllegalArgumentException(
                    "termBytes must be a power of two between 64 KiB and 1 GiB, was " + termBytes);
        }
        if (windowBytes < 1 << 16) {
            throw new IllegalArgumentException("windowBytes must be at least 65536, was " + windowBytes);
        }
    }

    public static TransportOptions defaults() {
        Route intraHost = Route.parse(System.getProperty(INTRA_HOST_PROPERTY, "shared-memory"));
        String likeIntraHost = intraHost == Route.SHARED_MEMORY ? "tcp" : intraHost.toString();
        return new TransportOptions(
                intraHost,
                Route.parse(System.getProperty(INTER_HOST_PROPERTY, likeIntraHost)),
                PrivateDirectory.defaultParent(),
                PortRange.EPHEMERAL,
                0,
                4 * 1024 * 1024,
                2 * 1024 * 1024,
                Tuning.defaults());
    }

    /** A network route within hosts is the one between them, too. */
    public TransportOptions withIntraHost(Route route) {
        Route between = route == Route.SHARED_MEMORY ? interHost : route;
        return new TransportOptions(route, between, directory, ports, mtuBytes, termBytes, windowBytes, tuning);
    }

    public TransportOptions withInterHost(Route route) {
        return new TransportOptions(intraHost, route, directory, ports, mtuBytes, termBytes, windowBytes, tuning);
    }

    public TransportOptions withTuning(Tuning other) {
        return new TransportOptions(intraHost, interHost, directory, ports, mtuBytes, termBytes, windowBytes, other);
    }

    public TransportOptions withDirectory(Path other) {
        return new TransportOptions(intraHost, interHost, other, ports, mtuBytes, termBytes, windowBytes, tuning);
    }

    public TransportOptions withPorts(PortRange other) {
        return new TransportOptions(intraHost, interHost, directory, other, mtuBytes, termBytes, windowBytes, tuning);
    }

    public TransportOptions withMtuBytes(int other) {
        return new TransportOptions(intraHost, interHost, directory, ports, other, termBytes, windowBytes, tuning);
    }
}
