package io.lockstep.collectives.kernels;

import io.lockstep.collectives.Reduction;
import java.nio.ByteBuffer;

/** float32 on the wire, without the Vector API. */
final class ScalarFloat32 implements WireKernel {
    @Override
    public int wireBytes() {
        return Float.BYTES;
    }

    @Override
    public void encode(ByteBuffer local, int localAt, ByteBuffer wire, int wireAt, int count) {
        wire.put(wireAt, local, localAt, count * Float.BYTES);
    }

    @Override
    public void decode(ByteBuffer wire, int wireAt, ByteBuffer local, int localAt, int count) {
        local.put(localAt, wire, wireAt, count * Float.BYTES);
    }

    @Override
    public void reduce(Reduction reduction, ByteBuffer wire, int wireAt, ByteBuffer local, int localAt, int count) {
        reduceForward(reduction, wire, wireAt, local, localAt, local, localAt, count);
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
        int bytes = count * Float.BYTES;
        if (reduction == Reduction.SUM) {
            for (int i = 0; i < bytes; i += Float.BYTES) {
                out.putFloat(outAt + i, in.getFloat(inAt + i) + local.getFloat(localAt + i));
            }
        } else {
            for (int i = 0; i < bytes; i += Float.BYTES) {
                out.putFloat(outAt + i, Math.max(in.getFloat(inAt + i), local.getFloat(localAt + i)));
            }
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
        // float32 is what the wire carries
    }
}
