package org.example;

import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.Dataset;
import io.lockstep.datasets.ExampleWriter;
import io.lockstep.datasets.Field;
import io.lockstep.datasets.LoaderOptions;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.runs.Lockstep;
import io.lockstep.runs.folder.Summary;
import java.io.Serializable;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

public final class HousePrices {
    /** Made-up houses; yours come from a file or a table. */
    record Houses(long first, int examples) implements Dataset, Serializable {
        @Override
        public String name() {
            return "houses";
        }

        @Override
        public List<Field> fields() { // what an example has
            return List.of(Field.float32("features", 2), Field.float32("labels", 1));
        }

        @Override
        public ExampleWriter writer(long seed, LoaderOptions options, boolean training) {
            return (example, epoch, batch, place) -> {
                SplittableRandom random = new SplittableRandom(first + example);
                float area = (float) random.nextDouble();
                float age = (float) random.nextDouble();
                batch.column("features").putFloats(place, area, age);
                batch.column("labels").putFloats(place, 3 * area - age); // the price
            };
        }
    }

    static NetworkDefinition network() {
        InputType input = InputType.feedForward(2);
        DenseLayer hidden =
                new DenseLayer.Builder().nOut(16).activation(Activation.RELU).build();
        OutputLayer price = new OutputLayer.Builder(LossFunction.MSE)
                .nOut(1)
                .activation(Activation.IDENTITY)
                .build();
        return NetworkDefinition.of(
                new NeuralNetConfiguration.Builder()
                        .seed(1)
                        .updater(new Adam())
                        .list(hidden, price)
                        .setInputType(input)
                        .build(),
                input);
    }

    public static Summary train(SparkContext spark, String folder) throws Exception {
        return Lockstep.on(spark)
                .network(network())
                .data(DataSource.of(new Houses(0, 2000), new Houses(1_000_000, 500))) // to train on, to test on
                .strategy("ddp")
                .workers(2)
                .set("epochs", "5")
                .set("learning-rate", "0.01") // this one counts, not the updater's own
                .runDir(folder)
                .train();
    }

    public static void main(String[] args) {
        SparkContext spark = new SparkContext(Lockstep.configure(new SparkConf().setAppName("house prices")));
        int status = 0;
        try {
            System.out.println(train(spark, args[0]).test().metrics());
        } catch (Exception e) {
            System.err.println(e.getMessage()); // says what is wrong, and how to go on
            status = 1;
        }
        spark.stop();
        System.exit(status); // a thread of Spark's would keep the program alive
    }
}
