package io.lockstep.transport.aeron;

import io.aeron.ExclusivePublication;
import io.aeron.Image;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.logbuffer.FragmentHandler;
import io.lockstep.collectives.transport.Advertisement;
import io.lockstep.collectives.transport.Frame;
import io.lockstep.collectives.transport.PeerStatus;
import io.lockstep.collectives.transport.PeerTable;
import io.lockstep.collectives.transport.RoutedTransport;
import io.lockstep.collectives.transport.Transport;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Frames over Aeron: one publication to each peer for frames and one for statuses, so that no queue of frames can hold a
 * status up; one subscription for each of the two, with an image a peer.
 */
final class AeronTransport implements Transport {
    /** Statuses go out this often at most, so that tiny collectives do not drown in them. */
    private static final long STATUS_NANOS = 2_000_000;
    /** And at least this often: the sign of life. */
    private static final long HEARTBEAT_NANOS = 200_000_000;

    private static final int MOST_LOOKAHEAD = 8;
    private static final int FRAME_BYTES = 64 * 1024;
    /** Rounds of the driver in one call; each moves a datagram each way. */
    private static final int MOST_ROUNDS = 8;

    private final AeronEndpoint endpoint;
    private final PeerTable peers;
    private final Outbox[] outboxes;
    private final Inbox[] inboxes;
    private final ExclusivePublication[] statusTo;
    private final Subscription data;
    private final Subscription status;
    private final int segmentBytes;
    private final int lookahead;
    private final UnsafeBuffer statusRecord = new UnsafeBuffer(
            ByteBuffer.allocateDirect(PeerStatus.BYTES + Integer.BYTES).order(ByteOrder.nativeOrder()));
    private final FragmentHandler onStatus = this::onStatus;
    private boolean statusDirty;
    private long statusSentNanos;
    private boolean closed;

    AeronTransport(
            AeronEndpoint endpoint,
            List<Advertisement> ranks,
            int rank,
            ExclusivePublication[] dataTo,
            ExclusivePublication[] statusTo,
            Subscription data,
            Subscription status) {
        this.endpoint = endpoint;
        peers = new PeerTable(ranks, rank, peer -> dataTo[peer] != null);
        this.statusTo = statusTo;
        this.data = data;
        this.status = status;
        segmentBytes = segmentBytes(ranks);
        lookahead = RoutedTransport.lookahead(ranks, MOST_LOOKAHEAD);
        int worldSize = ranks.size();
        outboxes = new Outbox[worldSize];
        inboxes = new Inbox[worldSize];
        for (int peer = 0; peer < worldSize; peer++) {
            if (dataTo[peer] != null) {
                outboxes[peer] = new Outbox(dataTo[peer], Frame.HEADER_BYTES + segmentBytes);
                inboxes[peer] = new Inbox(Frame.HEADER_BYTES + segmentBytes);
            }
        }
    }

    /** As many whole packets as fit into 64 KiB, or one; the same on all ranks. */
    private static int segmentBytes(List<Advertisement> ranks) {
        int mtu = ranks.stream().mapToInt(Advertisement::mtuBytes).min().orElseThrow();
        int packetPayload = mtu - io.aeron.protocol.DataHeaderFlyweight.HEADER_LENGTH;
        int packets = Math.max(1, FRAME_BYTES / packetPayload);
        return (packets * packetPayload - Frame.HEADER_BYTES) / 64 * 64;
    }

    /** The lowest peer without a connection both ways, or -1. */
    int firstUnconnected() {
        for (int peer = 0; peer < peers.worldSize(); peer++) {
            if (outboxes[peer] == null) {
                continue;
            }
            int session = outboxes[peer].publication().sessionId() & ~0xFFFF | peer;
            Image image = data.imageBySessionId(session);
            boolean connected = image != null
                    && status.imageBySessionId(session) != null
                    && outboxes[peer].publication().isConnected()
                    && statusTo[peer].isConnected();
            if (!connected) {
                return peer;
            }
            inboxes[peer].image(image);
            peers.heard(peer);
        }
        return -1;
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
        return segmentBytes;
    }

    @Override
    public int lookahead() {
        return lookahead;
    }

    @Override
    public Frame claim(int peer, int payloadBytes) {
        return outboxes[peer].claim(Frame.HEADER_BYTES + payloadBytes);
    }

    @Override
    public void commit(int peer) {
        outboxes[peer].commit();
    }

    @Override
    public Frame peek(int peer) {
        return inboxes[peer].peek();
    }

    @Override
    public void release(int peer) {
        inboxes[peer].release();
    }

    @Override
    public void publish(PeerStatus mine) {
        mine.writeTo(statusRecord.byteBuffer(), 0);
        statusRecord.byteBuffer().putInt(PeerStatus.BYTES, peers.rank());
        statusDirty = true;
        if (mine.state >= PeerStatus.BROKEN) {
            sendStatus(System.nanoTime());
        }
    }

    private void sendStatus(long now) {
        boolean sent = true;
        for (ExclusivePublication publication : statusTo) {
            if (publication != null) {
                long result = publication.offer(statusRecord, 0, PeerStatus.BYTES + Integer.BYTES);
                sent &= result > 0 || result == Publication.NOT_CONNECTED || result == Publication.CLOSED;
            }
        }
        if (sent) {
            statusDirty = false;
            statusSentNanos = now;
        }
    }

    @Override
    public void statusOf(int peer, PeerStatus into) {
        peers.statusOf(peer, into);
    }

    @Override
    public long silenceNanos(int peer) {
        return peers.silenceNanos(peer);
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
        int work = 0;
        for (int round = 0; round < MOST_ROUNDS; round++) {
            for (Outbox outbox : outboxes) {
                work += outbox == null ? 0 : outbox.flush();
            }
            int moved = endpoint.drive();
            work += moved;
            if (moved == 0) {
                break;
            }
        }
        work += status.poll(onStatus, 16);
        long sinceStatus = System.nanoTime() - statusSentNanos;
        if (sinceStatus > (statusDirty ? STATUS_NANOS : HEARTBEAT_NANOS)) {
            sendStatus(System.nanoTime());
        }
        return work;
    }

    @Override
    public void await(long nanos) {
        endpoint.await(nanos);
    }

    @Override
    public boolean wakes() {
        return true;
    }

    private void onStatus(org.agrona.DirectBuffer buffer, int offset, int length, io.aeron.logbuffer.Header header) {
        int peer = header.sessionId() & 0xFFFF;
        if (length != PeerStatus.BYTES + Integer.BYTES || !peers.reaches(peer)) {
            return;
        }
        buffer.getBytes(offset, peers.record(peer), 0, PeerStatus.BYTES);
        peers.heard(peer);
    }

    /** Datagrams that came from nobody in the group. */
    long rejectedDatagrams() {
        return endpoint.rejectedDatagrams();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            endpoint.close();
        }
    }
}
