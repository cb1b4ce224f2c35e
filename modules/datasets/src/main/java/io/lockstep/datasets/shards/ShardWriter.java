package io.lockstep.datasets.shards;

import io.lockstep.datasets.Field;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;

/**
 * Writes a shard, example by example; the package says how it looks. One thread.
 *
 * <pre>{@code
 * try (var writer = new ShardWriter(storage.create(ShardSet.shard(folder, Split.TRAIN, 3)), columns)) {
 *     for (Row row : rows) {
 *         writer.floats(0, row.features());
 *         writer.ints(1, row.label());
 *         writer.endExample();
 *     }
 *     summaries.add(writer.finish());           // without it the file is no shard
 * }
 * }</pre>
 */
public final class ShardWriter implements AutoCloseable {
    /** At the beginning and at the end of every shard. */
    static final byte[] MAGIC = "LKSHARD1".getBytes(StandardCharsets.US_ASCII);
    /** Bytes of a block, more or less: short enough to read one for a few examples, long enough for a disk. */
    static final int BLOCK_BYTES = 256 << 10;

    private static final int MOST_CLASSES = 1 << 20;

    /** A block, as the footer lists it. */
    record BlockEntry(long offset, int examples, int crc) {}

    private final OutputStream out;
    private final List<ShardColumn> columns;
    private final int examplesOfBlock;
    /** Of the block that is being filled, a buffer a column. */
    private final List<ByteBuffer> filling = new ArrayList<>();

    private final boolean[] given;
    private final MessageDigest sha256 = ShardManifest.newSha256();
    private final List<BlockEntry> blocks = new ArrayList<>();
    private final List<ColumnStatistics> statistics;
    private long[] labelCounts = new long[16];
    private int classes;
    private long bytes;
    private int examples;
    private int examplesBefore;
    private boolean finished;

    /**
     * @param out closed by {@link #close}
     * @param columns of every example; how they are numbered from 0 on
     */
    public ShardWriter(OutputStream out, List<ShardColumn> columns) throws IOException {
        requireNamesThatDiffer(columns);
        this.out = out;
        this.columns = List.copyOf(columns);
        this.given = new boolean[columns.size()];
        long exampleBytes = Math.max(1, ShardColumn.exampleBytes(columns));
        examplesOfBlock = (int) Math.max(1, BLOCK_BYTES / exampleBytes);
        for (ShardColumn column : columns) {
            filling.add(ByteBuffer.allocate(Math.multiplyExact(column.exampleBytes(), examplesOfBlock))
                    .order(ByteOrder.LITTLE_ENDIAN));
        }
        statistics = columns.stream().map(ColumnStatistics::of).toList();
        write(MAGIC, MAGIC.length);
    }

    /** With every field stored as it is. */
    public static ShardWriter ofFields(OutputStream out, List<Field> fields) throws IOException {
        return new ShardWriter(out, ShardColumn.of(fields));
    }

    private static void requireNamesThatDiffer(List<ShardColumn> columns) {
        Set<String> names = new HashSet<>();
        for (ShardColumn column : columns) {
            if (!names.add(column.name())) {
                throw new IllegalArgumentException("two columns '" + column.name() + "'");
            }
        }
    }

    /** The numbers of the example's column. */
    public void floats(int column, float... values) {
        ByteBuffer buffer = next(column, ShardColumn.Stored.FLOAT32, values.length);
        for (float value : values) {
            buffer.putFloat(value);
        }
        statistics.get(column).addFloats(values, 0);
    }

    /** The numbers of the example's column; classes from 0 on, -1 for none. */
    public void ints(int column, int... values) {
        ByteBuffer buffer = next(column, ShardColumn.Stored.INT32, values.length);
        for (int value : values) {
            buffer.putInt(value);
        }
        statistics.get(column).addInts(values, 0);
        if (columns.get(column).isClass()) {
            count(values[0]);
        }
    }

