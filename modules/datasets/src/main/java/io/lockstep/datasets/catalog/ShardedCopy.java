package io.lockstep.datasets.catalog;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.Column;
import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.Dataset;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.LoaderOptions;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.images.ImageDataset;
import io.lockstep.datasets.images.ImageSource;
import io.lockstep.datasets.loading.BatchLoader;
import io.lockstep.datasets.shards.ShardColumn;
import io.lockstep.datasets.shards.ShardSet;
import io.lockstep.datasets.shards.ShardSummary;
import io.lockstep.datasets.shards.ShardWriter;
import io.lockstep.datasets.storage.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Writes any set as shards, a part of it at a time: pictures a byte a value, and everything else as a network reads it. */
public final class ShardedCopy {
    private static final int EXAMPLES_AT_ONCE = 4096;

    private final Storage storage;
    private final String folder;
    private final long shardBytes;

    /** @param shardBytes after which another shard begins; one has some thousand examples at least */
    public ShardedCopy(Storage storage, String folder, long shardBytes) {
        this.storage = storage;
        this.folder = folder;
        this.shardBytes = shardBytes;
    }

    /**
     * Writes the set.
     *
     * @return its content hash
     * @throws IllegalArgumentException if it is a stream
     */
    public String write(DataSource source) throws IOException {
        List<ShardColumn> columns = source instanceof ImageSource
                ? ShardColumn.ofPictures(source.shape())
                : ShardColumn.of(source.fields());
        Map<Split, List<ShardSummary>> shards = new EnumMap<>(Split.class);
        for (Split split : Split.values()) {
            if (source.stream(split) != null) {
                throw new IllegalArgumentException(source.name() + " is a stream, which nobody knows the end of");
            }
            shards.put(split, write(source, split, columns));
        }
        var described = new ShardSet.Description(source.name(), columns, source.classNames());
        return ShardSet.commit(storage, folder, described, shards);
    }

    private List<ShardSummary> write(DataSource source, Split split, List<ShardColumn> columns) throws IOException {
        List<ShardSummary> summaries = new ArrayList<>();
        int examples = source.examples(split);
        int written = 0;
        while (written < examples) {
            String path = ShardSet.shard(folder, split, summaries.size());
            try (var writer = new ShardWriter(storage.create(path), columns)) {
                do {
                    int end = Math.min(examples, written + EXAMPLES_AT_ONCE);
                    append(source.read(split, new ExampleRange(written, end)), writer);
                    written = end;
                } while (written < examples && writer.bytes() < shardBytes);
                summaries.add(writer.finish());
            }
        }
        return summaries;
    }

    private static void append(Dataset part, ShardWriter writer) throws IOException {
        if (part instanceof ImageDataset pictures) {
            byte[] pixels = new byte[pictures.shape().size()];
            for (int example = 0; example < pictures.examples(); example++) {
                pictures.copyPixels(example, pixels, 0);
                writer.bytes(0, pixels, 0);
                writer.ints(1, pictures.label(example));
                writer.endExample();
            }
            return;
        }
        try (var loader = BatchLoader.evaluation(part, EXAMPLES_AT_ONCE, LoaderOptions.of(part.normalization()))) {
            while (loader.hasNext()) {
                append(loader.next(), writer);
            }
        }
    }

    private static void append(Batch batch, ShardWriter writer) throws IOException {
        List<Column> columns = batch.columns();
        for (int example = 0; example < batch.size(); example++) {
            for (int i = 0; i < columns.size(); i++) {
                Column column = columns.get(i);
                int at = example * column.elements();
                switch (column.field().type()) {
                    case FLOAT32 -> {
                        float[] values = new float[column.elements()];
                        column.floats().get(at, values);
                        writer.floats(i, values);
                    }
                    case INT32 -> {
                        int[] values = new int[column.elements()];
                        column.ints().get(at, values);
                        writer.ints(i, values);
                    }
                }
            }
            writer.endExample();
        }
    }
}
