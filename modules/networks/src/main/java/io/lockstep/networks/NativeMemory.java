package io.lockstep.networks;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The memory of contiguous float32 arrays, without a copy. Valid as long as the array is. */
final class NativeMemory {
    private NativeMemory() {}

    /** From the array's first to its last byte, in native order. */
    static ByteBuffer bytes(INDArray array) {
        ByteBuffer all = array.data().pointer().asByteBuffer();
        int start = Math.toIntExact(array.offset() * Float.BYTES);
        int length = Math.toIntExact(array.length() * Float.BYTES);
        return all.slice(start, length).order(ByteOrder.nativeOrder());
    }

    static FloatBuffer floats(INDArray array) {
        return bytes(array).asFloatBuffer();
    }
}
