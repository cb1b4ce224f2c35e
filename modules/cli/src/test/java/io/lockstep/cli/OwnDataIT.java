package io.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.Dataset;
import io.lockstep.datasets.ExampleWriter;
import io.lockstep.datasets.Field;
import io.lockstep.datasets.LoaderOptions;
import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.runs.Lockstep;
import io.lockstep.runs.folder.Json;
import io.lockstep.runs.folder.Summary;
import io.lockstep.runs.settings.UsageException;
import io.lockstep.spark.JobFailedException;
import io.lockstep.training.Metrics;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.example.Experience;
import org.example.HousePrices;
import org.example.OwnProgram;
import org.example.Rings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossFMeasure;

/** A program's own data and network, ranks as threads of this process. */
class OwnDataIT {
    private static final DataSource RINGS =
            DataSource.of(new Rings.InMemory(0, 2000), new Rings.InMemory(1_000_000, 301));
    private static final DataSource ENDLESS = DataSource.of(new Rings.Endless(), new Rings.InMemory(1_000_000, 301));

    @TempDir
    Path folder;

    private SparkContext spark;

    @BeforeEach
    void start() {
        spark = new SparkContext(
                Lockstep.configure(new SparkConf().setMaster("local[2]").setAppName("own data")));
    }

    @AfterEach
    void stop() {
        spark.stop();
    }

    @Test
    void itIsLearnedAlikeByOneRankAndByTwo() throws Exception {
        Summary one = epochs("one", 1).data(RINGS).train();
        Summary two = epochs("two", 2).data(RINGS).train();
        Summary central = epochs("dp", 2).data(RINGS).strategy("dp").train();

        assertThat(one.task()).isEqualTo("classification");
        assertThat(two.testAccuracy()).isGreaterThan(0.8);
        for (Summary other : List.of(two, central)) {
            assertThat(other.testLoss()).isCloseTo(one.testLoss(), within(2e-3));
            assertThat(other.testAccuracy()).isCloseTo(one.testAccuracy(), within(0.02));
            assertThat(other.parametersSha256())
                    .hasSize(2)
                    .containsOnly(other.parametersSha256().get(0));
        }
        assertThat(two.data()).isEqualTo("rings");
        assertThat(two.epochs()).isEqualTo(10);
    }

    @Test
    void itIsLearnedUnderOtherStrategies() throws Exception {
        for (String strategy : List.of("parameter-averaging", "gradient-sharing")) {
            Summary summary = epochs(strategy, 2).data(RINGS).strategy(strategy).train();

            assertThat(summary.testLoss()).as(strategy).isLessThan(Math.log(3));
        }
    }

    @Test
    void aRegressionIsToldByItsErrorsAndNotByAnAccuracy() throws Exception {
        DataSource measured = measured(false);
        NetworkDefinition network = OwnProgram.network(2, 2, LossFunction.MSE, Activation.IDENTITY);

        Summary one = epochs("one", 1)
                .set("learning-rate", "0.02")
                .network(network)
                .data(measured)
                .train();
        Summary two = epochs("two", 2)
                .set("learning-rate", "0.02")
                .network(network)
                .data(measured)
                .train();

        assertThat(two.task()).isEqualTo("regression");
        assertThat(two.test().metric(Metrics.MEAN_ABSOLUTE_ERROR))
                .isLessThan(0.35)
                .isCloseTo(one.test().metric(Metrics.MEAN_ABSOLUTE_ERROR), within(1e-3));
        assertThat(two.test().metric(Metrics.R2)).isBetween(0.3, 1.0);
        assertThat(two.parametersSha256()).containsOnly(two.parametersSha256().get(0));
        var file = Json.parse(Files.readString(folder.resolve("two/summary.json")));
        assertThat(file.get("test_mae").asDouble()).isEqualTo(two.test().metric(Metrics.MEAN_ABSOLUTE_ERROR));
        assertThat(file.has("best_test_mae")).isTrue();
        assertThat(file.has("test_accuracy")).isFalse();
        assertThat(Files.readString(folder.resolve("two/metrics.jsonl"))).doesNotContain("accuracy");
        assertThat(folder.resolve("two/plots/mae.png")).isNotEmptyFile();
        assertThat(folder.resolve("two/plots/accuracy.png")).doesNotExist();
    }

