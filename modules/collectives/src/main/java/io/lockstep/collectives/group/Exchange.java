package io.lockstep.collectives.group;

import io.lockstep.collectives.CollectiveException;
import io.lockstep.collectives.GroupClosedException;
import io.lockstep.collectives.algorithms.Links;
import io.lockstep.collectives.transport.Frame;
import io.lockstep.collectives.transport.Transport;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import java.util.zip.CRC32C;

/**
 * The links of the collective that is under way: numbers and checks frames, waits for peers, ends the waiting when the
 * deadline passes, a peer is lost, a call does not match, or the group closes.
 */
final class Exchange implements Links {
    private static final int FOR_A_FRAME = -1;
    private static final int MOVES_A_LOOK = 1024;

    private final Transport transport;
    private final int attempt;
    private final int group;
    private final Arbiter arbiter;
    private final StallInspector stalls;
    private final Patience patience;
    private final long deadlineNanos;
    private final BooleanSupplier closing;
    private final CRC32C crc = new CRC32C();
    private final int[] framesSent;
    private final int[] framesReceived;
    private final Frame[] claimed;

    private Collective collective;
    private int call;
    private int root;
    private long beginNanos;
    private int moves;
    private volatile long bytesSent;

    Exchange(
            Transport transport,
            int attempt,
            int group,
            Arbiter arbiter,
            Duration deadline,
            Patience patience,
            BooleanSupplier closing) {
        this.transport = transport;
        this.attempt = attempt;
        this.group = group;
        this.arbiter = arbiter;
        this.deadlineNanos = deadline.toNanos();
        this.patience = patience;
        this.closing = closing;
        this.stalls = new StallInspector(transport, deadline);
        framesSent = new int[transport.worldSize()];
        framesReceived = new int[transport.worldSize()];
        claimed = new Frame[transport.worldSize()];
    }

    void begin(Collective next) {
        collective = next;
        call = next.callCode();
        root = next.rootCode();
        Arrays.fill(framesSent, 0);
        Arrays.fill(framesReceived, 0);
        beginNanos = System.nanoTime();
        arbiter.begin(next);
    }

    /** Nanoseconds that the collective took. */
    long end() {
        arbiter.end();
        return System.nanoTime() - beginNanos;
    }

    long bytesSent() {
        return bytesSent;
    }

    @Override
    public int rank() {
        return transport.rank();
    }

    @Override
    public int worldSize() {
        return transport.worldSize();
    }

    @Override
    public int hostOf(int rank) {
        return transport.hostOf(rank);
    }

    @Override
    public int segmentBytes() {
        return transport.segmentBytes();
    }

    @Override
    public int lookahead() {
        return transport.lookahead();
    }

    @Override
    public Frame claim(int peer, int payloadBytes) {
        Frame frame = transport.claim(peer, payloadBytes);
        if (frame == null) {
            patience.reset();
            while ((frame = transport.claim(peer, payloadBytes)) == null) {
                pause(peer, payloadBytes);
            }
        }
        frame.writeRoute(attempt, group, rank(), peer);
        frame.writeCall(call, root, collective.sequence, collective.elements(), framesSent[peer]++, payloadBytes);
        claimed[peer] = frame;
        return frame;
    }

    @Override
    @SuppressWarnings("NonAtomicOperationOnVolatileField") // written by the owner alone
    public void send(int peer) {
        Frame frame = claimed[peer];
        if (transport.checksums()) {
            frame.checksum(checksum(frame));
        }
        bytesSent += frame.payloadBytes();
        transport.commit(peer);
    }

    private int checksum(Frame frame) {
        crc.reset();
        ByteBuffer payload = frame.buffer().duplicate();
        payload.limit(frame.payloadOffset() + frame.payloadBytes()).position(frame.payloadOffset());
        crc.update(payload);
        return (int) crc.getValue() | 1; // never 0, which stands for none
    }

    @Override
    public Frame receive(int peer, int payloadBytes) {
        patience.reset();
        for (; ; ) {
            Frame frame = transport.peek(peer);
            if (frame == null) {
                pause(peer, FOR_A_FRAME);
            } else if (accept(frame, peer, payloadBytes)) {
                framesReceived[peer]++;
                return frame;
            } else {
                transport.release(peer);
            }
        }
    }

    @Override
    public void release(int peer) {
        transport.release(peer);
    }

    /** Whether the frame is the one expected; one that came before, or of elsewhere, is to be skipped. */
    private boolean accept(Frame frame, int peer, int payloadBytes) {
        int length = frame.payloadBytes();
        if (frame.version() != Frame.VERSION
                || frame.attempt() != attempt
                || frame.group() != group
                || frame.sender() != peer
                || frame.receiver() != rank()
                || length < 0
                || length > segmentBytes()) {
            return false;
        }
        if (transport.checksums() && frame.checksum() != checksum(frame)) {
            return false; // its successor will be found to have none before it
        }
        long sequence = frame.sequence();
        if (sequence < collective.sequence || sequence == collective.sequence && frame.index() < framesReceived[peer]) {
            return false; // a duplicate
        }
        if (sequence > collective.sequence
                || frame.call() != call
                || frame.root() != root
                || frame.elements() != collective.elements()) {
            failMismatched(frame, peer);
        }
        if (frame.index() != framesReceived[peer] || length != payloadBytes) {
            arbiter.broken(peer);
            throw failure();
        }
        return true;
    }

    private void failMismatched(Frame frame, int peer) {
        if (frame.sequence() > collective.sequence) {
            arbiter.leftBehindBy(peer);
        } else {
            arbiter.mismatched(peer, frame.call(), frame.root(), frame.elements());
        }
        throw failure();
    }

    private CollectiveException failure() {
        return arbiter.exception(collective.describe() + " #" + collective.sequence);
    }

    /** @param roomBytes what a claim waits for, or {@link #FOR_A_FRAME} */
    private void pause(int peer, int roomBytes) {
        boolean timeToLook;
        if (transport.progress() > 0) {
            patience.reset(); // something moved, perhaps what is waited for
            timeToLook = ++moves % MOVES_A_LOOK == 0; // or it moves for ever, and in vain
        } else {
            timeToLook = patience.pause();
        }
        if (timeToLook) {
            lookAround(peer, roomBytes);
        }
    }

    private void lookAround(int peer, int roomBytes) {
        if (closing.getAsBoolean()) {
            throw new GroupClosedException(
                    "the group was closed on this rank in " + collective.describe() + " #" + collective.sequence);
        }
        arbiter.waitingFor(peer);
        Verdict suspicion = arbiter.suspicion();
        // looked at again after the suspicion: a peer may have sent all it had to, and then closed its group
        if (suspicion != null && stillWaits(peer, roomBytes)) {
            arbiter.settleOn(suspicion);
            throw failure();
        }
        long waited = System.nanoTime() - beginNanos;
        if (waited > deadlineNanos) {
            arbiter.deadlinePassed();
            throw failure();
        }
        stalls.inspect(collective, waited);
    }

    private boolean stillWaits(int peer, int roomBytes) {
        return roomBytes == FOR_A_FRAME ? transport.peek(peer) == null : transport.claim(peer, roomBytes) == null;
    }
}
