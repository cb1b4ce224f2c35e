package io.lockstep.datasets.images.archives;

import java.util.Arrays;
import java.util.function.Consumer;

/** A protocol buffer: fields of numbers and of lengths. */
record Message(byte[] buffer, int start, int end) {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH = 2;
    private static final int FIXED32 = 5;

    @FunctionalInterface
    interface FieldListener {
        void on(int field, Message content);
    }

    byte[] bytes() {
        return Arrays.copyOfRange(buffer, start, end);
    }

    /**
     * Tells each field that has a length; others are passed over.
     *
     * @throws IllegalArgumentException if the message ends within a field
     */
    void each(FieldListener listener) {
        Cursor cursor = new Cursor();
        while (cursor.at < end) {
            long tag = cursor.varint();
            int length = cursor.length((int) (tag & 7));
            if ((tag & 7) == LENGTH) {
                listener.on((int) (tag >>> 3), new Message(buffer, cursor.at, cursor.at + length));
            }
            cursor.at += length;
        }
    }

    /** Tells the numbers of field 1, packed or not. */
    void eachNumber(Consumer<Long> listener) {
        Cursor cursor = new Cursor();
        while (cursor.at < end) {
            long tag = cursor.varint();
            if (tag == (1 << 3 | VARINT)) {
                listener.accept(cursor.varint());
                continue;
            }
            int length = cursor.length((int) (tag & 7));
            if (tag == (1 << 3 | LENGTH)) {
                int last = cursor.at + length;
                while (cursor.at < last) {
                    listener.accept(cursor.varint());
                }
            } else {
                cursor.at += length;
            }
        }
    }

    private final class Cursor {
        private int at = start;

        long varint() {
            long value = 0;
            for (int shift = 0; shift < 64; shift += 7) {
                if (at >= end) {
                    throw new IllegalArgumentException("it ends within a number");
                }
                byte next = buffer[at++];
                value |= (long) (next & 0x7f) << shift;
                if (next >= 0) {
                    return value;
                }
            }
            throw new IllegalArgumentException("it has a number of more than 64 bits");
        }

        /** Bytes of what follows; a number's are passed. */
        int length(int type) {
            long length =
                    switch (type) {
                        case VARINT -> {
                            varint();
                            yield 0;
                        }
                        case FIXED64 -> Long.BYTES;
                        case FIXED32 -> Integer.BYTES;
                        case LENGTH -> varint();
                        default -> throw new IllegalArgumentException("it has a field of type " + type);
                    };
            if (length < 0 || length > end - at) {
                throw new IllegalArgumentException(
                        "it has a field of " + length + " bytes, and " + (end - at) + " are left");
            }
            return (int) length;
        }
    }
}
