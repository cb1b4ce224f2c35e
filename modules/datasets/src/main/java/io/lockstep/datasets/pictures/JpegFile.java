package io.lockstep.datasets.pictures;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The segments of a JPEG before its samples (ITU T.81, annex B):
 *
 * <pre>
 *   ff d8 | ff, marker, length of 2 bytes (with themselves), data | ... | ff da, samples to the end
 * </pre>
 *
 * @param orientation by its Exif segment
 * @param height of what was written
 * @param width of what was written
 * @param components 1 (grey) or 3
 * @param samples where they begin in the content
 * @param content the file without its colour profile, which would change the numbers
 */
record JpegFile(Orientation orientation, int height, int width, int components, int samples, byte[] content) {
    private static final int START_OF_SAMPLES = 0xda;
    private static final int APP1 = 0xe1;
    private static final int APP2 = 0xe2;
    private static final byte[] EXIF = "Exif\0\0".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PROFILE = "ICC_PROFILE\0".getBytes(StandardCharsets.US_ASCII);
    private static final int CMYK_COMPONENTS = 4;
    private static final int END = 0xd9;
    /** Precision, height of 2 bytes, width of 2 bytes, components. */
    private static final int FRAME_BYTES = 6;

    /** @throws PictureException for a kind of JPEG that is not read */
    static JpegFile examine(byte[] file) throws PictureException {
        ByteBuffer in = ByteBuffer.wrap(file);
        var content = new ByteArrayOutputStream(file.length);
        content.write(file, 0, 2);
        Orientation orientation = Orientation.UPRIGHT;
        ByteBuffer frame = ByteBuffer.allocate(FRAME_BYTES);
        int at = 2;
        while (at + 4 <= file.length) {
            int marker = file[at + 1] & 0xff;
            if ((file[at] & 0xff) != 0xff) {
                throw new PictureException("is a damaged JPEG: no marker at byte " + at);
            }
            if (marker == 0xff) { // a filling byte
                at++;
                continue;
            }
            int end = at + 2 + Short.toUnsignedInt(in.getShort(at + 2));
            if (end > file.length) {
                break;
            }
            byte[] data = Arrays.copyOfRange(file, Math.min(at + 4, end), end);
            if (isFrame(marker)) {
                requireReadable(data);
                frame.put(0, data, 0, FRAME_BYTES);
            } else if (marker == APP1 && startsWith(data, EXIF)) {
                orientation = Orientation.of(ByteBuffer.wrap(data, EXIF.length, data.length - EXIF.length));
            }
            if (marker != APP2 || !startsWith(data, PROFILE)) {
                content.write(file, at, end - at);
            }
            at = end;
            if (marker == START_OF_SAMPLES) {
                int samples = content.size();
                content.write(file, at, file.length - at);
                return new JpegFile(
                        orientation,
                        Short.toUnsignedInt(frame.getShort(1)),
                        Short.toUnsignedInt(frame.getShort(3)),
                        frame.get(5),
                        samples,
                        content.toByteArray());
            }
        }
        throw new PictureException("is a truncated JPEG: it ends after " + file.length + " bytes, before its samples");
    }

    /**
     * Sees that the samples have an end, without decoding them: within them, 0xff is never followed by the mark of the end.
     *
     * @throws PictureException if the file breaks off before
     */
    void requireEnd() throws PictureException {
        for (int at = content.length - 2; at >= samples; at--) { // the end is where it is looked for first
            if ((content[at] & 0xff) == 0xff && (content[at + 1] & 0xff) == END) {
                return;
            }
        }
        throw new PictureException("is a truncated JPEG: its samples break off");
    }

    /** SOF0 to SOF15, without the three of these numbers that are something else. */
    private static boolean isFrame(int marker) {
        return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    }

    /** @param frame precision, height of 2 bytes, width of 2 bytes, components */
    private static void requireReadable(byte[] frame) throws PictureException {
        if (frame.length < FRAME_BYTES) {
            throw new PictureException("is a damaged JPEG: its frame header has " + frame.length + " bytes");
        }
        if (frame[0] != 8) {
            throw new PictureException("is a JPEG of " + frame[0] + " bits a sample; 8 are read: convert it to PNG");
        }
        if (frame[5] == CMYK_COMPONENTS) {
            throw new PictureException(
                    "is a JPEG in CMYK, the colours of printing, whose way to RGB depends on the inks:"
                            + " convert it, for instance by ImageMagick's convert IN.jpg -colorspace sRGB OUT.png");
        }
        if (frame[5] != 1 && frame[5] != 3) {
            throw new PictureException("is a JPEG of " + frame[5] + " components; 1 (grey) and 3 (colour) are read");
        }
    }

    private static boolean startsWith(byte[] data, byte[] beginning) {
        return data.length >= beginning.length
                && Arrays.equals(data, 0, beginning.length, beginning, 0, beginning.length);
    }
}
