package io.lockstep.datasets.pictures;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * A PNG as a sequence of chunks, whose checksums Java's decoder does not look at (W3C, "Portable Network Graphics
 * Specification", section 5.3):
 *
 * <pre>
 *   signature, 8 bytes | length of the data, 4 | type, 4 | data | CRC of type and data, 4 | ... | IEND
 * </pre>
 */
final class PngFile {
    private static final int SIGNATURE_BYTES = 8;
    /** Of a chunk beside its data. */
    private static final int FRAME_BYTES = 12;

    private PngFile() {}

    /**
     * Sees that the file is whole.
     *
     * @return what it says of its orientation
     */
    static Orientation examine(byte[] file) throws PictureException {
        ByteBuffer in = ByteBuffer.wrap(file).position(SIGNATURE_BYTES);
        Orientation orientation = Orientation.UPRIGHT;
        while (in.remaining() >= FRAME_BYTES) {
            long length = Integer.toUnsignedLong(in.getInt());
            if (length + FRAME_BYTES - Integer.BYTES > in.remaining()) {
                break;
            }
            int start = in.position();
            int end = start + Integer.BYTES + (int) length;
            String type = new String(file, start, Integer.BYTES, StandardCharsets.ISO_8859_1);
            var crc = new CRC32();
            crc.update(file, start, end - start);
            if ((int) crc.getValue() != in.getInt(end)) {
                throw new PictureException("is a damaged PNG: the checksum of its " + type + " chunk is wrong");
            }
            if (type.equals("eXIf")) {
                orientation = Orientation.of(in.slice(start + Integer.BYTES, (int) length));
            }
            if (type.equals("IEND")) {
                return orientation;
            }
            in.position(end + Integer.BYTES);
        }
        throw new PictureException("is a truncated PNG: it ends after " + file.length + " bytes");
    }
}
