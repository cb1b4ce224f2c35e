package org.example;

import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.ExampleWriter;
import io.lockstep.datasets.Field;
import io.lockstep.datasets.LoaderOptions;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.runs.Lockstep;
import io.lockstep.spark.ml.LockstepEstimator;
import io.lockstep.spark.ml.LockstepModel;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.spark.SparkConf;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.ml.tuning.CrossValidator;
import org.apache.spark.ml.tuning.CrossValidatorModel;
import org.apache.spark.ml.tuning.ParamGridBuilder;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Somebody's Spark ML application, from Parquet to a saved model; and, called again, from the model to predictions. */
public final class Sides {
    private static final List<String> NAMES = List.of("left", "middle", "right");
    private static final int ROWS = 300;

    private Sides() {}

    static MultiLayerConfiguration layers() {
        return new NeuralNetConfiguration.Builder()
                .seed(7)
                .updater(new Nesterovs(0.1, 0.9))
                .list(
                        new DenseLayer.Builder()
                                .nIn(2)
                                .nOut(16)
                                .activation(Activation.RELU)
                                .build(),
                        new OutputLayer.Builder(LossFunction.MCXENT)
                                .nIn(16)
                                .nOut(3)
                                .activation(Activation.SOFTMAX)
                                .build())
                .build();
    }

    static CrossValidatorModel train(Dataset<Row> points) {
        LockstepEstimator network = new LockstepEstimator()
                .setNetwork(layers())
                .setLabelCol("index")
                .setNumWorkers(2)
                .setBatchSize(20);
        Pipeline pipeline = new Pipeline().setStages(new PipelineStage[] {
            new StringIndexer().setInputCol("side").setOutputCol("index").setStringOrderType("alphabetAsc"),
            new VectorAssembler().setInputCols(new String[] {"x", "y"}).setOutputCol("features"),
            network
        });
        return new CrossValidator()
                .setEstimator(pipeline)
                .setEvaluator(new MulticlassClassificationEvaluator()
                        .setLabelCol("index")
                        .setMetricName("accuracy"))
                .setEstimatorParamMaps(new ParamGridBuilder()
                        .addGrid(network.maxIter(), new int[] {1, 8})
                        .build())
                .setNumFolds(2)
                .setParallelism(2)
                .fit(points);
    }

    /** Points of the plane, as a program's own data. */
    private record Points(int examples) implements io.lockstep.datasets.Dataset, Serializable {
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
            return NAMES;
        }

        @Override
        public ExampleWriter writer(long seed, LoaderOptions options, boolean training) {
            return (example, epoch, into, place) -> {
                double[] point = point(example);
                into.column("features").putFloats(place, (float) point[0], (float) point[1]);
                into.column("labels").putInts(place, side(point));
            };
        }
    }

    private static double[] point(int number) {
        SplittableRandom random = new SplittableRandom(number);
        return new double[] {4 * random.nextDouble() - 2, 4 * random.nextDouble() - 2};
    }

    /** Which third of the plane, tilted. */
    private static int side(double[] point) {
        double tilted = point[0] + point[1] / 2;
        return tilted < -0.7 ? 0 : tilted < 0.7 ? 1 : 2;
    }

    private static void write(SparkSession spark, String file) {
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < ROWS; i++) {
            rows.add(RowFactory.create(point(i)[0], point(i)[1], NAMES.get(side(point(i)))));
        }
        StructType schema = new StructType()
                .add("x", DataTypes.DoubleType)
                .add("y", DataTypes.DoubleType)
                .add("side", DataTypes.StringType);
        spark.createDataFrame(rows, schema).coalesce(1).write().parquet(file);
    }

    /** The same network on the same examples, by Lockstep's own API. */
    private static String trainedByHand(SparkSession spark, String folder) throws IOException {
        return Lockstep.on(spark.sparkContext())
                .network(NetworkDefinition.of(layers(), InputType.feedForward(2)))
                .data(DataSource.of(new Points(ROWS), new Points(ROWS)))
                .workers(2)
                .set("global-batch", "20")
                .set("epochs", "8")
                .set("learning-rate", "0.1")
                .runDir(folder)
                .train()
                .parametersSha256()
                .get(0);
    }

    /** @param args train or predict, the Parquet file, the folder of the model */
    public static void main(String[] args) throws Exception {
        SparkConf conf = Lockstep.configure(new SparkConf().setAppName("sides"));
        SparkSession spark = SparkSession.builder().config(conf).getOrCreate();
        if (args[0].equals("train")) {
            write(spark, args[1]);
            CrossValidatorModel model = train(spark.read().parquet(args[1]));
            model.write().overwrite().save(args[2]);
            LockstepModel best = (LockstepModel) ((PipelineModel) model.bestModel()).stages()[2];
            System.out.println("estimator " + best.summary().run().parametersSha256());
            System.out.println("by hand " + trainedByHand(spark, args[2] + "-by-hand"));
        } else {
            Dataset<Row> predicted =
                    CrossValidatorModel.load(args[2]).transform(spark.read().parquet(args[1]));
            System.out.println("accuracy "
                    + new MulticlassClassificationEvaluator()
                            .setLabelCol("index")
                            .setMetricName("accuracy")
                            .evaluate(predicted));
        }
        spark.stop();
        System.exit(0); // Spark 3.5 leaves the timer of its barriers running, which would keep the driver alive
    }
}
