package io.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.training.RunEvent;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Trainings in an application that is somebody else's, ranks as threads of this process. */
class LockstepIT {
    @TempDir
    Path folder;

    @Test
    void trainsANetworkOfOnesOwnAndThenAnother() throws Exception {
        SparkConf conf =
                Lockstep.configure(new SparkConf().setMaster("local[2]").setAppName("own"));
        SparkContext spark = new SparkContext(conf);
        try {
            List<RunEvent> events = new ArrayList<>();
            Summary own = training(spark, "own")
                    .network(perceptron())
                    .listener(events::add)
                    .train();
            Summary zoo = training(spark, "zoo")
                    .model("mlp")
                    .strategy("parameter-averaging")
                    .train();

            assertThat(own.steps()).isEqualTo(12);
            assertThat(own.parametersSha256()).hasSize(2);
            assertThat(own.parameters()).isEqualTo(32 * 32 * 3 * 5 + 5 + 5 * 10 + 10);
            assertThat(events).anyMatch(event -> event instanceof RunEvent.Reported);
            assertThat(zoo.strategy()).isEqualTo("parameter-averaging");
            assertThat(folder.resolve("own/summary.json")).exists();
            assertThat(spark.isStopped()).isFalse();
        } finally {
            spark.stop();
        }
    }

    @Test
    void aNetworkOfOnesOwnIsCheckedAgainstTheSettingsAndTheData() {
        SparkConf conf =
                Lockstep.configure(new SparkConf().setMaster("local[2]").setAppName("own"));
        SparkContext spark = new SparkContext(conf);
        try {
            assertThatThrownBy(() -> training(spark, "a")
                            .network(perceptron())
                            .strategy("gradient-sharing")
                            .set("momentum-correction", "true")
                            .train())
                    .isInstanceOf(UsageException.class)
                    .hasMessageContaining("keeps its updater");
            assertThatThrownBy(() -> training(spark, "b")
                            .network(perceptron())
                            .set("bucket-bytes", "1g")
                            .train())
                    .isInstanceOf(UsageException.class)
                    .hasMessageContaining("more than the gradient");
            assertThatThrownBy(() -> training(spark, "c")
                            .network(perceptron(InputType.convolutional(28, 28, 1, CNN2DFormat.NHWC)))
                            .train())
                    .isInstanceOf(UsageException.class)
                    .hasMessageContaining("28x28x1")
                    .hasMessageContaining("32x32x3");
            for (String run : List.of("a", "b", "c")) {
                assertThat(folder.resolve(run)).doesNotExist();
            }
        } finally {
            spark.stop();
        }
    }

    @Test
    void anApplicationWithoutThePluginIsToldHowToGetIt() {
        SparkContext spark =
                new SparkContext(new SparkConf().setMaster("local[2]").setAppName("plain"));
        try {
            assertThatThrownBy(() -> training(spark, "run").train())
                    .isInstanceOf(UsageException.class)
                    .hasMessageContaining("Lockstep.configure");
        } finally {
            spark.stop();
        }
    }

    private Lockstep training(SparkContext spark, String name) {
        return Lockstep.on(spark)
                .workers(2)
                .set("steps", "12")
                .set("train-examples", "200")
                .set("test-examples", "40")
                .set("learning-rate", "0.01")
                .runDir(folder.resolve(name).toString());
    }

    private static NetworkDefinition perceptron() {
        return perceptron(InputType.convolutional(32, 32, 3, CNN2DFormat.NHWC));
    }

    private static NetworkDefinition perceptron(InputType input) {
        ComputationGraphConfiguration configuration = Hyperparameters.defaults()
                .newConfiguration(1)
                .graphBuilder()
                .addInputs("in")
                .addLayer(
                        "hidden",
                        new DenseLayer.Builder()
                                .nOut(5)
                                .activation(Activation.TANH)
                                .build(),
                        "in")
                .addLayer(
                        "out",
                        new OutputLayer.Builder(LossFunction.MCXENT)
                                .nOut(10)
                                .activation(Activation.SOFTMAX)
                                .build(),
                        "hidden")
                .setOutputs("out")
                .setInputTypes(input)
                .build();
        return new NetworkDefinition(configuration, input);
    }
}
