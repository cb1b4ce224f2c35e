package io.lockstep.datasets.storage;

import io.lockstep.datasets.MalformedDatasetException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * The members of a tar, one after the other: POSIX.1-1988 (ustar), with GNU's and pax's longer names. Before each lies a block
 * of 512 bytes:
 *
 * <pre>
 *   offset   0 name (100) | 124 size, octal (12) | 148 sum of the header's bytes, octal (8) | 156 type | 345 prefix (155)
 * </pre>
 *
 * <p>Names are told as they are and lead nowhere. One thread.
 */
public final class TarReader {
    private static final int BLOCK = 512;
    private static final int NAME_BYTES = 100;
    private static final int SIZE = 124;
    private static final int NUMBER_BYTES = 12;
    private static final int CHECKSUM = 148;
    private static final int CHECKSUM_BYTES = 8;
    private static final int TYPE = 156;
    private static final int PREFIX = 345;
    private static final int PREFIX_BYTES = 155;
    /** Of a name that has a member of its own. */
    private static final int LONGEST_NAME = 1 << 16;

    private final InputStream in;
    private final String path;
    private long position;
    private long left;
    private long padding;

    /**
     * A regular file in a tar.
     *
     * @param offset of its first byte in the tar
     */
    public record Member(String name, long offset, long bytes) {}

    /** @param path for messages */
    public TarReader(InputStream in, String path) {
        this.in = in;
        this.path = path;
    }

    /** The next regular file, past what was left of the last one; null after the last. */
    public Member next() throws IOException {
        String longName = null;
        while (true) {
            skip(left + padding);
            left = 0;
            padding = 0;
            byte[] header = new byte[BLOCK];
            int read = in.readNBytes(header, 0, BLOCK);
            position += read;
            if (read == 0 || read == BLOCK && header[0] == 0) {
                return null; // a block of zeros ends it
            }
            if (read < BLOCK) {
                throw truncated();
            }
            check(header);
            left = octal(header, SIZE, NUMBER_BYTES);
            padding = -left & (BLOCK - 1);
            char type = (char) header[TYPE];
            if (type == 'L' || type == 'x') {
                String content = text();
                longName = type == 'L' ? content.replace("\0", "") : paxPath(content, longName);
            } else if (type == '0' || type == 0) {
                return new Member(longName == null ? name(header) : longName, position, left);
            } else {
                longName = null; // it was a folder's, or a link's
            }
        }
    }

    /** What is left of the member that was handed out last; it has been looked at how long that is. */
    public byte[] content() throws IOException {
        byte[] content = in.readNBytes(Math.toIntExact(left));
        position += content.length;
        if (content.length < left) {
            throw truncated();
        }
        left = 0;
        return content;
    }

    private String text() throws IOException {
        if (left > LONGEST_NAME) {
            throw new MalformedDatasetException(path + " is no tar: it has a name of " + left + " bytes");
        }
        return new String(content(), StandardCharsets.UTF_8);
    }

    /** Of lines {@code LENGTH path=NAME}. */
    private static String paxPath(String lines, String otherwise) {
        return lines.lines()
                .filter(line -> line.matches("\\d+ path=.*"))
                .map(line -> line.replaceFirst("\\d+ path=", ""))
                .findFirst()
                .orElse(otherwise);
    }

    private void skip(long bytes) throws IOException {
        try {
            in.skipNBytes(bytes);
        } catch (EOFException e) {
            throw truncated();
        }
        position += bytes;
    }

    private MalformedDatasetException truncated() {
        return new MalformedDatasetException(
                path + " is truncated: it ends after " + position + " bytes, within a member or its header");
    }

    private void check(byte[] header) throws IOException {
        long sum = CHECKSUM_BYTES * ' '; // the checksum's own bytes count as spaces
        for (int i = 0; i < BLOCK; i++) {
            sum += i >= CHECKSUM && i < CHECKSUM + CHECKSUM_BYTES ? 0 : header[i] & 0xff;
        }
        if (sum != octal(header, CHECKSUM, CHECKSUM_BYTES)) {
            throw new MalformedDatasetException(
                    path + " is no tar, or damaged: the checksum of a header before byte " + position + " is wrong");
        }
    }

    private static String name(byte[] header) {
        boolean ustar = string(header, 257, 5).equals("ustar");
        String prefix = ustar ? string(header, PREFIX, PREFIX_BYTES) : "";
        String name = string(header, 0, NAME_BYTES);
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    private long octal(byte[] header, int offset, int length) throws MalformedDatasetException {
        String digits = string(header, offset, length).strip();
        if (!digits.matches("[0-7]{1,12}")) {
            throw new MalformedDatasetException(path + " is no tar, or damaged: a header before byte " + position
                    + " has no number where one belongs");
        }
        return Long.parseLong(digits, 8);
    }

    private static String string(byte[] header, int offset, int length) {
        int end = offset;
        while (end < offset + length && header[end] != 0) {
            end++;
        }
        return new String(header, offset, end - offset, StandardCharsets.UTF_8);
    }
}
