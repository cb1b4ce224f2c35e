package io.lockstep.collectives.kernels;

import io.lockstep.collectives.Reduction;
import java.nio.ByteBuffer;

/**
 * Sixteen bits on the wire, float32 in memory and in arithmetic. Scalar: JDK 17 has no conversion instruction to offer,
 * and a network that makes halving the bytes worthwhile is slower than this.
 */
final class HalfWidth implements WireKernel {
    /** The two conversions. */
    interface Format {
        short narrow(float value);

        float widen(short bits);
    }

    private final Format format;

    HalfWidth(Format format) {
        this.format = format;
    }

    static HalfWidth bfloat16() {
        return new HalfWidth(new Format() {
            @Override
            public short narrow(float value) {
                return toBfloat16(value);
            }

            @Override
            public float widen(short bits) {
                return Float.intBitsToFloat(bits << 16);
            }
        });
    }

    static HalfWidth float16() {
        return new HalfWidth(new Format() {
            @Override
            public short narrow(float value) {
                return toFloat16(value);
            }

            @Override
            public float widen(short bits) {
                return fromFloat16(bits);
            }
        });
    }

    /** To nearest, ties to even; a NaN stays one. */
    static short toBfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (value != value) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
    }

    /** IEEE 754 binary16, to nearest, ties to even; what is too large becomes infinite. */
    static short toFloat16(float value) {
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

    static float fromFloat16(short half) {
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

    private static float apply(Reduction reduction, float a, float b) {
        return reduction == Reduction.SUM ? a + b : Math.max(a, b);
    }

    @Override
    public int wireBytes() {
        return Short.BYTES;
    }

    @Override
    public void encode(ByteBuffer local, int localAt, ByteBuffer wire, int wireAt, int count) {
        for (int i = 0; i < count; i++) {
            wire.putShort(wireAt + 2 * i, format.narrow(local.getFloat(localAt + 4 * i)));
        }
    }

    @Override
    public void decode(ByteBuffer wire, int wireAt, ByteBuffer local, int localAt, int count) {
        for (int i = 0; i < count; i++) {
            local.putFloat(localAt + 4 * i, format.widen(wire.getShort(wireAt + 2 * i)));
        }
    }

    @Override
    public void reduce(Reduction reduction, ByteBuffer wire, int wireAt, ByteBuffer local, int localAt, int count) {
        for (int i = 0; i < count; i++) {
            float in = format.widen(wire.getShort(wireAt + 2 * i));
            local.putFloat(localAt + 4 * i, apply(reduction, in, local.getFloat(localAt + 4 * i)));
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
        for (int i = 0; i < count; i++) {
            float value = format.widen(in.getShort(inAt + 2 * i));
            out.putShort(outAt + 2 * i, format.narrow(apply(reduction, value, local.getFloat(localAt + 4 * i))));
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
        for (int i = 0; i < count; i++) {
            local.putFloat(localAt + 4 * i, format.widen(format.narrow(local.getFloat(localAt + 4 * i))));
        }
    }
}
