package io.lockstep.collectives;

/**
 * The world broke: a peer died, stalled, or was cut off, and the deadline passed. Rebuild the group and resume from the
 * last checkpoint.
 */
public final class PeerLostException extends CollectiveException {
    private final int lostRank;

    /** @param lostRank the rank that did not arrive, the same on all survivors */
    public PeerLostException(int lostRank, String message, Throwable cause) {
        super(message, cause);
        this.lostRank = lostRank;
    }

    public int lostRank() {
        return lostRank;
    }
}
