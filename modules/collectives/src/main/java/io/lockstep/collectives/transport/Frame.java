package io.lockstep.collectives.transport;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A flyweight over one frame: 64 bytes of header, then the payload, in memory that the transport owns.
 *
 * <pre>
 *  0        1        2        3        4                 8                12       14       16
 * +--------+--------+--------+--------+-----------------+-----------------+--------+--------+
 * | version|  kind  |reductn.|  wire  |     attempt     |      group      | sender |receiver|
 * +--------+--------+--------+--------+-----------------+-----------------+--------+--------+
 * | 16  sequence of the collective    | 24  elements of the collective                      |
 * +-----------------------------------+-----------------+-----------------------------------+
 * | 32  frame index  | 36 root | 38 algorithm, 39 zero  | 40 payload bytes | 44 CRC32C or 0 |
 * +------------------+---------+------------------------+------------------+----------------+
 * | 48  zero                                                                                |
 * +-----------------------------------------------------------------------------------------+
 * </pre>
 *
 * Fields are in native byte order: all ranks of a group have one architecture, which joining the group checks. The
 * payload starts on a cache line.
 */
public final class Frame {
    public static final int HEADER_BYTES = 64;
    public static final byte VERSION = 1;

    private static final int VERSION_AT = 0;
    private static final int CALL_AT = 0; // version, kind, reduction, wire as one int
    private static final int ATTEMPT_AT = 4;
    private static final int GROUP_AT = 8;
    private static final int SENDER_AT = 12;
    private static final int RECEIVER_AT = 14;
    private static final int SEQUENCE_AT = 16;
    private static final int ELEMENTS_AT = 24;
    private static final int INDEX_AT = 32;
    private static final int ROOT_AT = 36; // root and algorithm as one int
    private static final int PAYLOAD_BYTES_AT = 40;
    private static final int CHECKSUM_AT = 44;

    private ByteBuffer buffer;
    private int offset;

    /** Points this flyweight at a frame whose header starts at {@code offset}. */
    public Frame wrap(ByteBuffer memory, int at) {
        this.buffer = memory;
        this.offset = at;
        return this;
    }

    /** The memory that holds the frame; read and write it by absolute index only. */
    public ByteBuffer buffer() {
        return buffer;
    }

    public int headerOffset() {
        return offset;
    }

    public int payloadOffset() {
        return offset + HEADER_BYTES;
    }

    public int version() {
        return buffer.get(offset + VERSION_AT);
    }

    /** Version, kind, reduction and wire type, packed by {@link #packCall}. */
    public int call() {
        return buffer.getInt(offset + CALL_AT);
    }

    public int attempt() {
        return buffer.getInt(offset + ATTEMPT_AT);
    }

    public int group() {
        return buffer.getInt(offset + GROUP_AT);
    }

    public int sender() {
        return buffer.getShort(offset + SENDER_AT) & 0xFFFF;
    }

    public int receiver() {
        return buffer.getShort(offset + RECEIVER_AT) & 0xFFFF;
    }

    public long sequence() {
        return buffer.getLong(offset + SEQUENCE_AT);
    }

    public long elements() {
        return buffer.getLong(offset + ELEMENTS_AT);
    }

    /** Index of the frame among those of its sender to its receiver in this collective. */
    public int index() {
        return buffer.getInt(offset + INDEX_AT);
    }

    /** Root and algorithm, packed by {@link #packRoot}. */
    public int root() {
        return buffer.getInt(offset + ROOT_AT);
    }

    public int payloadBytes() {
        return buffer.getInt(offset + PAYLOAD_BYTES_AT);
    }

    public int checksum() {
        return buffer.getInt(offset + CHECKSUM_AT);
    }

    public void checksum(int crc) {
        buffer.putInt(offset + CHECKSUM_AT, crc);
    }

    /** Who sends to whom, in which group. */
    public void writeRoute(int attempt, int group, int sender, int receiver) {
        buffer.putInt(offset + ATTEMPT_AT, attempt);
        buffer.putInt(offset + GROUP_AT, group);
        buffer.putShort(offset + SENDER_AT, (short) sender);
        buffer.putShort(offset + RECEIVER_AT, (short) receiver);
    }

    /** Which collective this is a part of, and which part. */
    public void writeCall(int call, int root, long sequence, long elements, int index, int payloadBytes) {
        buffer.putInt(offset + CALL_AT, call);
        buffer.putInt(offset + ROOT_AT, root);
        buffer.putLong(offset + SEQUENCE_AT, sequence);
        buffer.putLong(offset + ELEMENTS_AT, elements);
        buffer.putInt(offset + INDEX_AT, index);
        buffer.putInt(offset + PAYLOAD_BYTES_AT, payloadBytes);
        buffer.putInt(offset + CHECKSUM_AT, 0);
        buffer.putLong(offset + 48, 0);
        buffer.putLong(offset + 56, 0);
    }

    /** The version and three ordinals as the four bytes at offset 0, whatever the byte order. */
    public static int packCall(int kind, int reduction, int wire) {
        int little = VERSION | kind << 8 | reduction << 16 | wire << 24;
        return ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? little : Integer.reverseBytes(little);
    }

    public static int packRoot(int root, int algorithm) {
        return root & 0xFFFF | algorithm << 16;
    }
}
