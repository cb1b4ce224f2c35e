package io.lockstep.datasets.pictures;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;

/** PNG files by hand, so that nothing of Java's own stands between the numbers and the file. */
final class WrittenPng {
    static final int GREY = 0;
    static final int RGB = 2;
    static final int PALETTE = 3;
    static final int GREY_ALPHA = 4;
    static final int RGB_ALPHA = 6;

    private final ByteArrayOutputStream file = new ByteArrayOutputStream();

    WrittenPng(int width, int height, int bits, int colourType) {
        file.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
        chunk(
                "IHDR",
                ByteBuffer.allocate(13)
                        .putInt(width)
                        .putInt(height)
                        .put((byte) bits)
                        .put((byte) colourType)
                        .array());
    }

    WrittenPng chunk(String type, byte[] data) {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        var crc = new CRC32();
        crc.update(name);
        crc.update(data);
        file.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
        file.writeBytes(name);
        file.writeBytes(data);
        file.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
        return this;
    }

    /** Samples of 1, 2, 4, 8 or 16 bits, row by row. */
    byte[] end(int rows, int bits, int... samples) {
        var packed = new ByteArrayOutputStream();
        try (var zlib = new DeflaterOutputStream(packed)) {
            int inRow = samples.length / rows;
            for (int row = 0; row < rows; row++) {
                byte[] line = new byte[1 + (inRow * bits + 7) / 8]; // the first: no filter
                for (int i = 0; i < inRow; i++) {
                    int sample = samples[row * inRow + i];
                    if (bits == 16) {
                        line[1 + 2 * i] = (byte) (sample >> 8);
                        line[2 + 2 * i] = (byte) sample;
                    } else {
                        line[1 + i * bits / 8] |= (byte) (sample << 8 - bits - i * bits % 8);
                    }
                }
                zlib.write(line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return chunk("IDAT", packed.toByteArray())
                .chunk("IEND", new byte[0])
                .file
                .toByteArray();
    }
}
