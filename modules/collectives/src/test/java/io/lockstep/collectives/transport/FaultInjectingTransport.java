package io.lockstep.collectives.transport;

import java.util.Random;

/**
 * A bad network, seeded: frames that arrive are dropped, delayed, duplicated or corrupted now and then, and the rank may
 * die after some frames: it then neither sends, receives nor beats. Frames carry checksums, as they must where nothing
 * else protects them.
 */
public final class FaultInjectingTransport extends ForwardingTransport {
    /** How often each fault strikes a frame, and after how many sent frames the rank dies. */
    public record Faults(double drop, double delay, double duplicate, double corrupt, int diesAfter) {
        public static Faults none() {
            return new Faults(0, 0, 0, 0, Integer.MAX_VALUE);
        }
    }

    private static final int DELAY_POLLS = 20;

    private final Faults faults;
    private final Random random;
    private final boolean[] decided;
    private final int[] delayed;
    private final boolean[] again;
    private int sent;

    public FaultInjectingTransport(Transport inner, Faults faults, long seed) {
        super(inner);
        this.faults = faults;
        this.random = new Random(seed * 31 + inner.rank());
        decided = new boolean[inner.worldSize()];
        delayed = new int[inner.worldSize()];
        again = new boolean[inner.worldSize()];
    }

    private boolean dead() {
        return sent >= faults.diesAfter();
    }

    @Override
    public boolean checksums() {
        return true;
    }

    @Override
    public Frame claim(int peer, int payloadBytes) {
        return dead() ? null : inner.claim(peer, payloadBytes);
    }

    @Override
    public void commit(int peer) {
        sent++;
        inner.commit(peer);
    }

    @Override
    public Frame peek(int peer) {
        Frame frame = dead() ? null : inner.peek(peer);
        if (frame == null) {
            return null;
        }
        if (!decided[peer]) {
            decided[peer] = true;
            if (random.nextDouble() < faults.drop()) {
                release(peer);
                return null;
            }
            delayed[peer] = random.nextDouble() < faults.delay() ? DELAY_POLLS : 0;
            again[peer] = random.nextDouble() < faults.duplicate();
            if (random.nextDouble() < faults.corrupt()) {
                int at = frame.headerOffset() + random.nextInt(Frame.HEADER_BYTES + frame.payloadBytes());
                frame.buffer().put(at, (byte) (frame.buffer().get(at) ^ 1 << random.nextInt(8)));
            }
        }
        if (delayed[peer] > 0) {
            delayed[peer]--;
            return null;
        }
        return frame;
    }

    @Override
    public void release(int peer) {
        if (again[peer]) {
            again[peer] = false;
            return; // the next peek finds the same frame
        }
        decided[peer] = false;
        inner.release(peer);
    }

    @Override
    public void publish(PeerStatus mine) {
        if (!dead()) {
            inner.publish(mine);
        }
    }

    @Override
    public int progress() {
        return dead() ? 0 : inner.progress();
    }
}
