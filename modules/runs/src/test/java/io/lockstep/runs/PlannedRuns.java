package io.lockstep.runs;

import io.lockstep.collectives.group.ProcessGroups;
import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.images.GeneratedShapes;
import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.runs.networks.Networks;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.NetworkSource;
import io.lockstep.runs.settings.RuntimeSettings;
import io.lockstep.runs.spark.SparkJobs;
import io.lockstep.spark.HadoopStorage;
import io.lockstep.training.Task;
import io.lockstep.training.run.RankControl;
import io.lockstep.training.run.RankRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.spark.SparkConf;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Runs as the driver plans them, and one rank of them in this thread: without Spark. */
public final class PlannedRuns {
    static final HadoopStorage STORAGE = SparkJobs.storage(new SparkConf(false));

    private PlannedRuns() {}

    static SparkConf onLocalCluster() {
        return new SparkConf(false).set("spark.master", "local-cluster[2,1,2048]");
    }

    static DataSource shapes() {
        return new GeneratedShapes();
    }

    /** A text that models of texts learn. */
    static Path text(Path folder) throws IOException {
        Path file = folder.resolve("rhyme.txt");
        if (!Files.exists(file)) {
            Files.writeString(file, "one for sorrow, two for joy, three for a girl,\n".repeat(60));
        }
        return file;
    }

    public static RunPlan plan(Configuration configuration, NetworkSource source) throws IOException {
        return RunPlan.of(configuration, source, onLocalCluster(), STORAGE, false);
    }

    /**
     * What the settings train, as a run with one worker.
     *
     * @param folder of the checkpoints
     * @return the parameters' hash
     */
    static String train(Configuration configuration, NetworkSource source, Task task, Path folder) throws IOException {
        try (var alone = ProcessGroups.solo(Duration.ofMinutes(1))) {
            return new RankRun(
                            TrainingOptions.of(
                                    configuration, SparkJobs.data(configuration), folder.toString(), false, "", task),
                            Networks.replicas(source.under(configuration), RuntimeSettings.of(configuration)),
                            alone,
                            STORAGE,
                            1,
                            event -> {},
                            RankControl.NONE)
                    .call()
                    .get(0);
        }
    }

    /** Of one's own, for the generated shapes. */
    static NetworkSource own() {
        InputType input = InputType.convolutional(32, 32, 3, CNN2DFormat.NHWC);
        ComputationGraphConfiguration configuration = Hyperparameters.defaults()
                .newConfiguration(7)
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
        return Networks.own(new NetworkDefinition(configuration, input));
    }
}
