package io.lockstep.datasets.pictures;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * How a camera was held, by Exif's tag 0x0112: where the pixel of an upright picture is among those that were written.
 *
 * @param tag 1: as it was written; 2, 3, 4: mirrored left to right, turned by 180 degrees, mirrored top to bottom; 5 to 8: rows
 *     and columns exchanged too
 */
record Orientation(int tag) {
    static final Orientation UPRIGHT = new Orientation(1);

    private static final int TAG = 0x0112;
    private static final int TIFF_HEADER_BYTES = 8;
    private static final int ENTRY_BYTES = 12;
    private static final int SHORT = 3;

    /** @param tiff what follows Exif's name, a TIFF file without a picture; upright where it does not say */
    static Orientation of(ByteBuffer tiff) {
        if (tiff.remaining() < TIFF_HEADER_BYTES) {
            return UPRIGHT;
        }
        ByteBuffer in = tiff.slice();
        in.order(in.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        long folder = Integer.toUnsignedLong(in.getInt(4));
        if (folder + Short.BYTES > in.limit()) {
            return UPRIGHT;
        }
        int entries = Short.toUnsignedInt(in.getShort((int) folder));
        for (int i = 0; i < entries; i++) {
            long entry = folder + Short.BYTES + (long) i * ENTRY_BYTES; // tag, type, count of 4 bytes, value
            if (entry + ENTRY_BYTES > in.limit()) {
                return UPRIGHT;
            }
            int at = (int) entry;
            if (Short.toUnsignedInt(in.getShort(at)) == TAG && in.getShort(at + 2) == SHORT) {
                int value = in.getShort(at + 8);
                return value >= 1 && value <= 8 ? new Orientation(value) : UPRIGHT;
            }
        }
        return UPRIGHT;
    }

    /** Whether the upright picture is as wide as what was written is high. */
    boolean isOnItsSide() {
        return tag >= 5;
    }

    /**
     * The place of an upright pixel in what was written, row by row.
     *
     * @param width of what was written
     * @param height of what was written
     */
    int placeOf(int x, int y, int width, int height) {
        int left = isOnItsSide() ? y : x; // distances from the written picture's corner that is the upright one's
        int top = isOnItsSide() ? x : y;
        boolean fromTheRight = tag == 2 || tag == 3 || tag == 7 || tag == 8;
        boolean fromBelow = tag == 3 || tag == 4 || tag == 6 || tag == 7;
        int column = fromTheRight ? width - 1 - left : left;
        int row = fromBelow ? height - 1 - top : top;
        return row * width + column;
    }
}
