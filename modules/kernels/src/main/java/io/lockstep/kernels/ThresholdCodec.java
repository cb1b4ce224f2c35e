package io.lockstep.kernels;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Threshold encoding (Strom 2015): of a vector of residuals, the elements whose magnitude reaches a threshold are sent as
 * plus or minus that threshold, and what was sent is taken off the residual.
 *
 * <pre>
 *   sparse   an int an element sent:       | sign, 1 bit: 1 is minus | index, 31 bits |
 *   bitmap   an int for 16 elements:       | minus, 16 bits          | plus, 16 bits  |   bit i: element i of the 16
 * </pre>
 *
 * <p>Sparse is the shorter one while at most one element in {@value #ELEMENTS_A_WORD} is sent ({@link #isSparse}).
 *
 * <p>Subtracting is exact, so that nothing is lost: with a threshold from {@link #exact} and magnitudes below 2^16
 * thresholds, the residual before equals what was sent plus the residual after, bit for bit.
 *
 * <p>Vectors are as in {@link FlatVectors}; messages are direct buffers in native order, from position 0. All methods run
 * on the calling thread.
 */
public abstract sealed class ThresholdCodec permits ScalarThresholdCodec, SimdThresholdCodec {
    /** Elements that an int of a bitmap stands for. */
    public static final int ELEMENTS_A_WORD = 16;

    private static final int SIGN = 0x8000_0000;
    private static final int SIGNIFICAND_BITS_DROPPED = 16;

    private static final ThresholdCodec FASTEST =
            VectorModule.isUsed() ? new SimdThresholdCodec() : new ScalarThresholdCodec();

    ThresholdCodec() {}

    /** The Vector API's where the JVM has it, otherwise plain loops. */
    public static ThresholdCodec get() {
        return FASTEST;
    }

    /** The threshold with 8 significant bits that is next to this one, towards zero. */
    public static float exact(float threshold) {
        return Float.intBitsToFloat(
                Float.floatToRawIntBits(threshold) >>> SIGNIFICAND_BITS_DROPPED << SIGNIFICAND_BITS_DROPPED);
    }

    /** Whether so many elements of a vector are sent one by one rather than as a bitmap. */
    public static boolean isSparse(int count, int elements) {
        return count <= elements / ELEMENTS_A_WORD;
    }

    /** Bytes of a message that sends {@code count} elements of a vector. */
    public static int messageBytes(int count, int elements) {
        int words = isSparse(count, elements) ? count : (elements + ELEMENTS_A_WORD - 1) / ELEMENTS_A_WORD;
        return words * Integer.BYTES;
    }

    /** How many elements reach the threshold. */
    public abstract int count(ByteBuffer residual, float threshold);

    /**
     * Writes the message, and takes what it sends off the residual.
     *
     * @param count what {@link #count} found
     * @param message with room for {@link #messageBytes}
     */
    public final void encode(ByteBuffer residual, float threshold, int count, ByteBuffer message) {
        if (isSparse(count, elements(residual))) {
            encodeSparse(residual, threshold, message);
        } else {
            encodeBitmap(residual, threshold, message);
        }
    }

    /**
     * Adds what a message sends to a vector.
     *
     * @param offset of the message in the buffer, bytes
     * @throws IllegalArgumentException if the message names an element that the vector does not have
     */
    public final void add(ByteBuffer message, int offset, int count, float threshold, ByteBuffer target) {
        if (isSparse(count, elements(target))) {
            addSparse(message, offset, count, threshold, target);
        } else {
            addBitmap(message, offset, threshold, target);
        }
    }

    abstract void encodeSparse(ByteBuffer residual, float threshold, ByteBuffer message);

    /**
     * Encodes some elements one by one.
     *
     * @param at byte of the message to go on at
     * @return the byte after the last one written
     */
    static int encodeRange(ByteBuffer residual, int start, int end, float threshold, ByteBuffer message, int at) {
        int next = at;
        for (int i = start; i < end; i++) {
            float value = residual.getFloat(i * Float.BYTES);
            if (Math.abs(value) >= threshold) {
                boolean minus = value < 0;
                residual.putFloat(i * Float.BYTES, minus ? value + threshold : value - threshold);
                message.putInt(next, minus ? i | SIGN : i);
                next += Integer.BYTES;
            }
        }
        return next;
    }

    private static void encodeBitmap(ByteBuffer residual, float threshold, ByteBuffer message) {
        int elements = elements(residual);
        for (int start = 0, at = 0; start < elements; start += ELEMENTS_A_WORD, at += Integer.BYTES) {
            int word = 0;
            for (int i = 0; i < Math.min(ELEMENTS_A_WORD, elements - start); i++) {
                int position = (start + i) * Float.BYTES;
                float value = residual.getFloat(position);
                if (value >= threshold) {
                    word |= 1 << i;
                    residual.putFloat(position, value - threshold);
                } else if (value <= -threshold) {
                    word |= 1 << (i + ELEMENTS_A_WORD);
                    residual.putFloat(position, value + threshold);
                }
            }
            message.putInt(at, word);
        }
    }

    private static void addSparse(ByteBuffer message, int offset, int count, float threshold, ByteBuffer target) {
        int elements = elements(target);
        for (int at = offset; at < offset + count * Integer.BYTES; at += Integer.BYTES) {
            int entry = message.getInt(at);
            int index = entry & ~SIGN;
            if (index >= elements) {
                throw new IllegalArgumentException("a message sends element " + index + " of " + elements);
            }
            int position = index * Float.BYTES;
            target.putFloat(position, target.getFloat(position) + (entry < 0 ? -threshold : threshold));
        }
    }

    private static void addBitmap(ByteBuffer message, int offset, float threshold, ByteBuffer target) {
        int elements = elements(target);
        for (int start = 0, at = offset; start < elements; start += ELEMENTS_A_WORD, at += Integer.BYTES) {
            int word = message.getInt(at);
            for (int i = 0; word != 0 && i < Math.min(ELEMENTS_A_WORD, elements - start); i++) {
                int sign = (word >>> i & 1) - (word >>> (i + ELEMENTS_A_WORD) & 1);
                int position = (start + i) * Float.BYTES;
                target.putFloat(position, target.getFloat(position) + sign * threshold);
            }
        }
    }

    static int elements(ByteBuffer floats) {
        if (!floats.isDirect() || floats.order() != ByteOrder.nativeOrder() || floats.position() != 0) {
            throw new IllegalArgumentException("a vector is direct, in native order, from position 0: " + floats);
        }
        return floats.limit() / Float.BYTES;
    }
}
