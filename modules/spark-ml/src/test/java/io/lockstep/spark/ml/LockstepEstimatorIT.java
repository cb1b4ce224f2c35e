package io.lockstep.spark.ml;

import static io.lockstep.spark.ml.PointsFrame.NAMES;
import static io.lockstep.spark.ml.PointsFrame.POINTS;
import static io.lockstep.spark.ml.PointsFrame.ROWS;
import static io.lockstep.spark.ml.PointsFrame.SPARK;
import static io.lockstep.spark.ml.PointsFrame.accuracy;
import static io.lockstep.spark.ml.PointsFrame.estimator;
import static io.lockstep.spark.ml.PointsFrame.point;
import static io.lockstep.spark.ml.PointsFrame.points;
import static io.lockstep.spark.ml.PointsFrame.side;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.ExampleWriter;
import io.lockstep.datasets.Field;
import io.lockstep.datasets.LoaderOptions;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.runs.Lockstep;
import io.lockstep.runs.folder.Summary;
import java.io.ByteArrayInputStream;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Fits, beside what the Java API and DL4J say. */
class LockstepEstimatorIT {
    @TempDir
    Path folder;

    /** The same rows, as a program's own data. */
    private record Points(int first, int examples) implements io.lockstep.datasets.Dataset, Serializable {
        @Override
        public String name() {
            return "points";
        }

        @Override
        public List<Field> fields() {
            return List.of(Field.float32("features", 2), Field.int32("labels"));
        }

        @Override
        public List<String> classNames() {
            return List.of(NAMES);
        }

        @Override
        public ExampleWriter writer(long seed, LoaderOptions options, boolean training) {
            return (example, epoch, into, place) -> {
                float[] point = point(first + example);
                into.column("features").putFloats(place, point);
                into.column("labels").putInts(place, side(point));
            };
        }
    }

    @Test
    void aFitHasTheBitsOfTheSameRunByTheJavaApi() throws Exception {
        LockstepModel model = estimator().set("schedule", "constant").fit(POINTS);

        Summary run = Lockstep.on(SPARK.sparkContext())
                .network(NetworkDefinition.of(TestNetworks.classifier(2, 3), InputType.feedForward(2)))
                .data(DataSource.of(new Points(0, ROWS), new Points(1000, 200)))
                .workers(2)
                .set("epochs", "8")
                .set("global-batch", "20")
                .set("learning-rate", "0.1")
                .set("schedule", "constant")
                .runDir(folder.resolve("api").toString())
                .train();

        assertThat(model.summary().run().parametersSha256())
                .isEqualTo(run.parametersSha256().get(0));
        assertThat(accuracy(model.transform(points(1000, 200)))).isEqualTo(run.testAccuracy());
        assertThat(run.testAccuracy()).isGreaterThan(0.9);
        assertThat(model.summary().history()).hasSize(8);
        assertThat(model.summary().objectiveHistory()[7])
                .isLessThan(model.summary().objectiveHistory()[0]);
        assertThat(model.summary().rows()).isEqualTo(ROWS);
        assertThat(model.summary().history().get(0).validationLoss()).isNaN();
        assertThat(leftFolders(model)).isEmpty();
    }

    /** Of fits, which clean up behind themselves. */
    private static List<Path> leftFolders(LockstepModel model) throws Exception {
        try (Stream<Path> files = Files.list(PointsFrame.LOCAL)) {
            return files.filter(file -> file.getFileName().toString().startsWith(model.uid()))
                    .toList();
        }
    }

    @Test
    void rowsThatAreHeldOutAreTestedOnAfterEachEpoch() {
        LockstepModel model =
                estimator().setValidationIndicatorCol("held").setMaxIter(3).fit(POINTS);

        LockstepTrainingSummary summary = model.summary();
        assertThat(summary.rows()).isEqualTo(ROWS * 4 / 5);
        assertThat(summary.validationRows()).isEqualTo(ROWS / 5);
        assertThat(summary.history()).hasSize(3).allSatisfy(epoch -> {
            assertThat(epoch.validationLoss()).isPositive();
            assertThat(epoch.validationMetrics()).containsKey("accuracy");
        });
        double last = summary.history().get(2).validationMetrics().get("accuracy");
        assertThat(accuracy(model.transform(POINTS.filter("held")))).isEqualTo(last);
    }

