package io.lockstep.datasets.shards;

import io.lockstep.datasets.MalformedDatasetException;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * A shard on the local disk, of which blocks are read. It is opened for each of them: a thousand shards take no thousand file
 * handles, a reader that is interrupted closes nothing of others', and what is a few microseconds beside a block's 256 KiB buys
 * that a file which was deleted is missed at once.
 */
final class ShardFile {
    /** Length and checksum of the footer, and the magic bytes. */
    static final int TRAILER_BYTES = 16;

    private final Path path;
    private final long exampleBytes;
    private final long[] offsets;
    private final int[] examples;
    private final int[] crcs;

    private ShardFile(Path path, long exampleBytes, long[] offsets, int[] examples, int[] crcs) {
        this.path = path;
        this.exampleBytes = exampleBytes;
        this.offsets = offsets;
        this.examples = examples;
        this.crcs = crcs;
    }

    /**
     * Reads the footer.
     *
     * @param columns that it must have
     * @param footerCrc of the footer, by which it is the shard that was written
     * @throws MalformedDatasetException if the file is no shard, or is damaged
     */
    static ShardFile open(Path path, List<ShardColumn> columns, int footerCrc) throws IOException {
        try (var file = new RandomAccessFile(path.toFile(), "r")) {
            long length = file.length();
            if (length < ShardWriter.MAGIC.length + TRAILER_BYTES) {
                throw new MalformedDatasetException(path + " is no shard: it has only " + length + " bytes");
            }
            ByteBuffer trailer = ByteBuffer.wrap(read(file, length - TRAILER_BYTES, TRAILER_BYTES))
                    .order(ByteOrder.LITTLE_ENDIAN);
            int footerLength = trailer.getInt();
            int crc = trailer.getInt();
            byte[] magic = new byte[ShardWriter.MAGIC.length];
            trailer.get(magic);
            if (!Arrays.equals(magic, ShardWriter.MAGIC)
                    || footerLength < 0
                    || footerLength > length - TRAILER_BYTES - magic.length) {
                throw new MalformedDatasetException(path + " is no whole shard: its end is missing, or another file's");
            }
            byte[] footer = read(file, length - TRAILER_BYTES - footerLength, footerLength);
            if (crc(footer) != crc) {
                throw new MalformedDatasetException(path + " is damaged: its footer's checksum is wrong");
            }
            if (crc != footerCrc) {
                throw new MalformedDatasetException(path + " is another shard than " + ShardManifest.NAME + " names");
            }
            return parsed(path, ShardText.parse(footer, path.toString()), columns);
        }
    }

    private static ShardFile parsed(Path path, ShardText footer, List<ShardColumn> columns)
            throws MalformedDatasetException {
        if (!footer.columns().equals(columns)) {
            throw new MalformedDatasetException(
                    path + " belongs to another set: it has the columns " + footer.columns() + ", not " + columns);
        }
        List<String> blocks = footer.parts("blocks");
        long[] offsets = new long[blocks.size()];
        int[] examples = new int[blocks.size()];
        int[] crcs = new int[blocks.size()];
        for (int i = 0; i < offsets.length; i++) {
            String[] entry = blocks.get(i).split(":");
            offsets[i] = Long.parseLong(entry[0]);
            examples[i] = Integer.parseInt(entry[1]);
            crcs[i] = Integer.parseUnsignedInt(entry[2], 16);
        }
        return new ShardFile(path, ShardColumn.exampleBytes(columns), offsets, examples, crcs);
    }

    Path path() {
        return path;
    }

    int blocks() {
        return offsets.length;
    }

    int examples(int block) {
        return examples[block];
    }

    /**
     * A block's bytes, as they were written.
     *
     * @throws IOException naming the file
     */
    byte[] read(int block) throws IOException {
        byte[] bytes;
        try (var file = new RandomAccessFile(path.toFile(), "r")) {
            bytes = read(file, offsets[block], Math.toIntExact(exampleBytes * examples[block]));
        } catch (EOFException e) {
            throw new MalformedDatasetException(
                    path + " has become shorter: it ends within its block " + block + ", which begins at byte "
                            + offsets[block],
                    e);
        }
        if (crc(bytes) != crcs[block]) {
            throw new MalformedDatasetException(path + " is damaged: the checksum of its block " + block
                    + ", which begins at byte " + offsets[block] + ", is wrong");
        }
        return bytes;
    }

    private static byte[] read(RandomAccessFile file, long offset, int length) throws IOException {
        byte[] bytes = new byte[length];
        file.seek(offset);
        file.readFully(bytes);
        return bytes;
    }

    private static int crc(byte[] bytes) {
        var crc = new CRC32C();
        crc.update(bytes, 0, bytes.length);
        return (int) crc.getValue();
    }
}
