package io.lockstep.collectives.kernels;

import io.lockstep.collectives.Reduction;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Sixteen bits on the wire, float32 in memory and in arithmetic: a block at a time is widened to scratch memory that
 * stays in the level 1 cache, reduced there by the float32 kernel, and narrowed. One thread.
 */
final class HalfWidth implements WireKernel {
    private static final int BLOCK = 2048;

    private final HalfFormat format;
    private final WireKernel float32;
    private final ByteBuffer scratch = direct(BLOCK * Float.BYTES);
    private final ByteBuffer halves = direct(BLOCK * Short.BYTES);

    HalfWidth(HalfFormat format, WireKernel float32) {
        this.format = format;
        this.float32 = float32;
    }

    private static ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    @Override
    public int wireBytes() {
        return Short.BYTES;
    }

    @Override
    public void encode(ByteBuffer local, int localAt, ByteBuffer wire, int wireAt, int count) {
        format.narrow(local, localAt, wire, wireAt, count);
    }

    @Override
    public void decode(ByteBuffer wire, int wireAt, ByteBuffer local, int localAt, int count) {
        format.widen(wire, wireAt, local, localAt, count);
    }

    @Override
    public void reduce(Reduction reduction, ByteBuffer wire, int wireAt, ByteBuffer local, int localAt, int count) {
        for (int i = 0; i < count; i += BLOCK) {
            int block = Math.min(BLOCK, count - i);
            format.widen(wire, wireAt + 2 * i, scratch, 0, block);
            float32.reduce(reduction, scratch, 0, local, localAt + 4 * i, block);
        }
    }

    @Override
    public void reduceForward(
            Reduction reduction,
            ByteBuffer in,
            int inAt,
            ByteBuffer local,
            int localAt,
            ByteBuffer out,
            int outAt,
            int count) {
        for (int i = 0; i < count; i += BLOCK) {
            int block = Math.min(BLOCK, count - i);
            format.widen(in, inAt + 2 * i, scratch, 0, block);
            float32.reduceForward(reduction, scratch, 0, local, localAt + 4 * i, scratch, 0, block);
            format.narrow(scratch, 0, out, outAt + 2 * i, block);
        }
    }

    @Override
    public void reduceBoth(
            Reduction reduction,
            ByteBuffer in,
            int inAt,
            ByteBuffer local,
            int localAt,
            ByteBuffer out,
            int outAt,
            int count) {
        reduceForward(reduction, in, inAt, local, localAt, out, outAt, count);
        decode(out, outAt, local, localAt, count);
    }

    @Override
    public void round(ByteBuffer local, int localAt, int count) {
        for (int i = 0; i < count; i += BLOCK) {
            int block = Math.min(BLOCK, count - i);
            format.narrow(local, localAt + 4 * i, halves, 0, block);
            format.widen(halves, 0, local, localAt + 4 * i, block);
        }
    }
}
