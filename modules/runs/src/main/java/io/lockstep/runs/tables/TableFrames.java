package io.lockstep.runs.tables;

import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.input_file_name;

import io.lockstep.runs.build.BuildInfo;
import io.lockstep.runs.settings.UsageException;
import io.lockstep.runs.tables.TableSource.Format;
import io.lockstep.spark.frames.FrameColumns;
import io.lockstep.spark.frames.UnfitFrameException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;

/** DataFrames of tables, in which broken rows are found before anything is made of them. */
final class TableFrames {
    /** Gets the text of a row that is none. */
    private static final String BROKEN = "_corrupt_record";

    private static final int SHOWN_LETTERS = 80;

    private final SparkSession spark;
    private final Map<String, String> options;

    /** @param options of Spark's reader */
    TableFrames(SparkSession spark, Map<String, String> options) {
        this.spark = spark.newSession();
        this.options = options;
        // rows go to the same partitions on any cluster, so that a run goes on elsewhere with the same examples
        this.spark.conf().set("spark.sql.files.minPartitionNum", "1");
        // a row is broken whichever of its columns are read
        this.spark.conf().set("spark.sql.csv.parser.columnPruning.enabled", "false");
    }

    /** @throws UsageException if a row is broken, with its text and its file, or Spark cannot read the format */
    Dataset<Row> read(TableSource table) {
        if (table.format() == Format.AVRO && !hasAvro()) {
            throw new UsageException(table + ": Spark reads Avro with its module spark-avro, which is not here: give it"
                    + " by --packages org.apache.spark:spark-avro_" + BuildInfo.SCALA + ":" + spark.version()
                    + ", or write the table as Parquet");
        }
        DataFrameReader reader = spark.read().format(table.format().word()).option("columnNameOfCorruptRecord", BROKEN);
        if (table.format() == Format.CSV) {
            reader = reader.option("header", "true").option("inferSchema", "true");
            reader = table.path().contains(".tsv") ? reader.option("delimiter", "\t") : reader;
        }
        Dataset<Row> frame = reader.options(options).load(table.path());
        if (frame.columns().length == 0) {
            throw new UsageException(table + " has no columns: its files are empty");
        }
        return table.format() == Format.CSV || table.format() == Format.JSON
                ? withoutBroken(table, reader, frame.schema())
                : frame;
    }

    private static boolean hasAvro() {
        try {
            Class.forName( // of the module: Spark 4 itself has AvroFileFormat too, which nothing finds without the
                    // module
                    "org.apache.spark.sql.v2.avro.AvroDataSourceV2",
                    false,
                    Thread.currentThread().getContextClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    private Dataset<Row> withoutBroken(TableSource table, DataFrameReader reader, StructType schema) {
        StructType inferred =
                Arrays.asList(schema.fieldNames()).contains(BROKEN) ? schema : schema.add(BROKEN, DataTypes.StringType);
        Dataset<Row> frame = reader.schema(inferred).options(options).load(table.path());
        if (frame.columns().length == 1) {
            throw new UsageException(
                    table + ": none of its lines is " + table.format().word());
        }
        String other = Arrays.stream(frame.columns())
                .filter(name -> !name.equals(BROKEN))
                .findFirst()
                .orElseThrow();
        Column broken = TableReader.quoted(BROKEN);
        List<Row> found = frame.select(broken, TableReader.quoted(other), input_file_name())
                .filter(broken.isNotNull())
                .takeAsList(1);
        if (!found.isEmpty()) {
            throw new UsageException(table + ": a row is broken, "
                    + shown(found.get(0).getString(0)) + " in "
                    + found.get(0).getString(2) + ": it has more or fewer values than there are columns, or is no "
                    + table.format().word());
        }
        return frame.drop(BROKEN);
    }

    /**
     * Types of CSV and JSON are inferred, so that one word makes a column of numbers one of texts.
     *
     * @throws UnfitFrameException with the first value that is no number, of a column that was asked for
     */
    void requireNumbers(Dataset<Row> frame, List<String> features) {
        for (String name : features) {
            boolean there = Arrays.asList(frame.columns()).contains(name);
            if (!there || !(frame.schema().apply(name).dataType() instanceof StringType)) {
                continue;
            }
            Column values = TableReader.quoted(name);
            // try_cast: a cast of what is no number is null in Spark 3.5, and an error in Spark 4
            Column number = expr("try_cast(" + FrameColumns.quoted(name) + " AS DOUBLE)");
            List<Row> found = frame.select(values, input_file_name())
                    .filter(values.isNotNull().and(number.isNull()))
                    .takeAsList(1);
            String example = found.isEmpty()
                    ? ""
                    : ", such as " + shown(found.get(0).getString(0)) + " in "
                            + found.get(0).getString(1);
            throw new UnfitFrameException("column '" + name + "' has texts" + example
                    + ": features are numbers; correct it, or name the columns that are features by features-cols. Models of"
                    + " texts read .txt files: write the column as one, or as one for each class");
        }
    }

    private static String shown(String text) {
        String line = text.replace("\n", "\\n");
        return "'" + (line.length() > SHOWN_LETTERS ? line.substring(0, SHOWN_LETTERS) + "..." : line) + "'";
    }

    /** Of a failure of Spark's, in one line: the innermost cause says which file. */
    static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
    }
}
