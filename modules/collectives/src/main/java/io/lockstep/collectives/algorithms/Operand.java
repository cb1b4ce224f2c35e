package io.lockstep.collectives.algorithms;

import io.lockstep.collectives.Reduction;
import io.lockstep.collectives.kernels.WireKernel;
import java.nio.ByteBuffer;

/**
 * The vector that a collective works on: {@code count} floats in {@code floats} from byte {@code at}.
 *
 * @param floats direct, in native order; read and written by absolute index
 * @param kernel does the arithmetic and the conversion to the wire's type
 */
public record Operand(ByteBuffer floats, int at, int count, Reduction reduction, WireKernel kernel) {
    /** Byte offset of an element. */
    int byteAt(long element) {
        return at + (int) (element * Float.BYTES);
    }

    /** Bytes of {@code elements} on the wire. */
    int wireBytes(long elements) {
        return (int) (elements * kernel.wireBytes());
    }

    /** Elements that fit into a frame. */
    int elementsOf(int segmentBytes) {
        return segmentBytes / kernel.wireBytes();
    }
}
