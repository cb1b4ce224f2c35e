package io.lockstep.collectives.transport;

import java.util.List;
import java.util.function.Supplier;

/** One transport for the ranks of this host, another for the rest. */
public final class RoutedTransport implements Transport {
    private final Transport local;
    private final Transport remote;
    private final List<Advertisement> ranks;
    private final Transport[] routes;

    /** @param ranks of the whole group; whose {@code host} equals this rank's are reached through {@code local} */
    RoutedTransport(Transport local, Transport remote, List<Advertisement> ranks) {
        this.local = local;
        this.remote = remote;
        this.ranks = ranks;
        String host = ranks.get(local.rank()).host();
        routes = ranks.stream()
                .map(peer -> peer.host().equals(host) ? local : remote)
                .toArray(Transport[]::new);
    }

    /** Makes the second transport, and closes the first one if that fails. */
    public static Transport open(Transport local, Supplier<Transport> remote, List<Advertisement> ranks) {
        try {
            return new RoutedTransport(local, remote.get(), ranks);
        } catch (RuntimeException e) {
            local.close();
            throw e;
        }
    }

    @Override
    public int rank() {
        return local.rank();
    }

    @Override
    public int worldSize() {
        return ranks.size();
    }

    @Override
    public String describe(int rank) {
        return ranks.get(rank).describe();
    }

    @Override
    public int hostOf(int rank) {
        return hostOf(ranks, rank);
    }

    /** The lowest rank on the host of {@code rank}. */
    static int hostOf(List<Advertisement> ranks, int rank) {
        String host = ranks.get(rank).host();
        int lowest = 0;
        while (!ranks.get(lowest).host().equals(host)) {
            lowest++;
        }
        return lowest;
    }

    /**
     * The lookahead of a network's transport, which must be the same on all ranks of a group: where any two of them share
     * memory it is no longer than memory's, also for a rank that is alone on its host.
     */
    public static int lookahead(List<Advertisement> ranks, int most) {
        boolean apart = ranks.stream().map(Advertisement::host).distinct().count() == ranks.size();
        return apart ? most : Math.min(most, SegmentTransport.Geometry.SLOTS - 1);
    }

    @Override
    public int segmentBytes() {
        return Math.min(local.segmentBytes(), remote.segmentBytes());
    }

    @Override
    public int lookahead() {
        return Math.min(local.lookahead(), remote.lookahead());
    }

    @Override
    public boolean checksums() {
        return local.checksums() || remote.checksums();
    }

    @Override
    public Frame claim(int peer, int payloadBytes) {
        return routes[peer].claim(peer, payloadBytes);
    }

    @Override
    public void commit(int peer) {
        routes[peer].commit(peer);
    }

    @Override
    public Frame peek(int peer) {
        return routes[peer].peek(peer);
    }

    @Override
    public void release(int peer) {
        routes[peer].release(peer);
    }

    @Override
    public void publish(PeerStatus mine) {
        local.publish(mine);
        remote.publish(mine);
    }

    @Override
    public void statusOf(int peer, PeerStatus into) {
        routes[peer].statusOf(peer, into);
    }

    @Override
    public long silenceNanos(int peer) {
        return routes[peer].silenceNanos(peer);
    }

    @Override
    public boolean lingers() {
        return local.lingers() || remote.lingers();
    }

    /** Until a datagram arrives, but not for long: the other ranks of this host wake nobody. */
    @Override
    public void await(long nanos) {
        remote.await(Math.min(nanos, 1_000_000));
    }

    @Override
    public int progress() {
        return local.progress() + remote.progress();
    }

    @Override
    public void close() {
        try {
            remote.close();
        } finally {
            local.close();
        }
    }
}
