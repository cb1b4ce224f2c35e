package io.lockstep.collectives.transport;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * What a network's transport knows of a group's ranks: who they are, and of those that it reaches the latest status and when
 * they were last heard of. Used by the group's thread alone.
 */
public final class PeerTable {
    private final List<Advertisement> ranks;
    private final int rank;
    /** By rank; null for those that are not reached. */
    private final ByteBuffer[] statuses;

    private final long[] heardNanos;

    /**
     * @param ranks the whole group
     * @param reached whether the transport reaches a rank: not this one, nor those that share its memory
     */
    public PeerTable(List<Advertisement> ranks, int rank, IntPredicate reached) {
        this.ranks = ranks;
        this.rank = rank;
        statuses = new ByteBuffer[ranks.size()];
        heardNanos = new long[ranks.size()];
        for (int peer = 0; peer < statuses.length; peer++) {
            if (reached.test(peer)) {
                statuses[peer] = ByteBuffer.allocateDirect(PeerStatus.BYTES).order(ByteOrder.nativeOrder());
                new PeerStatus().writeTo(statuses[peer], 0);
                heardNanos[peer] = System.nanoTime();
            }
        }
    }

    public int rank() {
        return rank;
    }

    public int worldSize() {
        return ranks.size();
    }

    public String describe(int peer) {
        return ranks.get(peer).describe();
    }

    /** The lowest rank on a peer's host. */
    public int hostOf(int peer) {
        return RoutedTransport.hostOf(ranks, peer);
    }

    /** False too for a number that no rank has. */
    public boolean reaches(int peer) {
        return peer >= 0 && peer < statuses.length && statuses[peer] != null;
    }

    /** Where a peer's latest status is kept; who writes one there says so by {@link #heard}. */
    public ByteBuffer record(int peer) {
        return statuses[peer];
    }

    /** The peer has given a sign of life. */
    public void heard(int peer) {
        heardNanos[peer] = System.nanoTime();
    }

    public void statusOf(int peer, PeerStatus into) {
        into.readFrom(statuses[peer], 0);
    }

    public long silenceNanos(int peer) {
        return Math.max(0, System.nanoTime() - heardNanos[peer]);
    }
}
