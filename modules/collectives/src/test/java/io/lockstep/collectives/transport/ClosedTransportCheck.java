package io.lockstep.collectives.transport;

import java.util.function.IntPredicate;

/**
 * Mapped memory as far as a test in one process can have it: fails where somebody uses the transport after it was closed,
 * which would be a crash of the JVM, and tells at once, as the kernel does, when a peer's process is gone.
 */
public final class ClosedTransportCheck extends ForwardingTransport {
    private final IntPredicate gone;
    private volatile boolean closed;

    public ClosedTransportCheck(Transport inner, IntPredicate gone) {
        super(inner);
        this.gone = gone;
    }

    private Transport open() {
        if (closed) {
            throw new AssertionError("rank " + inner.rank() + " uses its transport after it was closed");
        }
        return inner;
    }

    @Override
    public Frame claim(int peer, int payloadBytes) {
        return open().claim(peer, payloadBytes);
    }

    @Override
    public void commit(int peer) {
        open().commit(peer);
    }

    @Override
    public Frame peek(int peer) {
        return open().peek(peer);
    }

    @Override
    public void release(int peer) {
        open().release(peer);
    }

    @Override
    public void publish(PeerStatus mine) {
        open().publish(mine);
    }

    @Override
    public void statusOf(int peer, PeerStatus into) {
        open().statusOf(peer, into);
    }

    @Override
    public long silenceNanos(int peer) {
        return gone.test(peer) ? Long.MAX_VALUE : open().silenceNanos(peer);
    }

    @Override
    public int progress() {
        return open().progress();
    }

    @Override
    public void close() {
        closed = true;
        inner.close();
    }
}
