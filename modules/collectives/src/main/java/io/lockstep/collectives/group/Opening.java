package io.lockstep.collectives.group;

import io.lockstep.collectives.GroupOptions;
import io.lockstep.collectives.security.AttemptKey;
import io.lockstep.collectives.sharedmemory.HostIdentity;
import io.lockstep.collectives.sharedmemory.SharedMemory;
import io.lockstep.collectives.tcp.TcpEndpoint;
import io.lockstep.collectives.transport.Advertisement;
import io.lockstep.collectives.transport.Endpoint;
import io.lockstep.collectives.transport.RoutedTransport;
import io.lockstep.collectives.transport.SegmentTransport.Geometry;
import io.lockstep.collectives.transport.Transport;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.ServiceLoader;

/** What a rank has open before it knows its peers: its part of the memory of its host, and a door to the other hosts. */
final class Opening {
    private final GroupOptions options;
    private final TransportOptions transport;
    private final AttemptKey key;
    private final boolean sharesMemory;
    private SharedMemory memory;
    private Endpoint endpoint;

    Opening(GroupOptions options, TransportOptions transport, Geometry geometry, AttemptKey key) {
        this.options = options;
        this.transport = transport;
        this.key = key;
        sharesMemory = transport.intraHost() == Route.SHARED_MEMORY;
        try {
            if (sharesMemory) {
                SharedMemory.requireRoom(transport.directory(), options.worldSize(), 2);
                memory = SharedMemory.open(options.rank(), geometry, transport.directory());
            }
            endpoint = endpoint();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private Endpoint endpoint() {
        Route route = transport.interHost();
        if (route == Route.TCP) {
            return TcpEndpoint.open(options, transport.ports(), key);
        }
        // the class loader of this module: the thread's may know another copy of the interface, or none
        return ServiceLoader.load(EndpointProvider.class, EndpointProvider.class.getClassLoader()).stream()
                .map(ServiceLoader.Provider::get)
                .filter(provider -> provider.route() == route)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("nothing on the class path carries frames by " + route
                        + "; add the module that does (lockstep-transport-aeron for udp), or use tcp"))
                .open(options, transport, key);
    }

    Advertisement advertise(byte[] nonce) {
        // ranks that do not share memory are hosts of their own
        String host = sharesMemory
                ? HostIdentity.of(transport.directory())
                : HexFormat.of().formatHex(nonce);
        Path path = sharesMemory ? memory.path() : null;
        return new Advertisement(
                options.rank(),
                host,
                new Advertisement.Reach(
                        transport.interHost().toString(), options.bindAddress(), endpoint.port(), endpoint.mtuBytes()),
                path,
                nonce);
    }

    Transport join(List<Advertisement> ranks) {
        String host = ranks.get(options.rank()).host();
        boolean anyLocal =
                ranks.stream().filter(peer -> peer.host().equals(host)).count() > 1;
        requireOneRoute(ranks);
        boolean anyRemote = ranks.stream().anyMatch(peer -> !peer.host().equals(host));
        if (!anyRemote) {
            endpoint.close();
            return memory.join(ranks, key, options.deadline());
        }
        if (!anyLocal) {
            if (memory != null) {
                memory.close();
            }
            return endpoint.join(ranks);
        }
        Transport local = memory.join(ranks, key, options.deadline());
        return RoutedTransport.open(local, () -> endpoint.join(ranks), ranks);
    }

    private void requireOneRoute(List<Advertisement> ranks) {
        for (Advertisement peer : ranks) {
            if (!peer.route().equals(transport.interHost().toString())) {
                throw new IllegalStateException(peer.describe() + " goes by " + peer.route()
                        + " between hosts, this rank by " + transport.interHost()
                        + "; set the same transport on all ranks");
            }
        }
    }

    void close() {
        if (memory != null) {
            memory.close();
        }
        if (endpoint != null) {
            endpoint.close();
        }
    }
}
