package io.lockstep.transport.aeron;

import io.aeron.Image;
import io.aeron.logbuffer.ControlledFragmentHandler;
import io.aeron.logbuffer.FrameDescriptor;
import io.aeron.logbuffer.Header;
import io.lockstep.collectives.transport.Frame;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;

/**
 * Frames from one peer. A frame that came in one packet is read where Aeron has it, and keeps its place in the log until
 * it is released; a longer one is assembled here.
 */
final class Inbox implements ControlledFragmentHandler {
    private static final int FRAGMENTS_A_POLL = 64;

    private final ByteBuffer assembly;
    private final Frame frame = new Frame();
    private Image image;
    private int assembledBytes;
    private boolean ready;
    private long releasePosition = -1;
    private ByteBuffer log;
    private ByteBuffer nativeLog;

    Inbox(int frameBytes) {
        assembly = ByteBuffer.allocateDirect(frameBytes + 64).alignedSlice(64).order(ByteOrder.nativeOrder());
    }

    void image(Image connected) {
        this.image = connected;
    }

    Frame peek() {
        if (!ready) {
            image.controlledPoll(this, FRAGMENTS_A_POLL);
        }
        return ready ? frame : null;
    }

    @Override
    public Action onFragment(DirectBuffer buffer, int offset, int length, Header header) {
        byte flags = header.flags();
        if ((flags & FrameDescriptor.UNFRAGMENTED) == FrameDescriptor.UNFRAGMENTED) {
            releasePosition = header.position();
            frame.wrap(nativeOrder(buffer.byteBuffer()), buffer.wrapAdjustment() + offset);
            ready = length >= Frame.HEADER_BYTES;
            return ready ? Action.ABORT : Action.CONTINUE;
        }
        if ((flags & FrameDescriptor.BEGIN_FRAG_FLAG) != 0) {
            assembledBytes = 0;
        }
        if (assembledBytes + length > assembly.capacity()) {
            return Action.CONTINUE; // longer than any frame of this group
        }
        buffer.getBytes(offset, assembly, assembledBytes, length);
        assembledBytes += length;
        if ((flags & FrameDescriptor.END_FRAG_FLAG) == 0) {
            return Action.CONTINUE;
        }
        releasePosition = -1;
        frame.wrap(assembly, 0);
        ready = true;
        return Action.BREAK;
    }

    private ByteBuffer nativeOrder(ByteBuffer of) {
        if (of != log) {
            log = of;
            nativeLog = of.duplicate().order(ByteOrder.nativeOrder());
        }
        return nativeLog;
    }

    void release() {
        ready = false;
        if (releasePosition >= 0) {
            image.position(releasePosition);
            releasePosition = -1;
        }
    }
}