    @Test
    void epochsWithoutABetterTestEndTheFitAndTheBestEpochIsTaken() {
        LockstepModel model = estimator()
                .setValidationIndicatorCol("held")
                .setNumEarlyStoppingRounds(2)
                .setStepSize(1.5) // too large to get better for long
                .set("schedule", "constant")
                .setMaxIter(40)
                .fit(POINTS);

        LockstepTrainingSummary summary = model.summary();
        assertThat(summary.history()).hasSizeLessThan(40).hasSize(summary.chosenEpoch() + 3);
        assertThat(accuracy(model.transform(POINTS.filter("held"))))
                .isEqualTo(summary.history()
                        .get(summary.chosenEpoch())
                        .validationMetrics()
                        .get("accuracy"));
    }

    @Test
    void numbersArePredictedAndAWeightOfZeroLeavesARowOut() {
        Dataset<Row> sums = POINTS.withColumn("sum", col("x").plus(col("y")));
        Dataset<Row> spoiled = sums.withColumn("w", when(col("held"), 0).otherwise(1))
                .withColumn("sum", when(col("held"), lit(1000)).otherwise(col("sum")));
        LockstepEstimator estimator = estimator()
                .setNetwork(TestNetworks.regression(2, 1))
                .setFeaturesCols("x", "y")
                .setLabelCol("sum")
                .setStepSize(0.01)
                .setWeightCol("w");

        Dataset<Row> predicted = estimator.fit(spoiled).transform(sums);

        assertThat(predicted.columns()).doesNotContain("probability");
        double error = predicted.selectExpr("avg(abs(prediction - sum))").head().getDouble(0);
        assertThat(error).isLessThan(0.3);
        assertThat(predicted.schema().apply("features").metadata())
                .isEqualTo(sums.schema().apply("features").metadata());
    }

    @Test
    void aSigmoidTellsTwoClassesAndDl4jSaysTheSame() throws Exception {
        Dataset<Row> two = POINTS.withColumn("label", col("label").gt(0));
        LockstepModel model = estimator()
                .setNetwork(TestNetworks.layers(2, 1, LossFunction.XENT, Activation.SIGMOID))
                .fit(two);

        List<Row> predicted = model.transform(two).collectAsList();
        INDArray inputs = Nd4j.create(predicted.size(), 2);
        for (int i = 0; i < predicted.size(); i++) {
            inputs.putRow(
                    i, Nd4j.create(predicted.get(i).<Vector>getAs("features").toArray()));
        }
        INDArray outputs = ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(model.dl4jModel()))
                .outputSingle(inputs.castTo(org.nd4j.linalg.api.buffer.DataType.FLOAT));
        for (int i = 0; i < predicted.size(); i++) {
            double probability = predicted.get(i).<Vector>getAs("probability").apply(1);
            assertThat(probability).isCloseTo(outputs.getDouble(i), within(1e-5));
            assertThat(predicted.get(i).<Double>getAs("prediction")).isEqualTo(probability > 0.5 ? 1 : 0);
        }
    }

    @Test
    void picturesOfTheZooAreTrainedOnAsBytes() {
        StructType schema = new StructType()
                .add("image", org.apache.spark.ml.image.ImageSchema.columnSchema())
                .add("label", DataTypes.IntegerType);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            byte[] pixels = new byte[12 * 12 * 3];
            Arrays.fill(pixels, (byte) (i % 2 == 0 ? 40 + i : 200 - i));
            rows.add(RowFactory.create(RowFactory.create("file:/" + i, 12, 12, 3, 16, pixels), i % 2));
        }
        Dataset<Row> pictures = SPARK.createDataFrame(rows, schema);
        LockstepModel model = new LockstepEstimator()
                .setNetwork("mlp")
                .setFeaturesCol("image")
                .setNumWorkers(1)
                .setMaxIter(5)
                .setBatchSize(10)
                .fit(pictures);

        assertThat(accuracy(model.transform(
                        pictures.withColumn("label", col("label").cast("double")))))
                .isEqualTo(1);
    }

    @Test
    void aRunDirectoryThatWasNamedStays() {
        LockstepModel model = estimator()
                .setMaxIter(1)
                .setRunDir(folder.resolve("runs").toString())
                .fit(POINTS);

        assertThat(Path.of(model.summary().runDir().replaceFirst("^file:", "")).resolve("summary.json"))
                .exists();
        assertThat(Path.of(model.summary().runDir().replaceFirst("^file:", "")).resolve("../data"))
                .doesNotExist();
    }
}
