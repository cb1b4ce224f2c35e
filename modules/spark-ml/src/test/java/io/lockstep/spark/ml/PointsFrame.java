package io.lockstep.spark.ml;

import static org.apache.spark.sql.functions.col;

import io.lockstep.runs.Lockstep;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.spark.SparkConf;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Points of the plane, of which to tell on which side they are; and the session of all tests of this process, whose ranks are
 * its threads. It ends with the process.
 */
final class PointsFrame {
    static final String[] NAMES = {"left", "middle", "right"};
    static final int ROWS = 300;

    /** Where Spark, and fits, have what is temporary. */
    static final Path LOCAL = temporary();

    static final SparkSession SPARK = SparkSession.builder()
            .config(Lockstep.configure(new SparkConf()
                    .setMaster("local[2]")
                    .setAppName("spark ml")
                    .set("spark.local.dir", LOCAL.toString())
                    .set("spark.sql.warehouse.dir", LOCAL.resolve("warehouse").toString())
                    .set("spark.ui.enabled", "false")
                    .set("spark.sql.shuffle.partitions", "2")))
            .getOrCreate();

    /** Rows 0 to 299, in three partitions. */
    static final Dataset<Row> POINTS = points(0, ROWS).cache();

    private PointsFrame() {}

    private static Path temporary() {
        try {
            return Files.createTempDirectory(Path.of("target").toAbsolutePath(), "spark");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static float[] point(int number) {
        SplittableRandom random = new SplittableRandom(number);
        return new float[] {(float) (4 * random.nextDouble() - 2), (float) (4 * random.nextDouble() - 2)};
    }

    /** Which third of the plane, tilted. */
    static int side(float[] point) {
        float tilted = point[0] + point[1] / 2;
        return tilted < -0.7 ? 0 : tilted < 0.7 ? 1 : 2;
    }

    static Dataset<Row> points(int first, int count) {
        List<Row> rows = new ArrayList<>();
        for (int i = first; i < first + count; i++) {
            float[] point = point(i);
            rows.add(RowFactory.create(
                    i, (double) point[0], (double) point[1], NAMES[side(point)], (double) side(point), i % 5 == 0));
        }
        StructType schema = new StructType()
                .add("id", DataTypes.IntegerType)
                .add("x", DataTypes.DoubleType)
                .add("y", DataTypes.DoubleType)
                .add("side", DataTypes.StringType)
                .add("label", DataTypes.DoubleType)
                .add("held", DataTypes.BooleanType);
        Dataset<Row> frame = SPARK.createDataFrame(rows, schema)
                .repartitionByRange(3, col("id"))
                .sortWithinPartitions("id");
        return new VectorAssembler()
                .setInputCols(new String[] {"x", "y"})
                .setOutputCol("features")
                .transform(frame);
    }

    static LockstepEstimator estimator() {
        return new LockstepEstimator()
                .setNetwork(TestNetworks.classifier(2, 3))
                .setNumWorkers(2)
                .setMaxIter(8)
                .setBatchSize(20);
    }

    static double accuracy(Dataset<Row> predicted) {
        return new MulticlassClassificationEvaluator().setMetricName("accuracy").evaluate(predicted);
    }
}
