package io.lockstep.collectives.transport;

import java.util.concurrent.locks.LockSupport;

/**
 * The service interface that carries a group's frames: in one process, through shared memory, over a network.
 *
 * <p>All methods but {@link #close} are called by one thread at a time, the group's owner. None blocks: where there is
 * nothing to do they say so, and the caller decides how to wait and until when.
 *
 * <p>Frames of one sender arrive at one receiver in order, each once, or the peer is lost. A frame that another
 * attempt, another group or a stranger sent does not arrive at all.
 */
public interface Transport extends AutoCloseable {
    int rank();

    int worldSize();

    /** {@code rank 3 (10.0.0.4)}. */
    String describe(int rank);

    /** Ranks with the same number share a host. The numbers are those of the lowest rank on the host. */
    int hostOf(int rank);

    /** Payload bytes of the longest frame; a multiple of 64. */
    int segmentBytes();

    /**
     * Frames that a sender may be ahead of its receiver. {@link #claim} has room for at least one frame more than this
     * when the peer is that far behind, which is what keeps rings of waiting ranks free of deadlock.
     */
    int lookahead();

    /** Whether frames carry a checksum of their payload, because this transport has no integrity of its own. */
    default boolean checksums() {
        return false;
    }

    /**
     * Room for a frame to {@code peer}, to be filled and then committed; the flyweight is valid until then. One claim
     * a peer at a time.
     *
     * @return null when there is no room now
     */
    Frame claim(int peer, int payloadBytes);

    /** Sends what was claimed. */
    void commit(int peer);

    /**
     * The oldest frame from {@code peer} that was not released; the same one until it is.
     *
     * @return null when there is none
     */
    Frame peek(int peer);

    /** Gives the memory of the peeked frame back. */
    void release(int peer);

    /** Makes this rank's status known to its peers, soon. */
    void publish(PeerStatus mine);

    /** Fills {@code into} with the latest that is known of {@code peer}. */
    void statusOf(int peer, PeerStatus into);

    /** Nanoseconds since the last sign of life of {@code peer}; {@code Long.MAX_VALUE} when it is known to be gone. */
    long silenceNanos(int peer);

    /**
     * Whether what was committed needs this side to stay until it has arrived. A closing group then waits a while for
     * its peers to finish the last collective.
     */
    default boolean lingers() {
        return false;
    }

    /** Moves what needs moving: heartbeats, a media driver. Called while waiting, and every so often while idle. */
    int progress();

    /** Sleeps until something may have moved, or for about that long. */
    default void await(long nanos) {
        LockSupport.parkNanos(this, nanos);
    }

    /** Whether {@link #await} ends as soon as a peer sends, so that there is no use in spinning for long. */
    default boolean wakes() {
        return false;
    }

    /** Frees everything, from any thread, once no other call is under way. Idempotent. */
    @Override
    void close();
}
