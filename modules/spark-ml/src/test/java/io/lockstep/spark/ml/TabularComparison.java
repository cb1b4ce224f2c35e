package io.lockstep.spark.ml;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.classification.GBTClassifier;
import org.apache.spark.ml.classification.LogisticRegression;
import org.apache.spark.ml.classification.MultilayerPerceptronClassifier;
import org.apache.spark.ml.classification.RandomForestClassifier;
import org.apache.spark.ml.evaluation.Evaluator;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.evaluation.RegressionEvaluator;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.ml.regression.GBTRegressor;
import org.apache.spark.ml.regression.LinearRegression;
import org.apache.spark.ml.regression.RandomForestRegressor;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Networks beside Spark's own learners, on the same rows. Not among the tests that always run; it prints the table of this
 * module's page:
 *
 * <pre>mvn -pl modules/spark-ml -am verify -Dit.test=TabularComparison -Dtest=NONE -Dsurefire.failIfNoSpecifiedTests=false
 *     -Dfailsafe.failIfNoSpecifiedTests=false</pre>
 */
class TabularComparison {
    private static final int TRAINING = 4000;
    private static final int TESTS = 2000;
    private static final int FEATURES = 10;

    private final Map<String, Double> measured = new LinkedHashMap<>();

    /** Two hidden layers of 64. */
    private static MultiLayerConfiguration layers(int outputs, LossFunction loss, Activation activation) {
        return new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Adam(0.005))
                .list(
                        new DenseLayer.Builder()
                                .nIn(FEATURES)
                                .nOut(64)
                                .activation(Activation.RELU)
                                .build(),
                        new DenseLayer.Builder()
                                .nIn(64)
                                .nOut(64)
                                .activation(Activation.RELU)
                                .build(),
                        new OutputLayer.Builder(loss)
                                .nIn(64)
                                .nOut(outputs)
                                .activation(activation)
                                .build())
                .build();
    }

    private static LockstepEstimator network(MultiLayerConfiguration layers) {
        return new LockstepEstimator()
                .setNetwork(layers)
                .setNumWorkers(2)
                .setMaxIter(40)
                .setBatchSize(64);
    }

    private static Dataset<Row> rows(int count, long seed, boolean normal, ToDoubleFunction<double[]> label) {
        Random random = new Random(seed);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            double[] x = new double[FEATURES];
            for (int f = 0; f < FEATURES; f++) {
                x[f] = normal ? random.nextGaussian() : random.nextDouble();
            }
            double noise = normal ? 0 : random.nextGaussian();
            rows.add(RowFactory.create(Vectors.dense(x), label.applyAsDouble(x) + noise));
        }
        StructType schema =
                new StructType().add("features", SQLDataTypes.VectorType()).add("label", DataTypes.DoubleType);
        return PointsFrame.SPARK.createDataFrame(rows, schema).repartition(2).cache();
    }

    private void measure(String name, Estimator<?> learner, Dataset<Row> training, Dataset<Row> tests, Evaluator by) {
        long start = System.nanoTime();
        Transformer model = learner.fit(training);
        double seconds = (System.nanoTime() - start) / 1e9;
        double value = by.evaluate(model.transform(tests));
        measured.put(name, value);
        System.out.printf(Locale.ROOT, "| %s | %.3f | %.1f s |%n", name, value, seconds);
    }

    /** Friedman 1991, "Multivariate Adaptive Regression Splines", section 4.3: five of ten numbers matter; noise of deviation 1. */
    @Test
    void numbers() {
        ToDoubleFunction<double[]> friedman =
                x -> 10 * Math.sin(Math.PI * x[0] * x[1]) + 20 * (x[2] - 0.5) * (x[2] - 0.5) + 10 * x[3] + 5 * x[4];
        Dataset<Row> training = rows(TRAINING, 1, false, friedman);
        Dataset<Row> tests = rows(TESTS, 2, false, friedman);
        Evaluator rmse = new RegressionEvaluator().setMetricName("rmse");

        measure("LinearRegression", new LinearRegression(), training, tests, rmse);
        measure(
                "RandomForestRegressor, 50 trees",
                new RandomForestRegressor().setNumTrees(50).setMaxDepth(10).setSeed(1),
                training,
                tests,
                rmse);
        measure("GBTRegressor, 50 trees", new GBTRegressor().setMaxIter(50).setSeed(1), training, tests, rmse);
        measure(
                "LockstepEstimator, 10-64-64-1",
                network(layers(1, LossFunction.MSE, Activation.IDENTITY)),
                training,
                tests,
                rmse);

        assertThat(measured.get("LockstepEstimator, 10-64-64-1")).isLessThan(measured.get("LinearRegression"));
    }

    /** Hastie, Tibshirani, Friedman, "The Elements of Statistical Learning", (10.2): inside or outside of a sphere. */
    @Test
    void classes() {
        ToDoubleFunction<double[]> sphere = x -> {
            double sum = 0;
            for (double each : x) {
                sum += each * each;
            }
            return sum > 9.34 ? 1 : 0;
        };
        Dataset<Row> training = rows(TRAINING, 1, true, sphere);
        Dataset<Row> tests = rows(TESTS, 2, true, sphere);
        Evaluator accuracy = new MulticlassClassificationEvaluator().setMetricName("accuracy");

        measure("LogisticRegression", new LogisticRegression(), training, tests, accuracy);
        measure(
                "RandomForestClassifier, 50 trees",
                new RandomForestClassifier().setNumTrees(50).setMaxDepth(10).setSeed(1),
                training,
                tests,
                accuracy);
        measure("GBTClassifier, 50 trees", new GBTClassifier().setMaxIter(50).setSeed(1), training, tests, accuracy);
        measure(
                "MultilayerPerceptronClassifier, 10-64-64-2",
                new MultilayerPerceptronClassifier()
                        .setLayers(new int[] {FEATURES, 64, 64, 2})
                        .setMaxIter(200)
                        .setSeed(1),
                training,
                tests,
                accuracy);
        measure(
                "LockstepEstimator, 10-64-64-2",
                network(layers(2, LossFunction.MCXENT, Activation.SOFTMAX)),
                training,
                tests,
                accuracy);

        assertThat(measured.get("LockstepEstimator, 10-64-64-2")).isGreaterThan(measured.get("LogisticRegression"));
    }
}
