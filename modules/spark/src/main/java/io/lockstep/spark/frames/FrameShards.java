package io.lockstep.spark.frames;

import static org.apache.spark.sql.functions.col;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.Field;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.shards.ShardColumn;
import io.lockstep.datasets.shards.ShardSet;
import io.lockstep.datasets.shards.ShardSummary;
import io.lockstep.datasets.shards.ShardWriter;
import io.lockstep.spark.HadoopStorage;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Writes a DataFrame as a set of shards, by a Spark job: a partition, a shard. Examples are in the order of the partitions, and
 * in each in the order of its rows.
 */
public final class FrameShards {
    /** Of a shard, whose places are counted by ints. */
    private static final long LONGEST = Integer.MAX_VALUE - (64L << 20);

    private FrameShards() {}

    /** Examples that were written of each kind. */
    public record Written(long train, long test) implements Serializable {}

    /**
     * @param testColumn true for rows of the test set; null: all rows are of the training set
     * @param folder on storage that all executors reach
     * @param name of the set, for people
     * @throws UnfitFrameException naming the column and the row that no example can be made of, the first by partition
     */
    public static Written write(
            Dataset<Row> frame,
            FrameColumns columns,
            String testColumn,
            HadoopStorage storage,
            String folder,
            String name)
            throws IOException {
        var writer = new PartitionWriter(columns, testColumn != null, storage, folder);
        Dataset<Row> read = columns.of(frame);
        if (testColumn != null) {
            read = columns.of(frame, col(FrameColumns.quoted(testColumn)));
        }
        List<PartitionShards> partitions =
                read.javaRDD().mapPartitionsWithIndex(writer, true).collect();
        List<ShardSummary> train = new ArrayList<>();
        List<ShardSummary> test = new ArrayList<>();
        for (PartitionShards each : partitions) {
            if (each.fault() != null) {
                throw new UnfitFrameException(each.fault());
            }
            train.add(each.train());
            if (each.test() != null) {
                test.add(each.test());
            }
        }
        ShardSet.commit(
                storage,
                folder,
                new ShardSet.Description(name, stored(columns), columns.classNames()),
                Map.of(Split.TRAIN, train, Split.TEST, test));
        return new Written(examples(train), examples(test));
    }

    private static long examples(List<ShardSummary> shards) {
        return shards.stream().mapToLong(ShardSummary::examples).sum();
    }

    /** Pictures that show a class are bytes, and augmented and normalised as pictures are; others are numbers from 0 to 1. */
    private static List<ShardColumn> stored(FrameColumns columns) {
        List<Field> fields = columns.fields();
        List<ShardColumn> stored = new ArrayList<>();
        for (int i = 0; i < fields.size(); i++) {
            boolean bytes = columns.isPicture(i)
                    && fields.get(i).name().equals(Batch.FEATURES)
                    && !columns.classNames().isEmpty();
            stored.add(
                    bytes ? new ShardColumn(fields.get(i), ShardColumn.Stored.UINT8) : ShardColumn.of(fields.get(i)));
        }
        return stored;
    }

    /** Whether pictures of such examples are stored as bytes. */
    public static boolean hasBytes(FrameColumns columns) {
        return stored(columns).stream().anyMatch(column -> column.stored() == ShardColumn.Stored.UINT8);
    }

    /**
     * What a task has written.
     *
     * @param test null where there is no test set
     * @param fault what is wrong with a row, or null
     */
    private record PartitionShards(ShardSummary train, ShardSummary test, String fault) implements Serializable {}

    /** On executors. */
    private record PartitionWriter(FrameColumns columns, boolean tested, HadoopStorage storage, String folder)
            implements Function2<Integer, Iterator<Row>, Iterator<PartitionShards>> {
        @Override
        public Iterator<PartitionShards> call(Integer partition, Iterator<Row> rows) throws IOException {
            List<ShardColumn> stored = stored(columns);
            try (ShardWriter train = open(Split.TRAIN, partition, stored);
                    ShardWriter test = tested ? open(Split.TEST, partition, stored) : null) {
                RowReader reader = columns.reader(partition);
                Object[] example = new Object[stored.size()];
                while (rows.hasNext()) {
                    Row row = rows.next();
                    reader.read(row, example);
                    ShardWriter into = isTest(row, partition, train.examples()) ? test : train;
                    put(example, stored, into);
                    requireRoom(into, partition);
                }
                return List.of(new PartitionShards(train.finish(), test == null ? null : test.finish(), null))
                        .iterator();
            } catch (UnfitFrameException e) { // no task that is tried again would find another row there
                return List.of(new PartitionShards(null, null, e.getMessage())).iterator();
            }
        }

        private ShardWriter open(Split split, int partition, List<ShardColumn> stored) throws IOException {
            return new ShardWriter(storage.create(ShardSet.shard(folder, split, partition)), stored);
        }

        private boolean isTest(Row row, int partition, int before) {
            if (!tested) {
                return false;
            }
            int place = row.size() - 1;
            if (row.isNullAt(place)) {
                throw new UnfitFrameException("column '" + row.schema().fieldNames()[place] + "' is null in partition "
                        + partition + ", behind " + before + " rows to train on: it says true or false of each row");
            }
            return row.getBoolean(place);
        }

        private static void put(Object[] example, List<ShardColumn> stored, ShardWriter into) throws IOException {
            for (int i = 0; i < example.length; i++) {
                if (example[i] instanceof int[] ints) {
                    into.ints(i, ints);
                } else if (example[i] instanceof float[] floats) {
                    into.floats(i, floats);
                } else if (stored.get(i).stored() == ShardColumn.Stored.UINT8) {
                    into.bytes(i, (byte[]) example[i], 0);
                } else {
                    into.floats(i, fromZeroToOne((byte[]) example[i]));
                }
            }
            into.endExample();
        }

        private static float[] fromZeroToOne(byte[] pixels) {
            float[] values = new float[pixels.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = (pixels[i] & 0xff) / 255f;
            }
            return values;
        }

        private static void requireRoom(ShardWriter shard, int partition) {
            if (shard.bytes() > LONGEST) {
                throw new UnfitFrameException(
                        "partition " + partition + " has more than 2 GiB of examples, and a shard has no"
                                + " more: give the DataFrame more partitions (repartition)");
            }
        }
    }
}