    @Test
    void theProgramOfTheReadmeLearnsWhatHousesCost() throws Exception {
        Summary summary = HousePrices.train(spark, folder.resolve("houses").toString());

        assertThat(summary.test().metric(Metrics.R2)).isGreaterThan(0.99);
        assertThat(summary.parametersSha256()).hasSize(2);
    }

    @Test
    void labelsThatMayHoldTogetherAreToldByTheirF1() throws Exception {
        DataSource measured = measured(true);
        NetworkDefinition network = OwnProgram.network(2, 2, LossFunction.XENT, Activation.SIGMOID);

        Summary tagger = epochs("tagger", 2).network(network).data(measured).train();

        assertThat(tagger.task()).isEqualTo("multi-label classification");
        assertThat(tagger.test().metrics()).containsKeys("f1", "precision", "recall", "auc", "accuracy");
        assertThat(tagger.test().metric(Metrics.AREA_UNDER_CURVE)).isGreaterThan(0.8);
    }

    @Test
    void aStreamGoesOnWhereItWasStopped() throws Exception {
        Summary whole = training("whole", 2).data(ENDLESS).set("steps", "60").train();
        training("stopped", 2)
                .data(ENDLESS)
                .set("steps", "60")
                .set("stop-after", "25")
                .train();
        Summary resumed =
                training("stopped", 2).data(ENDLESS).set("steps", "60").resume().train();

        assertThat(resumed.resumedFromStep()).isEqualTo(25);
        assertThat(resumed.parametersSha256()).isEqualTo(whole.parametersSha256());
        assertThat(resumed.examples()).isEqualTo(60 * 100);
        assertThat(whole.testAccuracy()).isGreaterThan(0.5);
    }

    @Test
    void networksOfItsOwnLearnFromEachOtherInTurns() throws Exception {
        Summary one = game("one", 1, "ddp").train();
        Summary two = game("two", 2, "ddp").train();
        game("stopped", 2, "ddp").set("stop-after", "11").train();
        Summary resumed = game("stopped", 2, "ddp").resume().train();

        assertThat(two.task()).isEqualTo("turns");
        assertThat(two.testLoss()).isCloseTo(one.testLoss(), within(1e-4)).isLessThan(0.6); // of the critic
        assertThat(two.measures().keySet()).containsExactly("critic_error", "actor_cost");
        assertThat(resumed.resumedFromStep()).isEqualTo(11);
        assertThat(resumed.parametersSha256()).isEqualTo(two.parametersSha256());
        for (String strategy : List.of("parameter-averaging", "gradient-sharing")) {
            Summary other = game(strategy, 2, strategy).train();
            assertThat(other.parametersSha256())
                    .containsOnly(other.parametersSha256().get(0));
            assertThat(other.testLoss()).as(strategy).isLessThan(1.5);
        }
        refuses(
                game("refused", 2, "ddp").network(Experience.actorAndCritic("return")),
                "'reward' is of the column 'return', which the data do not have");
        refuses(
                game("size", 2, "ddp").network(Experience.actorAndCritic("done")),
                "'reward' reads 1 numbers of an example, FLOAT32, of the column 'done', which has 2, FLOAT32");
    }

    private Lockstep game(String name, int workers, String strategy) {
        return training(name, workers)
                .network(Experience.actorAndCritic("reward"))
                .data(DataSource.of(new Experience(0, 2000), new Experience(1_000_000, 301)))
                .strategy(strategy)
                .set("learning-rate", "0.02")
                .set("steps", "40");
    }

