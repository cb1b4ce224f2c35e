package io.lockstep.collectives.kernels;

import java.nio.ByteBuffer;

/** The upper half of a float32. */
final class ScalarBfloat16 implements HalfFormat {
    /** To nearest, ties to even; a NaN stays one. */
    static short narrow(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (value != value) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
    }

    static float widen(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    @Override
    public void narrow(ByteBuffer floats, int floatsAt, ByteBuffer halves, int halvesAt, int count) {
        for (int i = 0; i < count; i++) {
            halves.putShort(halvesAt + 2 * i, narrow(floats.getFloat(floatsAt + 4 * i)));
        }
    }

    @Override
    public void widen(ByteBuffer halves, int halvesAt, ByteBuffer floats, int floatsAt, int count) {
        for (int i = 0; i < count; i++) {
            floats.putFloat(floatsAt + 4 * i, widen(halves.getShort(halvesAt + 2 * i)));
        }
    }
}
