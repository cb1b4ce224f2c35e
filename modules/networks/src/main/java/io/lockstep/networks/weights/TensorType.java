package io.lockstep.networks.weights;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.Collectors;

/** The number formats of a safetensors file, by the names that it has for them. */
enum TensorType {
    F64(8, (bytes, at) -> (float) bytes.getDouble(at)),
    F32(4, ByteBuffer::getFloat),
    F16(2, (bytes, at) -> halfToFloat(bytes.getShort(at))),
    /** The upper half of a float32. */
    BF16(2, (bytes, at) -> Float.intBitsToFloat(bytes.getShort(at) << 16)),
    I64(8, ByteBuffer::getLong),
    I32(4, ByteBuffer::getInt),
    I16(2, ByteBuffer::getShort),
    I8(1, ByteBuffer::get),
    U64(8, (bytes, at) -> unsigned(bytes.getLong(at))),
    U32(4, (bytes, at) -> Integer.toUnsignedLong(bytes.getInt(at))),
    U16(2, (bytes, at) -> Short.toUnsignedInt(bytes.getShort(at))),
    U8(1, (bytes, at) -> Byte.toUnsignedInt(bytes.get(at))),
    BOOL(1, (bytes, at) -> bytes.get(at) == 0 ? 0 : 1);

    private final int bytes;
    private final Element element;

    /** Reads one number. */
    private interface Element {
        float at(ByteBuffer bytes, int position);
    }

    TensorType(int bytes, Element element) {
        this.bytes = bytes;
        this.element = element;
    }

    int bytes() {
        return bytes;
    }

    /**
     * Appends numbers as float32; those of more digits are rounded.
     *
     * @param from little-endian, a whole number of elements
     */
    void decode(ByteBuffer from, float[] into, int offset) {
        int count = from.remaining() / bytes;
        for (int i = 0; i < count; i++) {
            into[offset + i] = element.at(from, from.position() + i * bytes);
        }
    }

    /** @throws IllegalArgumentException listing those that can be read */
    static TensorType of(String name) {
        return Arrays.stream(values())
                .filter(type -> type.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("numbers of type '" + name + "', which is none of "
                        + Arrays.stream(values()).map(Enum::name).collect(Collectors.joining(", "))));
    }

    private static float unsigned(long value) {
        return value >= 0 ? value : 2 * (float) (value >>> 1 | value & 1); // the last bit kept, for the rounding
    }

    /** IEEE 754's binary16: 1 bit of sign, 5 of exponent, 10 of fraction. */
    private static float halfToFloat(short half) {
        int exponent = half >> 10 & 0x1f;
        int fraction = half & 0x3ff;
        float sign = half < 0 ? -1 : 1;
        if (exponent == 0) {
            return sign * fraction * 0x1p-24f;
        } else if (exponent == 0x1f) {
            return fraction == 0 ? sign * Float.POSITIVE_INFINITY : Float.NaN;
        }
        return sign * Math.scalb(1 + fraction * 0x1p-10f, exponent - 15);
    }
}
