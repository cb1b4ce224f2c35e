package io.lockstep.datasets.storage;

import io.lockstep.datasets.DatasetNotFoundException;
import io.lockstep.datasets.MalformedDatasetException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * A file of a data set whose length is known from its folder's listing.
 *
 * @param bytes as stored: compressed where the name ends in {@code .gz}
 */
public record BinaryFile(String path, long bytes) {
    /** Deflate's greatest ratio: 258 bytes of two bits. */
    private static final long GZIP_LARGEST_RATIO = 1032;

    public static BinaryFile find(String folder, String name, Map<String, Storage.Entry> files)
            throws DatasetNotFoundException {
        Storage.Entry entry = files.get(name);
        if (entry == null || entry.isFolder()) {
            throw new DatasetNotFoundException(Storage.join(folder, name) + " is missing");
        }
        return new BinaryFile(Storage.join(folder, name), entry.bytes());
    }

    public boolean compressed() {
        return path.endsWith(".gz");
    }

    /** The most content that the file can hold. */
    public long contentLimit() {
        return compressed() ? Math.multiplyExact(bytes, GZIP_LARGEST_RATIO) : bytes;
    }

    /** Opens the content at a byte of it, uncompressed. */
    public Content openAt(Storage storage, long offset) throws IOException {
        InputStream raw = storage.open(path);
        try {
            var content = new Content(new BufferedInputStream(plain(raw), 1 << 16));
            content.skip(offset);
            return content;
        } catch (IOException | RuntimeException e) {
            raw.close();
            throw e;
        }
    }

    private InputStream plain(InputStream raw) throws IOException {
        if (!compressed()) {
            return raw;
        }
        try {
            return new GZIPInputStream(raw, 1 << 16);
        } catch (EOFException e) {
            throw new MalformedDatasetException(path + " is no gzip file: it has only " + bytes + " bytes", e);
        } catch (ZipException e) {
            throw new MalformedDatasetException(path + " is no gzip file: " + e.getMessage(), e);
        }
    }

    /** Reads wholly or says how far it came. */
    public final class Content implements AutoCloseable {
        private final InputStream in;
        private long position;

        private Content(InputStream in) {
            this.in = in;
        }

        public void read(byte[] into, int offset, int length) throws IOException {
            int read = readUpTo(into, offset, length);
            if (read < length) {
                throw MalformedDatasetException.truncated(path, position + length, position + read);
            }
            position += length;
        }

        private int readUpTo(byte[] into, int offset, int length) throws IOException {
            try {
                return in.readNBytes(into, offset, length);
            } catch (EOFException e) {
                throw new MalformedDatasetException(
                        path + " is truncated: its gzip stream breaks off after " + position + " bytes of content", e);
            } catch (ZipException e) {
                throw new MalformedDatasetException(
                        path + " is corrupt: " + e.getMessage() + " after " + position + " bytes of content", e);
            }
        }

        /** Sees that the content ends here; of a gzip file, that its checksum is right too. */
        public void requireEnd() throws IOException {
            if (readUpTo(new byte[1], 0, 1) > 0) {
                throw new MalformedDatasetException(path + " is too long: expected " + position + " bytes"
                        + (compressed() ? " of content" : "") + ", and more follow");
            }
        }

        /** Reads so many bytes and keeps none of them. */
        public void readThrough(long length) throws IOException {
            byte[] some = new byte[1 << 16];
            for (long left = length; left > 0; left -= some.length) {
                read(some, 0, (int) Math.min(some.length, left));
            }
        }

        /** A big-endian number. */
        public int readInt() throws IOException {
            byte[] four = new byte[4];
            read(four, 0, 4);
            return (four[0] & 0xff) << 24 | (four[1] & 0xff) << 16 | (four[2] & 0xff) << 8 | four[3] & 0xff;
        }

        public void skip(long length) throws IOException {
            try {
                in.skipNBytes(length);
            } catch (EOFException e) {
                throw new MalformedDatasetException(
                        path + " is truncated: it ends before byte " + (position + length), e);
            } catch (ZipException e) {
                throw new MalformedDatasetException(path + " is corrupt: " + e.getMessage(), e);
            }
            position += length;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
