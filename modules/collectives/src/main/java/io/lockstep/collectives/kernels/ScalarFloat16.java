package io.lockstep.collectives.kernels;

import java.nio.ByteBuffer;

/** IEEE 754 binary16. JDK 17 has no conversion to offer. */
final class ScalarFloat16 implements HalfFormat {
    /** To nearest, ties to even; what is too large becomes infinite. */
    static short narrow(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = bits >>> 16 & 0x8000;
        int magnitude = bits & 0x7FFF_FFFF;
        if (magnitude > 0x7F80_0000) {
            return (short) (sign | 0x7E00);
        }
        if (magnitude >= 0x4780_0000) { // 65,536
            return (short) (sign | 0x7C00);
        }
        if (magnitude < 0x3880_0000) { // below 2^-14: subnormal, in units of 2^-24; the addition rounds
            float shifted = Float.intBitsToFloat(magnitude) + 0.5f;
            return (short) (sign | Float.floatToRawIntBits(shifted) - 0x3F00_0000);
        }
        int rebiased = magnitude - (112 << 23);
        return (short) (sign | rebiased + 0xFFF + (rebiased >>> 13 & 1) >>> 13);
    }

    static float widen(short half) {
        int sign = (half & 0x8000) << 16;
        int magnitude = half & 0x7FFF;
        if (magnitude >= 0x7C00) {
            return Float.intBitsToFloat(sign | 0x7F80_0000 | (magnitude & 0x3FF) << 13);
        }
        if (magnitude < 0x400) {
            float value = magnitude * 0x1p-24f;
            return sign == 0 ? value : -value;
        }
        return Float.intBitsToFloat(sign | (magnitude << 13) + (112 << 23));
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
