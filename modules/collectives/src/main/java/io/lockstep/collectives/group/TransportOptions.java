package io.lockstep.collectives.group;

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
 * @param datagrams for UDP
 * @param tuning algorithms and waiting
 */
public record TransportOptions(
        Route intraHost, Route interHost, Path directory, PortRange ports, Datagrams datagrams, Tuning tuning) {
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
        Objects.requireNonNull(datagrams, "datagrams");
    }

    public static TransportOptions defaults() {
        Route intraHost = Route.parse(System.getProperty(INTRA_HOST_PROPERTY, "shared-memory"));
        String likeIntraHost = intraHost == Route.SHARED_MEMORY ? "tcp" : intraHost.toString();
        return new TransportOptions(
                intraHost,
                Route.parse(System.getProperty(INTER_HOST_PROPERTY, likeIntraHost)),
                PrivateDirectory.defaultParent(),
                PortRange.EPHEMERAL,
                Datagrams.DEFAULTS,
                Tuning.defaults());
    }

    /** A network route within hosts is the one between them, too. */
    public TransportOptions withIntraHost(Route route) {
        Route between = route == Route.SHARED_MEMORY ? interHost : route;
        return new TransportOptions(route, between, directory, ports, datagrams, tuning);
    }

    public TransportOptions withInterHost(Route route) {
        return new TransportOptions(intraHost, route, directory, ports, datagrams, tuning);
    }

    public TransportOptions withTuning(Tuning other) {
        return new TransportOptions(intraHost, interHost, directory, ports, datagrams, other);
    }

    public TransportOptions withDirectory(Path other) {
        return new TransportOptions(intraHost, interHost, other, ports, datagrams, tuning);
    }

    public TransportOptions withPorts(PortRange other) {
        return new TransportOptions(intraHost, interHost, directory, other, datagrams, tuning);
    }

    public TransportOptions withDatagrams(Datagrams other) {
        return new TransportOptions(intraHost, interHost, directory, ports, other, tuning);
    }
}
