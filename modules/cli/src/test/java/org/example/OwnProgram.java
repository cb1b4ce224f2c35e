package org.example;

import io.lockstep.datasets.DataSource;
import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.runs.Lockstep;
import io.lockstep.runs.folder.Summary;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Somebody else's application: data and a network of its own, trained with nothing but what is public. */
public final class OwnProgram {
    private OwnProgram() {}

    /** @param args the folder of the run */
    public static void main(String[] args) throws Exception {
        SparkContext spark = new SparkContext(Lockstep.configure(new SparkConf().setAppName("own program")));
        try {
            Summary summary = Lockstep.on(spark)
                    .network(network(2, 3))
                    .data(DataSource.of(new Rings.InMemory(0, 2000), new Rings.InMemory(1_000_000, 301)))
                    .strategy("ddp")
                    .workers(2)
                    .set("global-batch", "100")
                    .set("epochs", "10")
                    .set("learning-rate", "0.1")
                    .runDir(args[0])
                    .train();
            System.out.println("accuracy " + summary.testAccuracy());
        } finally {
            spark.stop();
        }
        System.exit(0); // Spark 3.5 leaves the timer of its barriers running, which would keep the driver alive
    }

    /** A classifier of one hidden layer. */
    public static NetworkDefinition network(int inputs, int classes) {
        return network(inputs, classes, LossFunction.MCXENT, Activation.SOFTMAX);
    }

    public static NetworkDefinition network(int inputs, int outputs, LossFunction loss, Activation activation) {
        InputType type = InputType.feedForward(inputs);
        return new NetworkDefinition(
                Hyperparameters.defaults()
                        .newConfiguration(7)
                        .graphBuilder()
                        .addInputs("in")
                        .addLayer(
                                "hidden",
                                new DenseLayer.Builder()
                                        .nOut(32)
                                        .activation(Activation.RELU)
                                        .build(),
                                "in")
                        .addLayer(
                                "out",
                                new OutputLayer.Builder(loss)
                                        .nOut(outputs)
                                        .activation(activation)
                                        .build(),
                                "hidden")
                        .setOutputs("out")
                        .setInputTypes(type)
                        .build(),
                type);
    }
}
