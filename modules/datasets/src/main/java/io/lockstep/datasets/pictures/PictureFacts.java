package io.lockstep.datasets.pictures;

import java.nio.ByteBuffer;

/**
 * What a file says of its picture, without decoding it.
 *
 * @param height of the upright picture
 * @param width of the upright picture
 * @param isGrey whether it has no colours, whatever its pixels show
 */
public record PictureFacts(int height, int width, boolean isGrey) {
    private static final int PNG_HEADER = 16; // signature, length, "IHDR"; then width, height, bits, colour type
    private static final int PNG_HEADER_END = PNG_HEADER + 13;
    private static final int PNG_COLOUR_TYPE = PNG_HEADER + 9;
    private static final int PNG_PALETTE_BIT = 1;
    private static final int PNG_COLOUR_BIT = 2;

    /**
     * Sees that a file is a picture and is whole, as far as that can be seen without decoding it.
     *
     * @throws PictureException saying what is wrong with it
     */
    public static PictureFacts of(byte[] file) throws PictureException {
        return switch (PictureFormat.of(file)) {
            case PNG -> ofPng(file, PngFile.examine(file));
            case JPEG -> ofJpeg(file);
        };
    }

    private static PictureFacts ofPng(byte[] file, Orientation orientation) throws PictureException {
        if (file.length < PNG_HEADER_END) {
            throw new PictureException("is a damaged PNG: it has no header");
        }
        ByteBuffer in = ByteBuffer.wrap(file);
        int width = in.getInt(PNG_HEADER);
        int height = in.getInt(PNG_HEADER + Integer.BYTES);
        boolean isGrey = (file[PNG_COLOUR_TYPE] & (PNG_PALETTE_BIT | PNG_COLOUR_BIT)) == 0;
        return upright(width, height, orientation, isGrey);
    }

    private static PictureFacts ofJpeg(byte[] file) throws PictureException {
        JpegFile jpeg = JpegFile.examine(file);
        jpeg.requireEnd();
        return upright(jpeg.width(), jpeg.height(), jpeg.orientation(), jpeg.components() == 1);
    }

    private static PictureFacts upright(int width, int height, Orientation orientation, boolean isGrey) {
        return orientation.isOnItsSide()
                ? new PictureFacts(width, height, isGrey)
                : new PictureFacts(height, width, isGrey);
    }
}
