package io.lockstep.transport.aeron;

import io.lockstep.collectives.GroupOptions;
import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.Rendezvous;
import io.lockstep.collectives.group.ProcessGroups;
import io.lockstep.collectives.security.AttemptKey;
import io.lockstep.collectives.sharedmemory.HostIdentity;
import io.lockstep.collectives.sharedmemory.SharedMemory;
import io.lockstep.collectives.tcp.TcpEndpoint;
import io.lockstep.collectives.transport.Advertisement;
import io.lockstep.collectives.transport.Endpoint;
import io.lockstep.collectives.transport.RoutedTransport;
import io.lockstep.collectives.transport.SegmentTransport.Geometry;
import io.lockstep.collectives.transport.Transport;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Process groups whose ranks are processes, on one host or many. */
public final class AeronProcessGroups {
    private static final int NONCE_BYTES = 16;

    private AeronProcessGroups() {}

    /** With {@link TransportOptions#defaults}. */
    public static ProcessGroup open(GroupOptions options, Rendezvous rendezvous) {
        return open(options, rendezvous, TransportOptions.defaults());
    }

    /**
     * Forms a group with the other ranks of the attempt; all of them call this at the same time. The rendezvous is used
     * once. A world of one rank opens nothing and meets nobody.
     *
     * <pre>{@code
     * try (ProcessGroup group = AeronProcessGroups.open(options, rendezvous)) {
     *     group.allReduce(gradient, Reduction.SUM).await();
     * }
     * }</pre>
     *
     * @throws io.lockstep.collectives.PeerLostException when a rank does not come within the deadline
     * @throws SecurityException when a rank does not know the key
     */
    public static ProcessGroup open(GroupOptions options, Rendezvous rendezvous, TransportOptions transport) {
        if (options.worldSize() == 1) {
            return ProcessGroups.solo(options.deadline());
        }
        AttemptKey key = new AttemptKey(options.key(), options.attempt());
        byte[] nonce = new byte[NONCE_BYTES];
        new SecureRandom().nextBytes(nonce);
        Geometry geometry = Geometry.of(options.worldSize());
        Opened opened = new Opened(options, transport, geometry, key);
        try {
            Advertisement mine = opened.advertise(nonce);
            List<Advertisement> ranks = new ArrayList<>();
            for (String text : rendezvous.exchange(mine.encode())) {
                ranks.add(Advertisement.parse(ranks.size(), text));
            }
            if (ranks.size() != options.worldSize()) {
                throw new IllegalStateException(
                        "the rendezvous returned " + ranks.size() + " ranks instead of " + options.worldSize());
            }
            Transport joined = opened.join(ranks);
            int group = ByteBuffer.wrap(ranks.get(0).nonce()).getInt();
            return ProcessGroups.form(joined, options.attempt(), group, options.deadline(), transport.tuning());
        } catch (RuntimeException | Error e) {
            opened.close();
            throw e;
        } finally {
            key.destroy();
        }
    }

    /**
     * Tells before anything is started, by whoever starts the ranks of a host, whether the host has what they need.
     *
     * @throws IllegalStateException when not, with the remedy
     */
    public static void requireRoom(TransportOptions transport, int worldSize, int ranksOnHost) {
        if (transport.intraHost() == Route.SHARED_MEMORY && ranksOnHost > 1) {
            SharedMemory.requireRoom(transport.directory(), worldSize, ranksOnHost);
        }
    }

    /** What a rank has open before it knows its peers. */
    private static final class Opened {
        private final GroupOptions options;
        private final TransportOptions transport;
        private final AttemptKey key;
        private final boolean sharesMemory;
        private SharedMemory memory;
        private Endpoint endpoint;

        Opened(GroupOptions options, TransportOptions transport, Geometry geometry, AttemptKey key) {
            this.options = options;
            this.transport = transport;
            this.key = key;
            sharesMemory = transport.intraHost() == Route.SHARED_MEMORY;
            try {
                if (sharesMemory) {
                    SharedMemory.requireRoom(transport.directory(), options.worldSize(), 2);
                    memory = SharedMemory.open(options.rank(), geometry, transport.directory());
                }
                endpoint = transport.interHost() == Route.TCP
                        ? TcpEndpoint.open(options, transport.ports(), key)
                        : AeronEndpoint.open(options, transport, key);
            } catch (RuntimeException e) {
                close();
                throw e;
            }
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
                    transport.interHost().toString(),
                    options.bindAddress(),
                    endpoint.port(),
                    endpoint.mtuBytes(),
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
}
