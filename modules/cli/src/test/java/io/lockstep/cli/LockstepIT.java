package io.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.runs.Lockstep;
import io.lockstep.runs.folder.Summary;
import io.lockstep.runs.settings.UsageException;
import io.lockstep.spark.JobFailedException;
import io.lockstep.training.RunEvent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.Nesterovs;
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
            assertThatThrownBy(() -> training(spark, "c")
                            .network(perceptron())
                            .set("dropout", "0.5")
                            .train())
                    .isInstanceOf(UsageException.class)
                    .hasMessageContaining("dropout is for the zoo's networks");
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

    /** The file of a MultiLayerNetwork, and the very program again, as a failure's message advises. */
    @Test
    void theSameProgramGoesOnWithWhatItBeganWith() throws Exception {
        SparkConf conf =
                Lockstep.configure(new SparkConf().setMaster("local[2]").setAppName("own"));
        SparkContext spark = new SparkContext(conf);
        MultiLayerNetwork saved = new MultiLayerNetwork(layers());
        saved.init();
        Path file = folder.resolve("layers.zip");
        saved.save(file.toFile());
        try {
            Lockstep program = training(spark, "run")
                    .network(NetworkDefinition.of(layers(), InputType.convolutional(32, 32, 3)))
                    .set("init-from", file.toString());
            Summary whole = program.runDir(folder.resolve("whole").toString()).train();
            Summary stopped = program.runDir(folder.resolve("run").toString())
                    .set("stop-after", "7")
                    .train();
            Files.delete(file); // the run has a copy
            Summary resumed = program.resume().set("stop-after", "0").train();

            assertThat(stopped.steps()).isEqualTo(7);
            assertThat(resumed.resumedFromStep()).isEqualTo(7);
            assertThat(resumed.parametersSha256()).isEqualTo(whole.parametersSha256());
            assertThatThrownBy(() -> program.set(
                                    "init-from", folder.resolve("other.zip").toString())
                            .train())
                    .isInstanceOf(UsageException.class)
                    .hasMessageContaining("layers.zip");
            assertThatThrownBy(() -> program.set("init-from", file.toString())
                            .set("global-batch", "50")
                            .train())
                    .isInstanceOf(UsageException.class)
                    .hasMessageContaining("global-batch 32, this run has 50");
        } finally {
            spark.stop();
        }
    }

    @Test
    void aRunThatFailsBeforeItsFirstCheckpointDoesNotAdviseToResume() {
        SparkConf conf =
                Lockstep.configure(new SparkConf().setMaster("local[2]").setAppName("own"));
        SparkContext spark = new SparkContext(conf);
        try {
            assertThatThrownBy(() -> training(spark, "diverging")
                            .model("mlp")
                            .set("learning-rate", "1e6")
                            .set("schedule", "constant")
                            .set("l2", "1000")
                            .set("steps", "30")
                            .set("evaluate-every", "0")
                            .set("checkpoint-every", "1000")
                            .train())
                    .isInstanceOf(JobFailedException.class)
                    .hasMessageContaining("diverged")
                    .hasMessageContaining("no checkpoint to go on from")
                    .message()
                    .doesNotContain("resume");
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

    private static MultiLayerConfiguration layers() {
        return new NeuralNetConfiguration.Builder()
                .seed(3)
                .updater(new Nesterovs(0.01, 0.9))
                .list()
                .layer(new DenseLayer.Builder()
                        .nOut(5)
                        .activation(Activation.TANH)
                        .build())
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(10)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.convolutional(32, 32, 3))
                .build();
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
