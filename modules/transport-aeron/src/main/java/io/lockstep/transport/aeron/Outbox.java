package io.lockstep.transport.aeron;

import io.aeron.ExclusivePublication;
import io.lockstep.collectives.transport.Frame;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;

/** Frames to one peer: one is filled, and offered until Aeron has room for it. */
final class Outbox {
    private final ExclusivePublication publication;
    private final ByteBuffer memory;
    private final UnsafeBuffer view;
    private final Frame frame = new Frame();
    private int claimedBytes;
    private int pendingBytes;

    Outbox(ExclusivePublication publication, int frameBytes) {
        this.publication = publication;
        this.memory =
                ByteBuffer.allocateDirect(frameBytes + 64).alignedSlice(64).order(ByteOrder.nativeOrder());
        this.view = new UnsafeBuffer(memory);
    }

    ExclusivePublication publication() {
        return publication;
    }

    Frame claim(int frameBytes) {
        if (pendingBytes > 0 && flush() == 0) {
            return null;
        }
        claimedBytes = frameBytes;
        return frame.wrap(memory, 0);
    }

    void commit() {
        pendingBytes = claimedBytes;
        flush();
    }

    /** Whether a pending frame found room now, as 0 or 1. */
    int flush() {
        if (pendingBytes == 0 || publication.offer(view, 0, pendingBytes) < 0) {
            return 0;
        }
        pendingBytes = 0;
        return 1;
    }
}