    @Test
    void whatCannotBeDoneWithItIsSaidBeforeTheRun() {
        refuses(training("a", 2).data(ENDLESS), "set steps");
        refuses(training("b", 2).data(ENDLESS).set("steps", "9").set("train-examples", "50"), "is a stream");
        refuses(training("f", 2).data(RINGS).set("checkpoint-best", "mae"), "no metric of the network's task");
        refuses(
                training("g", 2).data(measured(false)).network(OwnProgram.network(2, 3)),
                "takes 3 numbers of an example");
        refuses(
                training("h", 2)
                        .data(measured(false))
                        .network(OwnProgram.network(2, 2))
                        .set("mixup", "0.2"),
                "mixup");
        refuses(training("i", 2).data(with(Field.int32(Batch.WEIGHTS))), "'weights', which holds INT32");
        refuses(training("j", 2).data(with(Field.float32(Batch.MASK))), "no loss of this network reads it");
        refuses(training("k", 2).data(with(Field.float32(Batch.WEIGHTS))).set("runtime", "dl4j"), "'weights'");
        refuses(training("l", 2).data(with(Field.int32(Batch.LABELS))), "two columns 'labels'");
        refuses(
                training("m", 1).data(measured(true)).network(ofWholeBatches()).set("micro-batches", "2"),
                "take micro-batches = 1");
        refuses(training("c", 2).data(RINGS).set("crop-padding", "2"), "rings has none");
        refuses(training("d", 2).data(RINGS).network(OwnProgram.network(3, 3)), "vectors of 3 numbers");
        refuses(training("e", 2).data(RINGS).network(OwnProgram.network(2, 4)), "4 classes apart, the data has 3");
    }

    @Test
    void dataThatCannotTravelToTheRanksAreNamed() {
        Dataset unsendable = new Held(new Rings.InMemory(0, 100), new Thread());
        assertThatThrownBy(() -> training("unsent", 2)
                        .data(DataSource.of(unsendable, unsendable))
                        .train())
                .isInstanceOf(JobFailedException.class)
                .hasMessageContaining("java.lang.Thread, which does not implement java.io.Serializable");
    }

    private static NetworkDefinition ofWholeBatches() {
        InputType type = InputType.feedForward(2);
        return new NetworkDefinition(
                Hyperparameters.defaults()
                        .newConfiguration(7)
                        .graphBuilder()
                        .addInputs("in")
                        .addLayer(
                                "out",
                                new OutputLayer.Builder(new LossFMeasure())
                                        .nOut(2)
                                        .activation(Activation.SOFTMAX)
                                        .build(),
                                "in")
                        .setOutputs("out")
                        .setInputTypes(type)
                        .build(),
                type);
    }

    private static DataSource with(Field column) {
        return DataSource.of(new AnotherColumn(column), new AnotherColumn(column));
    }

    /** A set, and what does not travel. */
    private record Held(Rings.InMemory set, Thread thread) implements Dataset, Serializable {
        @Override
        public String name() {
            return set.name();
        }

        @Override
        public List<Field> fields() {
            return set.fields();
        }

        @Override
        public int examples() {
            return set.examples();
        }

        @Override
        public ExampleWriter writer(long seed, LoaderOptions options, boolean training) {
            return set.writer(seed, options, training);
        }
    }

    /** Rings with one more column, which nobody gets to read. */
    private record AnotherColumn(Field column) implements Dataset, Serializable {
        @Override
        public String name() {
            return "rings";
        }

        @Override
        public List<Field> fields() {
            return List.of(Field.float32(Batch.FEATURES, 2), Field.int32(Batch.LABELS), column);
        }

        @Override
        public int examples() {
            return 100;
        }

        @Override
        public ExampleWriter writer(long seed, LoaderOptions options, boolean training) {
            throw new IllegalStateException("the run began");
        }
    }

    private static DataSource measured(boolean tags) {
        return DataSource.of(new Rings.Measured(0, 2000, tags), new Rings.Measured(1_000_000, 301, tags));
    }

    private static void refuses(Lockstep training, String why) {
        assertThatThrownBy(training::train).isInstanceOf(UsageException.class).hasMessageContaining(why);
    }

    private Lockstep epochs(String name, int workers) {
        return training(name, workers).set("epochs", "10");
    }

    private Lockstep training(String name, int workers) {
        return Lockstep.on(spark)
                .network(OwnProgram.network(2, 3))
                .workers(workers)
                .set("global-batch", "100")
                .set("learning-rate", "0.1")
                .runDir(folder.resolve(name).toString());
    }
}
