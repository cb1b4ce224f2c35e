package io.lockstep.spark.ml;

import static io.lockstep.spark.ml.PointsFrame.NAMES;
import static io.lockstep.spark.ml.PointsFrame.POINTS;
import static io.lockstep.spark.ml.PointsFrame.SPARK;
import static io.lockstep.spark.ml.PointsFrame.estimator;
import static io.lockstep.spark.ml.PointsFrame.points;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.attribute.Attribute;
import org.apache.spark.ml.attribute.NominalAttribute;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.ml.tuning.CrossValidator;
import org.apache.spark.ml.tuning.CrossValidatorModel;
import org.apache.spark.ml.tuning.ParamGridBuilder;
import org.apache.spark.ml.tuning.TrainValidationSplit;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stages among Spark ML's own: pipelines, tuning, files, streams. */
class SparkMlStagesIT {
    @TempDir
    Path folder;

    @Test
    void aPipelineInACrossValidatorIsSavedAndLoaded() throws Exception {
        LockstepEstimator estimator =
                estimator().setMaxIter(2).setFeaturesCol("v").setLabelCol("index");
        Pipeline pipeline = new Pipeline().setStages(new PipelineStage[] {
            new StringIndexer().setInputCol("side").setOutputCol("index").setStringOrderType("alphabetAsc"),
            new VectorAssembler().setInputCols(new String[] {"x", "y"}).setOutputCol("v"),
            estimator
        });
        CrossValidator validator = new CrossValidator()
                .setEstimator(pipeline)
                .setEvaluator(new MulticlassClassificationEvaluator()
                        .setLabelCol("index")
                        .setMetricName("accuracy"))
                .setEstimatorParamMaps(new ParamGridBuilder()
                        .addGrid(estimator.maxIter(), new int[] {1, 8})
                        .build())
                .setNumFolds(2)
                .setSeed(1)
                .setParallelism(4); // of 2 ranks each, on 2 slots
        validator.write().overwrite().save(folder.resolve("validator").toString());

        CrossValidatorModel model =
                CrossValidator.load(folder.resolve("validator").toString()).fit(POINTS);
        model.write().overwrite().save(folder.resolve("model").toString());
        CrossValidatorModel loaded =
                CrossValidatorModel.load(folder.resolve("model").toString());

        assertThat(model.avgMetrics()[1]).isGreaterThan(model.avgMetrics()[0]);
        LockstepModel best = (LockstepModel) ((PipelineModel) loaded.bestModel()).stages()[2];
        assertThat(best.classNames()).containsExactly(NAMES);
        assertThat(best.summary().history()).hasSize(8);
        assertThat(best.uid()).isEqualTo(estimator.uid());
        Dataset<Row> test = points(1000, 100);
        Dataset<Row> predicted = loaded.transform(test);
        assertThat(predicted
                        .select("prediction", "probability", "rawPrediction")
                        .collectAsList())
                .isEqualTo(model.transform(test)
                        .select("prediction", "probability", "rawPrediction")
                        .collectAsList());
        assertThat(((NominalAttribute)
                                Attribute.fromStructField(predicted.schema().apply("prediction")))
                        .values()
                        .get())
                .containsExactly(NAMES);
        assertThat(Attribute.fromStructField(predicted.schema().apply("index"))).isInstanceOf(NominalAttribute.class);
    }

    @Test
    void aSplitForValidationAndSeveralSetsOfParametersAreFittedToo() {
        LockstepEstimator estimator = estimator().setMaxIter(1);
        var maps = new ParamGridBuilder()
                .addGrid(estimator.stepSize(), new double[] {1e-4, 0.1})
                .build();

        assertThat(new TrainValidationSplit()
                        .setEstimator(estimator)
                        .setEvaluator(new MulticlassClassificationEvaluator().setMetricName("accuracy"))
                        .setEstimatorParamMaps(maps)
                        .setParallelism(2)
                        .fit(POINTS)
                        .validationMetrics())
                .hasSize(2)
                .isSorted();
        assertThat(estimator.fit(POINTS, maps)).hasSize(2);
        assertThat(estimator.fit(POINTS, maps[1]).summary().history().get(0).learningRate())
                .isPositive();
    }

    @Test
    void aStreamIsPredictedToo() throws Exception {
        LockstepModel model = estimator().setMaxIter(1).fit(POINTS);
        Dataset<Row> table = points(2000, 50);
        table.write().parquet(folder.resolve("stream").toString());
        Dataset<Row> stream = SPARK.readStream()
                .schema(table.schema())
                .parquet(folder.resolve("stream").toString());

        Dataset<Row> predicted = model.transform(stream);
        assertThat(predicted.isStreaming()).isTrue();
        StreamingQuery query =
                predicted.writeStream().format("memory").queryName("predicted").start();
        query.processAllAvailable();
        query.stop();

        assertThat(SPARK.table("predicted")
                        .select("id", "prediction")
                        .orderBy("id")
                        .collectAsList())
                .isEqualTo(model.transform(table)
                        .select("id", "prediction")
                        .orderBy("id")
                        .collectAsList());
    }
}
