package io.lockstep.collectives.tcp;

import io.lockstep.collectives.transport.Advertisement;
import io.lockstep.collectives.transport.Frame;
import io.lockstep.collectives.transport.PeerStatus;
import io.lockstep.collectives.transport.PeerTable;
import io.lockstep.collectives.transport.RoutedTransport;
import io.lockstep.collectives.transport.Transport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** Frames and statuses over the connections that a {@link TcpEndpoint} has formed; all non-blocking, one selector. */
final class TcpTransport implements Transport {
    /** Payload of the longest frame: what segmentation offload moves in one piece. */
    static final int SEGMENT_BYTES = 64 * 1024;

    /** With frames of 64 KiB bandwidth times round-trip time of 10 Gbit/s and 0.4 ms. */
    static final int MOST_LOOKAHEAD = 8;

    private static final long NANOS_PER_MILLI = 1_000_000;
    /** At least this often: the sign of life. */
    private static final long HEARTBEAT_NANOS = Duration.ofMillis(200).toNanos();

    private final PeerTable peers;
    private final int lookahead;
    private final Selector selector;
    private final Connection[] frames;
    private final Connection[] statuses;
    private final Frame[] outbound;
    private final Frame[] inbound;
    private final int[] claimedBytes;
    private final ByteBuffer mine = ByteBuffer.allocateDirect(PeerStatus.BYTES).order(ByteOrder.nativeOrder());
    private final long statusNanos;
    private final Consumer<SelectionKey> move = this::move;
    private int moves;
    private boolean statusDirty;
    private long statusSentNanos;
    private boolean closed;

    /** @param frames and {@code statuses} by rank; null for this rank and those of its host */
    TcpTransport(List<Advertisement> ranks, int rank, Connection[] frames, Connection[] statuses) {
        peers = new PeerTable(ranks, rank, peer -> frames[peer] != null);
        this.lookahead = RoutedTransport.lookahead(ranks, MOST_LOOKAHEAD);
        this.frames = frames;
        this.statuses = statuses;
        int worldSize = ranks.size();
        outbound = new Frame[worldSize];
        inbound = new Frame[worldSize];
        claimedBytes = new int[worldSize];
        // so that all statuses together stay below some hundreds a second
        statusNanos = Duration.ofMillis(Math.max(5, worldSize)).toNanos();
        selector = openSelector();
        try {
            for (int peer = 0; peer < worldSize; peer++) {
                if (frames[peer] != null) {
                    frames[peer].register(selector);
                    statuses[peer].register(selector);
                    outbound[peer] = new Frame();
                    inbound[peer] = new Frame();
                }
            }
        } catch (IOException e) {
            closeSelector();
            throw new UncheckedIOException(e);
        }
    }

    private static Selector openSelector() {
        try {
            return Selector.open();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void closeSelector() {
        try {
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public int rank() {
        return peers.rank();
    }

    @Override
    public int worldSize() {
        return peers.worldSize();
    }

    @Override
    public String describe(int peer) {
        return peers.describe(peer);
    }

    @Override
    public int hostOf(int peer) {
        return peers.hostOf(peer);
    }

    @Override
    public int segmentBytes() {
        return SEGMENT_BYTES;
    }

    @Override
    public int lookahead() {
        return lookahead;
    }

    @Override
    public Frame claim(int peer, int payloadBytes) {
        int bytes = Frame.HEADER_BYTES + payloadBytes;
        if (!frames[peer].claim(bytes)) {
            return null;
        }
        claimedBytes[peer] = bytes;
        return outbound[peer].wrap(frames[peer].claimed(), frames[peer].claimedAt());
    }

    @Override
    public void commit(int peer) {
        frames[peer].commit(claimedBytes[peer]);
    }

    @Override
    public Frame peek(int peer) {
        Connection connection = frames[peer];
        if (!connection.peek()) {
            return null;
        }
        if (connection.recordLength() >= Frame.HEADER_BYTES) {
            Frame frame = inbound[peer].wrap(connection.record(), connection.recordAt());
            if (connection.recordLength() == Frame.HEADER_BYTES + frame.payloadBytes()) {
                return frame;
            }
        }
        connection.close();
        return null;
    }

    @Override
    public void release(int peer) {
        frames[peer].release();
    }

    @Override
    public void publish(PeerStatus status) {
        status.writeTo(mine, 0);
        statusDirty = true;
        if (status.state >= PeerStatus.BROKEN) {
            sendStatus(System.nanoTime());
        }
    }

    /** To those who have taken the one before; the others get the next one. */
    private void sendStatus(long now) {
        statusDirty = false;
        statusSentNanos = now;
        for (Connection connection : statuses) {
            if (connection == null || connection.ended()) {
                continue;
            }
            if (connection.allSent() && connection.claim(PeerStatus.BYTES)) {
                connection.claimed().put(connection.claimedAt(), mine, 0, PeerStatus.BYTES);
                connection.commit(PeerStatus.BYTES);
            } else {
                statusDirty = true;
            }
        }
    }

    @Override
    public void statusOf(int peer, PeerStatus into) {
        peers.statusOf(peer, into);
    }

    @Override
    public long silenceNanos(int peer) {
        boolean gone = frames[peer].ended() || statuses[peer].ended();
        return gone ? Long.MAX_VALUE : peers.silenceNanos(peer);
    }

    @Override
    public boolean lingers() {
        return true;
    }

    @Override
    public int progress() {
        if (closed) {
            return 0;
        }
        moves = 0;
        try {
            selector.selectNow(move);
            readStatuses();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        long now = System.nanoTime();
        if (now - statusSentNanos > (statusDirty ? statusNanos : HEARTBEAT_NANOS)) {
            sendStatus(now);
        }
        return moves;
    }

    private void move(SelectionKey key) {
        if (((Connection) key.attachment()).move()) {
            moves++;
        }
    }

    private void readStatuses() {
        for (int peer = 0; peer < statuses.length; peer++) {
            Connection connection = statuses[peer];
            while (connection != null && connection.peek()) {
                if (connection.recordLength() == PeerStatus.BYTES) {
                    peers.record(peer).put(0, connection.record(), connection.recordAt(), PeerStatus.BYTES);
                    peers.heard(peer);
                }
                connection.release();
            }
        }
    }

    /** @param nanos rounded up to milliseconds, which is what a selector knows */
    @Override
    public void await(long nanos) {
        if (closed) {
            return;
        }
        try {
            selector.select(move, (nanos + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI);
            readStatuses();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean wakes() {
        return true;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        for (int peer = 0; peer < frames.length; peer++) {
            if (frames[peer] != null) {
                frames[peer].close();
                statuses[peer].close();
            }
        }
        closeSelector();
    }
}
