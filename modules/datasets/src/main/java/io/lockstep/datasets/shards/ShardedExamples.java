package io.lockstep.datasets.shards;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.BlockedDataset;
import io.lockstep.datasets.Column;
import io.lockstep.datasets.ExampleWriter;
import io.lockstep.datasets.Field;
import io.lockstep.datasets.LoaderOptions;
import io.lockstep.datasets.Normalization;
import io.lockstep.datasets.Split;
import java.util.List;

/** Examples of a part of a set of shards. */
class ShardedExamples implements BlockedDataset {
    /** So many windows are in memory: one that is drawn from, and the one after it. */
    private static final int WINDOWS = 2;
    /** Of a window that is in memory where examples are read in order. */
    private static final int TEST_SHARE = 4;

    private final ShardManifest manifest;
    private final ShardManifest.Part part;
    private final int window;
    private final boolean whole;
    final ShardBlocks blocks;
    final List<ShardColumn> columns;
    /** Bytes of an example in the columns before each. */
    final int[] bytesBefore;

    /** @param whole all examples of the split, and not a part of them */
    ShardedExamples(ShardManifest manifest, Split split, ShardBlocks blocks, boolean whole) {
        this.manifest = manifest;
        this.part = manifest.parts().get(split);
        this.blocks = blocks;
        this.whole = whole;
        this.columns = manifest.columns();
        this.bytesBefore = new int[columns.size()];
        for (int i = 1; i < bytesBefore.length; i++) {
            bytesBefore[i] =
                    Math.addExact(bytesBefore[i - 1], columns.get(i - 1).exampleBytes());
        }
        long exampleBytes = Math.max(1, ShardColumn.exampleBytes(columns));
        long blockBytes = exampleBytes * Math.max(1, ShardWriter.BLOCK_BYTES / exampleBytes);
        int ofSet = (int) Math.min(Integer.MAX_VALUE / 4, Math.max(1, manifest.windowBytes() / blockBytes));
        this.window = blocks.count() <= WINDOWS * ofSet ? Math.max(1, blocks.count()) : ofSet;
        int kept = split == Split.TRAIN ? WINDOWS * ofSet : ofSet / TEST_SHARE;
        blocks.keep(Math.max(2, kept));
    }

    static ShardedExamples of(ShardManifest manifest, Split split, ShardBlocks blocks, boolean whole) {
        return manifest.columns().stream().anyMatch(ShardColumn::isPicture)
                ? new ShardedPictures(manifest, split, blocks, whole)
                : new ShardedExamples(manifest, split, blocks, whole);
    }

    @Override
    public final String name() {
        return manifest.name();
    }

    @Override
    public final List<Field> fields() {
        return columns.stream().map(ShardColumn::field).toList();
    }

    @Override
    public final List<String> classNames() {
        return manifest.classNames();
    }

    @Override
    public final int examples() {
        return blocks.examples();
    }

    @Override
    public final int[] classCounts() {
        return whole
                ? part.labelCounts().stream().mapToInt(Math::toIntExact).toArray()
                : BlockedDataset.super.classCounts();
    }

    /** Of the whole training set, also where this is a part of it. */
    @Override
    public Normalization normalization() {
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).isPicture() && part.examples() > 0) {
                return part.statistics().get(i).normalization();
            }
        }
        return BlockedDataset.super.normalization();
    }

    @Override
    public final int blocks() {
        return blocks.count();
    }

    @Override
    public final int firstExample(int block) {
        return blocks.firstExample(block);
    }

    @Override
    public final int window() {
        return window;
    }

    @Override
    public final void load(int block) {
        blocks.bytes(block);
    }

    @Override
    public ExampleWriter writer(long seed, LoaderOptions options, boolean training) {
        return (example, epoch, into, place) -> copyColumns(0, example, into, place);
    }

    /** Copies an example's columns from one on, which batches have as files have them. */
    final void copyColumns(int first, int example, Batch into, int place) {
        int block = blocks.blockOf(example);
        byte[] bytes = blocks.bytes(block);
        for (int i = first; i < bytesBefore.length; i++) {
            Column column = into.column(columns.get(i).name());
            int length = columns.get(i).exampleBytes();
            column.bytes().put(place * length, bytes, offset(i, block, example), length);
        }
    }

    /** Of an example's numbers in its block. */
    final int offset(int column, int block, int example) {
        return blocks.examplesOf(block) * bytesBefore[column]
                + blocks.placeIn(block, example) * columns.get(column).exampleBytes();
    }

    @Override
    public final String toString() {
        return name() + ": " + examples() + " examples of " + fields() + " in shards";
    }
}
