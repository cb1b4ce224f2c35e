package io.lockstep.collectives.kernels;

import io.lockstep.collectives.Reduction;
import java.nio.ByteBuffer;

/**
 * Moves {@code count} numbers between float32 memory ("local") and a frame's payload ("wire"), reducing on the way.
 * Offsets are absolute and in bytes; buffers are direct and in native order, and do not overlap.
 *
 * <p>Reductions are computed in float32 and rounded to the wire's type once. Where a result goes both to memory and to
 * the wire, memory gets what the wire says, so that all ranks end with the same bits.
 */
public interface WireKernel {
    /** Bytes of one number on the wire. */
    int wireBytes();

    /** wire = local. */
    void encode(ByteBuffer local, int localAt, ByteBuffer wire, int wireAt, int count);

    /** local = wire. */
    void decode(ByteBuffer wire, int wireAt, ByteBuffer local, int localAt, int count);

    /** local = wire op local. */
    void reduce(Reduction reduction, ByteBuffer wire, int wireAt, ByteBuffer local, int localAt, int count);

    /** out = in op local; local stays as it is. */
    void reduceForward(
            Reduction reduction,
            ByteBuffer in,
            int inAt,
            ByteBuffer local,
            int localAt,
            ByteBuffer out,
            int outAt,
            int count);

    /** out = local = in op local. */
    void reduceBoth(
            Reduction reduction,
            ByteBuffer in,
            int inAt,
            ByteBuffer local,
            int localAt,
            ByteBuffer out,
            int outAt,
            int count);

    /** local = local, rounded to the wire's type. */
    void round(ByteBuffer local, int localAt, int count);
}
