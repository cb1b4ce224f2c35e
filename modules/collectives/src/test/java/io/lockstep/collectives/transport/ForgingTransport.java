package io.lockstep.collectives.transport;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.Consumer;

/**
 * Shows before each frame that arrives a forged one: the same frame with another payload, as a former attempt, another
 * group or a stranger would have sent it. Who takes the forged one for true reduces numbers that nobody sent.
 */
public final class ForgingTransport extends ForwardingTransport {
    private static final byte FORGED = 0x42; // as float32 48.56

    private final Consumer<Frame> forgery;
    private final Frame forged = new Frame();
    /** By peer: whether the forged frame is past, and the true one is next. */
    private final boolean[] past;

    private volatile int forgeries;

    /** @param forgery changes the header of a copy */
    public ForgingTransport(Transport inner, Consumer<Frame> forgery) {
        super(inner);
        this.forgery = forgery;
        past = new boolean[inner.worldSize()];
    }

    /** Forged frames that this rank has been shown, and has released. */
    public int forgeries() {
        return forgeries;
    }

    @Override
    public Frame peek(int peer) {
        Frame frame = inner.peek(peer);
        if (frame == null || past[peer]) {
            return frame;
        }
        int bytes = Frame.HEADER_BYTES + frame.payloadBytes();
        ByteBuffer copy = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
        copy.put(0, frame.buffer(), frame.headerOffset(), bytes);
        for (int i = Frame.HEADER_BYTES; i < bytes; i++) {
            copy.put(i, FORGED);
        }
        forgery.accept(forged.wrap(copy, 0));
        return forged;
    }

    @Override
    @SuppressWarnings("NonAtomicOperationOnVolatileField") // written by the owner alone
    public void release(int peer) {
        if (past[peer]) {
            past[peer] = false;
            inner.release(peer);
        } else {
            past[peer] = true; // the next peek finds the true one
            forgeries++;
        }
    }
}
