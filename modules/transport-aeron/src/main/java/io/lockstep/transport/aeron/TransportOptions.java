package io.lockstep.transport.aeron;

import io.lockstep.collectives.Tuning;
import io.lockstep.collectives.sharedmemory.PrivateDirectory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;

/**
 * How a group's bytes travel; equal on all ranks but for the directory.
 *
 * @param intraHost the route between ranks of one host
 * @param directory where private directories are made; a memory file system, best {@code /dev/shm}
 * @param port UDP port to bind, or 0 for an ephemeral one; with more than one rank on a host it must be 0
 * @param mtuBytes the longest UDP payload to send in one datagram, or 0 for what the interface carries unfragmented
 * @param termBytes of Aeron's term buffers, three for each direction of each pair of ranks; a power of two
 * @param windowBytes that a sender may be ahead of its receiver; at least bandwidth times round-trip time. Limited by
 *     the socket buffer that the kernel grants (net.core.rmem_max)
 * @param tuning algorithms and waiting
 */
public record TransportOptions(
        IntraHost intraHost, Path directory, int port, int mtuBytes, int termBytes, int windowBytes, Tuning tuning) {
    /** System property for the default of {@link #intraHost}: {@code shared-memory} or {@code udp}. */
    public static final String INTRA_HOST_PROPERTY = "lockstep.transport.intra-host";

    /** How ranks of one host reach each other. */
    public enum IntraHost {
        SHARED_MEMORY,
        /** As between hosts: to measure the network path on one machine, or where there is no shared memory. */
        UDP;

        /** From {@code shared-memory} (or {@code ipc}) and {@code udp}. */
        public static IntraHost parse(String text) {
            return switch (text.toLowerCase(Locale.ROOT)) {
                case "shared-memory", "ipc" -> SHARED_MEMORY;
                case "udp" -> UDP;
                default ->
                    throw new IllegalArgumentException("transport '" + text
                            + "': allowed are shared-memory and udp, of " + Arrays.toString(values()));
            };
        }
    }

    public TransportOptions {
        Objects.requireNonNull(intraHost, "intraHost");
        Objects.requireNonNull(directory, "directory");
        Objects.requireNonNull(tuning, "tuning");
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port " + port);
        }
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
        return new TransportOptions(
                IntraHost.parse(System.getProperty(INTRA_HOST_PROPERTY, "shared-memory")),
                PrivateDirectory.defaultParent(),
                0,
                0,
                4 * 1024 * 1024,
                2 * 1024 * 1024,
                Tuning.defaults());
    }

    public TransportOptions withIntraHost(IntraHost route) {
        return new TransportOptions(route, directory, port, mtuBytes, termBytes, windowBytes, tuning);
    }

    public TransportOptions withTuning(Tuning other) {
        return new TransportOptions(intraHost, directory, port, mtuBytes, termBytes, windowBytes, other);
    }

    public TransportOptions withDirectory(Path other) {
        return new TransportOptions(intraHost, other, port, mtuBytes, termBytes, windowBytes, tuning);
    }

    public TransportOptions withMtuBytes(int other) {
        return new TransportOptions(intraHost, directory, port, other, termBytes, windowBytes, tuning);
    }
}
