package io.lockstep.training;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Views of flat float32 vectors. */
final class FlatBuffers {
    private FlatBuffers() {}

    static long elements(ByteBuffer floats) {
        return floats.limit() / Float.BYTES;
    }

    /** A view of the range, position 0, in native order, on the same memory. */
    static ByteBuffer slice(ByteBuffer floats, Range range) {
        int start = Math.toIntExact(range.start() * Float.BYTES);
        int bytes = Math.toIntExact(range.size() * Float.BYTES);
        return floats.slice(start, bytes).order(ByteOrder.nativeOrder());
    }
}
