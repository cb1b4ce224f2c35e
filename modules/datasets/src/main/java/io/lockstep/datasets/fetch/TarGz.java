package io.lockstep.datasets.fetch;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Takes named regular files out of a {@code .tar.gz} and nothing else. POSIX.1-1988 (ustar), one block of 512 bytes before
 * each member:
 *
 * <pre>
 *   offset   0 name (100) | 124 size, octal (12) | 148 sum of the header's bytes, octal (8) | 156 type | 345 prefix (155)
 * </pre>
 *
 * <p>A member's name only selects it: where it is written is decided here, by the name that was expected. Absolute names
 * and names with {@code ..} make the whole archive suspect and are refused.
 */
final class TarGz {
    private static final int BLOCK = 512;
    private static final int NAME = 0;
    private static final int NAME_BYTES = 100;
    private static final int SIZE = 124;
    private static final int SIZE_BYTES = 12;
    private static final int CHECKSUM = 148;
    private static final int CHECKSUM_BYTES = 8;
    private static final int TYPE = 156;
    private static final int PREFIX = 345;
    private static final int PREFIX_BYTES = 155;

    private final Path archive;
    private final List<String> members;
    private final long largestMemberBytes;

    /** @param members full names with {@code /}; their last parts differ */
    TarGz(Path archive, List<String> members, long largestMemberBytes) {
        this.archive = archive;
        this.members = members;
        this.largestMemberBytes = largestMemberBytes;
    }

    /** Writes each member into {@code folder}, under the last part of its name. */
    void unpack(Path folder) throws IOException {
        Set<String> missing = new HashSet<>(members);
        try (InputStream in = new BufferedInputStream(new GZIPInputStream(Files.newInputStream(archive), 1 << 16))) {
            byte[] header = new byte[BLOCK];
            // bounds the work as well: members and as many others, each at the limit
            for (int seen = 0; !missing.isEmpty() && readHeader(in, header); seen++) {
                if (seen > 2 * members.size() + 16) {
                    throw malformed("it holds more members than expected");
                }
                long size = size(header);
                String name = name(header);
                if (isRegular(header) && missing.remove(name)) {
                    copy(in, size, folder.resolve(name.substring(name.lastIndexOf('/') + 1)));
                } else {
                    in.skipNBytes(size);
                }
                in.skipNBytes(-size & (BLOCK - 1));
            }
        } catch (EOFException | ZipException e) {
            throw new FetchException(archive + " is no whole .tar.gz: " + e.getMessage(), e);
        }
        if (!missing.isEmpty()) {
            throw malformed("it lacks " + missing.stream().sorted().toList());
        }
    }

    private boolean readHeader(InputStream in, byte[] header) throws IOException {
        int read = in.readNBytes(header, 0, BLOCK);
        if (read == 0 || header[NAME] == 0) {
            return false; // a block of zeros ends an archive
        }
        if (read < BLOCK) {
            throw new EOFException("it ends within a header");
        }
        long sum = CHECKSUM_BYTES * ' '; // the checksum's own bytes count as spaces
        for (int i = 0; i < BLOCK; i++) {
            sum += i >= CHECKSUM && i < CHECKSUM + CHECKSUM_BYTES ? 0 : header[i] & 0xff;
        }
        if (sum != octal(header, CHECKSUM, CHECKSUM_BYTES)) {
            throw malformed("a header's checksum is wrong");
        }
        return true;
    }

    private String name(byte[] header) throws FetchException {
        String prefix = text(header, PREFIX, PREFIX_BYTES);
        String name = text(header, NAME, NAME_BYTES);
        String full = prefix.isEmpty() ? name : prefix + "/" + name;
        boolean absolute = full.startsWith("/") || full.contains("\\") || full.contains(":");
        if (absolute || List.of(full.split("/")).contains("..")) {
            throw malformed("it holds a member outside its folder, '" + full + "'");
        }
        return full;
    }

    private long size(byte[] header) throws FetchException {
        long size = octal(header, SIZE, SIZE_BYTES);
        if (size > largestMemberBytes) {
            throw malformed("it holds a member of " + size + " bytes; " + largestMemberBytes + " are the most");
        }
        return size;
    }

    private static boolean isRegular(byte[] header) {
        return header[TYPE] == '0' || header[TYPE] == 0;
    }

    private void copy(InputStream in, long size, Path to) throws IOException {
        byte[] chunk = new byte[1 << 16];
        try (OutputStream out = Files.newOutputStream(to)) {
            for (long left = size; left > 0; ) {
                int read = in.readNBytes(chunk, 0, (int) Math.min(left, chunk.length));
                if (read == 0) {
                    throw new EOFException("it ends within " + to.getFileName());
                }
                out.write(chunk, 0, read);
                left -= read;
            }
        }
    }

    private long octal(byte[] header, int offset, int length) throws FetchException {
        String digits = text(header, offset, length).strip();
        if (!digits.matches("[0-7]{1,11}")) {
            throw malformed("a header holds '" + digits + "' where a number belongs");
        }
        return Long.parseLong(digits, 8);
    }

    private static String text(byte[] header, int offset, int length) {
        int end = offset;
        while (end < offset + length && header[end] != 0) {
            end++;
        }
        return new String(header, offset, end - offset, StandardCharsets.ISO_8859_1);
    }

    private FetchException malformed(String what) {
        return new FetchException(archive + " is not the archive expected: " + what);
    }
}
