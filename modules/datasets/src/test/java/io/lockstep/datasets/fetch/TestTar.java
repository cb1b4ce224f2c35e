package io.lockstep.datasets.fetch;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;

/** Writes archives, well-formed or not, that nobody's tar would. */
public final class TestTar {
    private final ByteArrayOutputStream blocks = new ByteArrayOutputStream();

    public TestTar file(String name, byte[] content) throws IOException {
        return member(name, '0', content.length, content);
    }

    /** @param size as the header says, whatever the content is */
    TestTar member(String name, char type, long size, byte[] content) throws IOException {
        byte[] header = new byte[512];
        put(header, 0, name);
        put(header, 100, "0000644\0");
        put(header, 124, String.format(Locale.ROOT, "%011o\0", size));
        put(header, 136, "00000000000\0");
        put(header, 148, "        ");
        header[156] = (byte) type;
        put(header, 257, "ustar\00000");
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        put(header, 148, String.format(Locale.ROOT, "%06o\0 ", sum));
        blocks.write(header);
        blocks.write(content);
        blocks.write(new byte[-content.length & 511]);
        return this;
    }

    TestTar garbage() throws IOException {
        byte[] block = new byte[512];
        block[0] = 'x';
        blocks.write(block);
        return this;
    }

    /** As a plain tar. */
    public byte[] bytes() {
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(blocks.toByteArray());
        bytes.writeBytes(new byte[1024]);
        return bytes.toByteArray();
    }

    public byte[] gzip() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(bytes)) {
            blocks.writeTo(out);
            out.write(new byte[1024]);
        }
        return bytes.toByteArray();
    }

    private static void put(byte[] header, int offset, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(bytes, 0, header, offset, bytes.length);
    }
}
