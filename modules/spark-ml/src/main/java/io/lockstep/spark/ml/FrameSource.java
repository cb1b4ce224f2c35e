package io.lockstep.spark.ml;

import io.lockstep.datasets.CacheOptions;
import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.Dataset;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.Field;
import io.lockstep.datasets.Normalization;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.shards.ShardSet;
import io.lockstep.runs.settings.UsageException;
import io.lockstep.spark.HadoopStorage;
import io.lockstep.spark.frames.FrameColumns;
import io.lockstep.spark.frames.FrameShards;
import io.lockstep.spark.frames.UnfitFrameException;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Row;

/**
 * The rows of a DataFrame, written as shards, as a run's data. A run is tested on something: without rows to validate on it
 * is tested on rows that it trains on, of which nothing is told then.
 *
 * @param folder of the shards
 * @param columns what examples are made of
 * @param rows that were written
 * @param validated whether there is a column that tells which rows are to validate on
 * @param cache of shards that are not on a host's own disk
 */
record FrameSource(
        String name,
        HadoopStorage storage,
        String folder,
        FrameColumns columns,
        FrameShards.Written rows,
        boolean validated,
        CacheOptions cache)
        implements DataSource, Serializable {
    /** @param indicator column of rows to validate on, or null */
    static FrameSource write(
            org.apache.spark.sql.Dataset<Row> frame,
            FrameColumns columns,
            String indicator,
            HadoopStorage storage,
            String folder,
            String name)
            throws IOException {
        FrameShards.Written written = FrameShards.write(frame, columns, indicator, storage, folder, name);
        return new FrameSource(name, storage, folder, columns, written, indicator != null, CacheOptions.DEFAULT);
    }

    FrameSource withCache(CacheOptions changed) {
        return new FrameSource(name, storage, folder, columns, rows, validated, changed);
    }

    /** Rows to train on. */
    int train() {
        return Math.toIntExact(rows.train());
    }

    /** Rows to validate on. */
    int test() {
        return Math.toIntExact(rows.test());
    }

    @Override
    public boolean isSharded() {
        return true;
    }

    @Override
    public boolean hasPictures() {
        return FrameShards.hasBytes(columns);
    }

    @Override
    public List<Field> fields() {
        return columns.fields();
    }

    @Override
    public List<String> classNames() {
        return columns.classNames();
    }

    /** @throws UnfitFrameException if there is nothing to train on, or to validate on */
    void requireRows() {
        if (train() == 0) {
            throw new UnfitFrameException(
                    "the DataFrame has no rows to train on" + (test() > 0 ? ": all are to validate on" : ""));
        }
        if (validated && test() == 0) {
            throw new UnfitFrameException(
                    "the validation indicator is false in all rows: there is nothing to validate on");
        }
    }

    @Override
    public String format() {
        return "a DataFrame";
    }

    @Override
    public int examples(Split split) {
        return split == Split.TEST && validated ? test() : train();
    }

    @Override
    public Dataset read(Split split, ExampleRange range) throws IOException {
        return open().read(validated ? split : Split.TRAIN, range);
    }

    private DataSource open() throws IOException {
        try {
            return ShardSet.open(storage, folder, cache);
        } catch (IOException e) {
            throw new UsageException(
                    e.getMessage() + "; is " + folder
                            + " on storage that all hosts share? setRunDir names such a folder",
                    e);
        }
    }

    @Override
    public int[] trainClassCounts() {
        try {
            return open().trainClassCounts();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of pictures. */
    @Override
    public Optional<Normalization> knownNormalization() {
        try {
            return hasPictures() ? open().knownNormalization() : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
