package io.lockstep.collectives.transport;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * Frames through memory that all ranks can reach: direct buffers within one JVM, mapped files between processes.
 *
 * <p>Each rank has one segment. In it are the rank's status and, for each peer, the queue of frames from that peer:
 *
 * <pre>
 *    0  status version (odd while it is written) | heartbeat, nanoTime | status record          256 bytes
 *  256  for each rank 64 bytes for the proof that it knows the key; then up to a multiple of 4096
 *       queue from rank 0 | queue from rank 1 | ...
 *
 *  queue:    0  frames committed, written by the sender
 *          128  frames released, written by the receiver
 *          256  slot 0 (header, payload) | slot 1 | ...
 * </pre>
 *
 * The two counters lie 128 bytes apart, since processors fetch cache lines in pairs. A counter is published with
 * release and read with acquire, which orders the slot's content; each side remembers the other's counter and reads it
 * again only when it seems out of room. {@code System.nanoTime} is one clock for all processes of a Linux host.
 */
public final class SegmentTransport implements Transport {
    private static final int PROOFS_AT = 256;
    private static final int PROOF_BYTES = 64;
    private static final int PAGE_BYTES = 4096;
    private static final int STATUS_VERSION_AT = 0;
    private static final int HEARTBEAT_AT = 8;
    private static final int STATUS_AT = 64;
    private static final int COMMITTED_AT = 0;
    private static final int RELEASED_AT = 128;
    private static final int SLOTS_AT = 256;
    private static final VarHandle LONGS = MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

    /** What the two sides of a queue must agree on. */
    public record Geometry(int worldSize, int segmentBytes, int slots) {
        /** Four in flight each way of 64 KiB stay in a 1 MiB level 2 cache. */
        static final int SLOTS = 5;

        public static Geometry of(int worldSize) {
            return new Geometry(worldSize, 64 * 1024, SLOTS);
        }

        int slotBytes() {
            return Frame.HEADER_BYTES + segmentBytes;
        }

        /** Bytes of the queue from one rank. */
        public int queueBytes() {
            return SLOTS_AT + slots * slotBytes();
        }

        /** Where the proof of {@code peer} stands in a segment. */
        public int proofAt(int peer) {
            return PROOFS_AT + peer * PROOF_BYTES;
        }

        /** Where the queue from {@code sender} begins; what lies before queue 0 every segment needs. */
        public int queueAt(int sender) {
            int head = proofAt(worldSize);
            return (head + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES + sender * queueBytes();
        }

        /** Bytes of one rank's segment. */
        public int bytes() {
            return queueAt(worldSize);
        }
    }

    /** Tells what a transport of mapped files knows beyond its memory. */
    public interface Host extends AutoCloseable {
        String describe(int rank);

        /** Whether the peer's process is known to be gone. */
        boolean gone(int peer);

        @Override
        void close();
    }

    private final int rank;
    private final Geometry geometry;
    private final ByteBuffer[] segments;
    private final Host host;
    private final Frame[] outbound;
    private final Frame[] inbound;
    private final long[] committed;
    private final long[] releasedByPeer;
    private final long[] released;
    private final long[] committedByPeer;
    private long statusVersion;

    /**
     * @param segments by rank, zeroed before the first use and aligned to 64 bytes; null for ranks on other hosts
     * @param host closed with this transport
     */
    public SegmentTransport(int rank, Geometry geometry, List<ByteBuffer> segments, Host host) {
        this.rank = rank;
        this.geometry = geometry;
        this.host = host;
        int worldSize = geometry.worldSize();
        this.segments = new ByteBuffer[worldSize];
        outbound = new Frame[worldSize];
        inbound = new Frame[worldSize];
        for (int peer = 0; peer < worldSize; peer++) {
            ByteBuffer segment = segments.get(peer);
            this.segments[peer] = segment == null ? null : segment.duplicate().order(ByteOrder.nativeOrder());
            outbound[peer] = new Frame();
            inbound[peer] = new Frame();
        }
        committed = new long[worldSize];
        releasedByPeer = new long[worldSize];
        released = new long[worldSize];
        committedByPeer = new long[worldSize];
        beat();
    }

    @Override
    public int rank() {
        return rank;
    }

    @Override
    public int worldSize() {
        return geometry.worldSize();
    }

    @Override
    public String describe(int peer) {
        return host.describe(peer);
    }

    @Override
    public int hostOf(int peer) {
        return 0;
    }

    @Override
    public int segmentBytes() {
        return geometry.segmentBytes();
    }

    @Override
    public int lookahead() {
        return geometry.slots() - 1;
    }

    @Override
    public Frame claim(int peer, int payloadBytes) {
        int queue = geometry.queueAt(rank);
        if (committed[peer] - releasedByPeer[peer] == geometry.slots()) {
            releasedByPeer[peer] = (long) LONGS.getAcquire(segments[peer], queue + RELEASED_AT);
            if (committed[peer] - releasedByPeer[peer] == geometry.slots()) {
                return null;
            }
        }
        return outbound[peer].wrap(segments[peer], slotAt(queue, committed[peer]));
    }

    @Override
    public void commit(int peer) {
        LONGS.setRelease(segments[peer], geometry.queueAt(rank) + COMMITTED_AT, ++committed[peer]);
    }

    @Override
    public Frame peek(int peer) {
        int queue = geometry.queueAt(peer);
        if (released[peer] == committedByPeer[peer]) {
            committedByPeer[peer] = (long) LONGS.getAcquire(segments[rank], queue + COMMITTED_AT);
            if (released[peer] == committedByPeer[peer]) {
                return null;
            }
        }
        return inbound[peer].wrap(segments[rank], slotAt(queue, released[peer]));
    }

    @Override
    public void release(int peer) {
        LONGS.setRelease(segments[rank], geometry.queueAt(peer) + RELEASED_AT, ++released[peer]);
    }

    private int slotAt(int queue, long counter) {
        return queue + SLOTS_AT + (int) (counter % geometry.slots()) * geometry.slotBytes();
    }

    @Override
    public void publish(PeerStatus mine) {
        ByteBuffer segment = segments[rank];
        LONGS.setRelease(segment, STATUS_VERSION_AT, ++statusVersion);
        VarHandle.fullFence();
        mine.writeTo(segment, STATUS_AT);
        LONGS.setRelease(segment, STATUS_VERSION_AT, ++statusVersion);
        beat();
    }

    @Override
    public void statusOf(int peer, PeerStatus into) {
        ByteBuffer segment = segments[peer];
        // bounded: a peer that was stopped in the middle of writing must not hang its readers
        for (int attempt = 0; attempt < 1000; attempt++) {
            long before = (long) LONGS.getAcquire(segment, STATUS_VERSION_AT);
            into.readFrom(segment, STATUS_AT);
            VarHandle.loadLoadFence();
            long after = (long) LONGS.getAcquire(segment, STATUS_VERSION_AT);
            if (before == after && (before & 1) == 0) {
                return;
            }
            Thread.onSpinWait();
        }
        into.becomeUnknown(); // half of one status and half of another would look like a mismatched call
    }

    @Override
    public long silenceNanos(int peer) {
        if (host.gone(peer)) {
            return Long.MAX_VALUE;
        }
        return Math.max(0, System.nanoTime() - (long) LONGS.getAcquire(segments[peer], HEARTBEAT_AT));
    }

    @Override
    public int progress() {
        beat();
        return 0;
    }

    private void beat() {
        LONGS.setRelease(segments[rank], HEARTBEAT_AT, System.nanoTime());
    }

    @Override
    public void close() {
        host.close();
    }
}