    /** The picture of the example's column, (C, H, W), which begins at a place of an array. */
    public void bytes(int column, byte[] values, int offset) {
        int length = columns.get(column).exampleBytes();
        ByteBuffer buffer = next(column, ShardColumn.Stored.UINT8, length);
        buffer.put(values, offset, length);
        statistics.get(column).addBytes(values, offset);
    }

    private ByteBuffer next(int column, ShardColumn.Stored stored, int values) {
        ShardColumn described = columns.get(column);
        if (described.stored() != stored || values != described.field().elements()) {
            throw new IllegalArgumentException(
                    values + " values of " + stored + " for an example of " + described.field() + ", which has "
                            + described.field().elements() + " stored as " + described.stored());
        }
        if (given[column]) {
            throw new IllegalStateException("column '" + described.name() + "' twice in example " + examples);
        }
        given[column] = true;
        return filling.get(column);
    }

    private void count(int label) {
        if (label < -1 || label >= MOST_CLASSES) {
            throw new IllegalArgumentException("label " + label + " in example " + examples
                    + " is no class: those are from 0 to " + (MOST_CLASSES - 1) + ", and -1 is none");
        }
        if (label >= labelCounts.length) {
            labelCounts = Arrays.copyOf(labelCounts, Math.max(label + 1, 2 * labelCounts.length));
        }
        if (label >= 0) {
            labelCounts[label]++;
            classes = Math.max(classes, label + 1);
        }
    }

    /** @throws IllegalStateException if the example lacks a column */
    public void endExample() throws IOException {
        for (int column = 0; column < given.length; column++) {
            if (!given[column]) {
                throw new IllegalStateException("example " + examples + " has no column '"
                        + columns.get(column).name() + "'");
            }
            given[column] = false;
        }
        examples = Math.incrementExact(examples);
        if (examples - examplesBefore == examplesOfBlock) {
            writeBlock();
        }
    }

    public int examples() {
        return examples;
    }

    /** Of the file so far, the block that is being filled included: whoever writes a set begins another shard in time. */
    public long bytes() {
        return bytes + filling.stream().mapToLong(ByteBuffer::position).sum();
    }

    private void writeBlock() throws IOException {
        var crc = new CRC32C();
        long offset = bytes;
        for (ByteBuffer column : filling) {
            crc.update(column.array(), 0, column.position());
            write(column.array(), column.position());
            column.clear();
        }
        blocks.add(new BlockEntry(offset, examples - examplesBefore, (int) crc.getValue()));
        examplesBefore = examples;
    }

    private void write(byte[] some, int length) throws IOException {
        out.write(some, 0, length);
        sha256.update(some, 0, length);
        bytes += length;
    }

    /** Writes what is left and the footer: now it is a shard. */
    public ShardSummary finish() throws IOException {
        if (finished) {
            throw new IllegalStateException("the shard is finished");
        }
        finished = true;
        if (examples > examplesBefore) {
            writeBlock();
        }
        List<Long> counted =
                Arrays.stream(Arrays.copyOf(labelCounts, classes)).boxed().toList();
        byte[] footer = footer(counted);
        var crc = new CRC32C();
        crc.update(footer, 0, footer.length);
        write(footer, footer.length);
        byte[] trailer = ByteBuffer.allocate(ShardFile.TRAILER_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(footer.length)
                .putInt((int) crc.getValue())
                .put(MAGIC)
                .array();
        write(trailer, trailer.length);
        out.flush();
        return new ShardSummary(
                examples, bytes, HexFormat.of().formatHex(sha256.digest()), (int) crc.getValue(), counted, statistics);
    }

    private byte[] footer(List<Long> counted) {
        ShardText text = new ShardText("");
        text.put("examples", examples);
        text.putColumns(columns);
        text.put(
                "blocks",
                blocks.stream()
                        .map(block -> block.offset() + ":" + block.examples() + ":" + Integer.toHexString(block.crc()))
                        .collect(Collectors.joining(",")));
        text.putLongs("labels", counted);
        text.putStatistics("", statistics);
        return text.bytes();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
