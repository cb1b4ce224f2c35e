package io.lockstep.runs.tables;

import static org.apache.spark.sql.functions.abs;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.rint;
import static org.apache.spark.sql.functions.xxhash64;

import io.lockstep.datasets.Batch;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.PictureSettings;
import io.lockstep.runs.settings.TableSettings;
import io.lockstep.runs.settings.UsageException;
import io.lockstep.spark.HadoopStorage;
import io.lockstep.spark.frames.FrameColumns;
import io.lockstep.spark.frames.FrameRequest;
import io.lockstep.spark.frames.FrameRequest.Labels;
import io.lockstep.spark.frames.FrameShards;
import io.lockstep.spark.frames.UnfitFrameException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.SparkThrowable;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;

/** Reads a table as the settings say, and writes its rows as shards. */
final class TableReader {
    /** Of the rows, whether they are to test on. */
    private static final String TESTED = "__lockstep_test";

    private static final long SHARES = 1_000_000;
    private static final int MOST_CLASSES_OF_NUMBERS = 1000;

    private final Configuration configuration;
    private final HadoopStorage storage;
    private final TableFrames frames;

    TableReader(SparkSession spark, Configuration configuration, HadoopStorage storage) {
        this.configuration = configuration;
        this.storage = storage;
        frames = new TableFrames(spark, configuration.get(TableSettings.TABLE_OPTIONS));
    }

    /** @throws UsageException saying in one line what is wrong with the table, or with what is asked of it */
    void write(TableSource table, String folder) throws IOException {
        try {
            writeShards(table, folder);
        } catch (UnfitFrameException e) {
            throw new UsageException(table + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw e;
        } catch (Exception e) { // Spark's, of which Scala does not declare those that Java would check
            if (e instanceof RuntimeException unchecked && !(e instanceof SparkThrowable)) {
                throw unchecked;
            }
            throw new UsageException(table + " cannot be read: " + TableFrames.reason(e), e);
        }
    }

    private void writeShards(TableSource table, String folder) throws IOException {
        boolean parted = storage.exists(table.part(TableSource.TRAIN).path());
        Dataset<Row> frame = frames.read(parted ? table.part(TableSource.TRAIN) : table);
        FrameRequest request = request(frame);
        frames.requireNumbers(frame, features(frame));
        FrameColumns.check(frame.schema(), request);
        Dataset<Row> both = withTests(table, parted, frame, request);
        FrameColumns columns = FrameColumns.of(both, request);
        FrameShards.Written written = FrameShards.write(both, columns, TESTED, storage, folder, name(table));
        requireRows(table, written);
    }

    private static String name(TableSource table) {
        return table.path().replaceFirst("/+$", "").replaceFirst(".*/", "");
    }

    private void requireRows(TableSource table, FrameShards.Written written) {
        if (written.train() == 0 || written.test() == 0) {
            throw new UsageException(table + " has " + written.train() + " rows to train on and " + written.test()
                    + " to test on: it needs some of both; test-share and test-data say which are to test on");
        }
    }

    private List<String> features(Dataset<Row> frame) {
        List<String> asked = configuration.get(TableSettings.FEATURES_COLS);
        if (!asked.isEmpty()) {
            return asked;
        }
        List<String> all = new ArrayList<>(Arrays.asList(frame.columns()));
        all.remove(configuration.get(TableSettings.LABEL_COL));
        all.remove(configuration.get(TableSettings.WEIGHT_COL));
        if (all.isEmpty()) {
            throw new UnfitFrameException("it has no columns beside " + configuration.get(TableSettings.LABEL_COL));
        }
        return all;
    }

    private FrameRequest request(Dataset<Row> frame) {
        String label = configuration.get(TableSettings.LABEL_COL);
        String weight = configuration.get(TableSettings.WEIGHT_COL);
        if (!Arrays.asList(frame.columns()).contains(label)) {
            throw new UnfitFrameException("it has no column '" + label + "', which label-col names; its columns are "
                    + String.join(", ", frame.columns()));
        }
        FrameRequest request = FrameRequest.of(Batch.FEATURES, features(frame)).withLabel(label, labels(frame, label));
        return weight.isEmpty() ? request : request.withWeight(weight);
    }

    private Labels labels(Dataset<Row> frame, String label) {
        return switch (configuration.get(TableSettings.LABEL_TYPE)) {
            case "classes" -> Labels.CLASSES;
            case "numbers" -> Labels.NUMBERS;
            default -> tellsClasses(frame, label) ? Labels.CLASSES : Labels.NUMBERS;
        };
    }

    private static boolean tellsClasses(Dataset<Row> frame, String label) {
        DataType type = frame.schema().apply(label).dataType();
        if (!(type instanceof NumericType)) {
            return type instanceof StringType || type instanceof BooleanType;
        }
        Column values = quoted(label).cast("double");
        Row found = frame.agg(min(values), max(values), max(abs(values.minus(rint(values)))))
                .head();
        return !found.isNullAt(0)
                && found.getDouble(0) >= 0
                && found.getDouble(1) < MOST_CLASSES_OF_NUMBERS
                && found.getDouble(2) == 0;
    }

    /** With a column more, which tells the rows to test on. */
    private Dataset<Row> withTests(TableSource table, boolean parted, Dataset<Row> frame, FrameRequest request) {
        String test = configuration.get(TableSettings.TEST_DATA);
        boolean beside = parted && test.isEmpty();
        if (beside || !test.isEmpty()) {
            TableSource tests = beside
                    ? table.part(TableSource.TEST)
                    : TableSource.named(test).orElseThrow();
            Dataset<Row> rows = frames.read(tests);
            FrameColumns.check(rows.schema(), request);
            return frame.withColumn(TESTED, lit(false)).unionByName(rows.withColumn(TESTED, lit(true)), true);
        }
        List<Column> hashed = new ArrayList<>();
        hashed.add(lit(configuration.get(PictureSettings.TEST_SEED)));
        request.inputs().values().forEach(columns -> columns.forEach(name -> hashed.add(quoted(name))));
        hashed.add(quoted(request.label()));
        long share = Math.round(configuration.get(PictureSettings.TEST_SHARE) * SHARES);
        Column drawn = pmod(xxhash64(hashed.toArray(Column[]::new)), lit(SHARES));
        return frame.withColumn(TESTED, drawn.lt(share));
    }

    static Column quoted(String name) {
        return col(FrameColumns.quoted(name));
    }
}
