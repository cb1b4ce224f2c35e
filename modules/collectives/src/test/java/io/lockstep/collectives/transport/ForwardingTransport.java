package io.lockstep.collectives.transport;

/** Passes everything on; tests override what they bend. */
public abstract class ForwardingTransport implements Transport {
    protected final Transport inner;

    protected ForwardingTransport(Transport inner) {
        this.inner = inner;
    }

    @Override
    public int rank() {
        return inner.rank();
    }

    @Override
    public int worldSize() {
        return inner.worldSize();
    }

    @Override
    public String describe(int rank) {
        return inner.describe(rank);
    }

    @Override
    public int hostOf(int rank) {
        return inner.hostOf(rank);
    }

    @Override
    public int segmentBytes() {
        return inner.segmentBytes();
    }

    @Override
    public int lookahead() {
        return inner.lookahead();
    }

    @Override
    public boolean checksums() {
        return inner.checksums();
    }

    @Override
    public Frame claim(int peer, int payloadBytes) {
        return inner.claim(peer, payloadBytes);
    }

    @Override
    public void commit(int peer) {
        inner.commit(peer);
    }

    @Override
    public Frame peek(int peer) {
        return inner.peek(peer);
    }

    @Override
    public void release(int peer) {
        inner.release(peer);
    }

    @Override
    public void publish(PeerStatus mine) {
        inner.publish(mine);
    }

    @Override
    public void statusOf(int peer, PeerStatus into) {
        inner.statusOf(peer, into);
    }

    @Override
    public long silenceNanos(int peer) {
        return inner.silenceNanos(peer);
    }

    @Override
    public int progress() {
        return inner.progress();
    }

    @Override
    public void close() {
        inner.close();
    }
}
