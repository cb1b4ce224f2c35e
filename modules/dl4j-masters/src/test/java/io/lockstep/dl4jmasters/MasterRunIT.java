package io.lockstep.dl4jmasters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.collectives.WireType;
import io.lockstep.collectives.group.ProcessGroups;
import io.lockstep.datasets.Augmentation;
import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.TextOptions;
import io.lockstep.modelzoo.ModelInput;
import io.lockstep.modelzoo.ModelZoo;
import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.UpdaterName;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.runs.masters.MasterOptions;
import io.lockstep.runs.masters.MasterStrategy;
import io.lockstep.runs.masters.MasterTraining;
import io.lockstep.spark.HadoopStorage;
import io.lockstep.spark.LockstepPlugin;
import io.lockstep.training.ReplicaFactory;
import io.lockstep.training.RunEvent;
import io.lockstep.training.Strategy;
import io.lockstep.training.checkpoint.CheckpointStore;
import io.lockstep.training.run.RankControl;
import io.lockstep.training.run.RankRun;
import io.lockstep.training.run.RunOptions;
import io.lockstep.training.run.RunOptions.CheckpointOptions;
import io.lockstep.training.run.RunOptions.DataOptions;
import io.lockstep.training.run.RunOptions.LearningOptions;
import io.lockstep.training.strategies.BucketSize;
import io.lockstep.training.strategies.DistributedDataParallel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Parameter averaging in one JVM, {@code local[2]}. Gradient sharing uses no network there, so it is with the command
 * line's tests, which have executors.
 */
class MasterRunIT {
    private static final Strategy.Factory AVERAGING = MasterStrategy.PARAMETER_AVERAGING.factory();
    private static final Strategy.Factory DDP =
            new DistributedDataParallel.Options(BucketSize.BY_GRADIENT, WireType.FLOAT32, true);
    private static final int SEED = 5;
    private static final double SMOOTHING = 0.1;
    private static final Duration DEADLINE = Duration.ofMinutes(10);

    private String model = "lenet5";

    @TempDir
    Path folder;

    private final List<RunEvent> events = new CopyOnWriteArrayList<>();

    /** A batch an epoch: the master shuffles the steps of an epoch for each worker by itself. */
    @Test
    void averagingEveryStepWithSgdEqualsLockstepsOwnRankOnTheWholeBatch() throws Exception {
        Hyperparameters sgd =
                Hyperparameters.defaults().withUpdater(UpdaterName.SGD, 0.1).withRegularization(0, 0.001, 0);
        new RankRun(
                        run(DDP, 48, 48, 5, 0.1, "own"),
                        replicas(sgd),
                        ProcessGroups.solo(DEADLINE),
                        storage(),
                        1,
                        event -> {},
                        RankControl.NONE)
                .call();

        train(run(AVERAGING, 48, 48, 5, 0.1, "theirs"), sgd, 2);

        float[] own = parameters("own");
        float[] theirs = parameters("theirs");
        assertThat(theirs).hasSameSizeAs(own);
        for (int i = 0; i < own.length; i++) {
            assertThat(theirs[i]).as("parameter %d", i).isCloseTo(own[i], within(1e-5f));
        }
    }

    @Test
    void averagingKeepsMomentumAndReportsEveryEpoch() throws Exception {
        train(run(AVERAGING, 256, 32, 2, 0.02, "run"), nesterovs(), 2);

        assertThat(events(RunEvent.Started.class)).singleElement().satisfies(started -> {
            assertThat(started.lastStep()).isEqualTo(16);
            // parameters and a momentum of each, in each step
            assertThat(events(RunEvent.Reported.class))
                    .allSatisfy(event ->
                            assertThat(event.report().bytesSent()).isEqualTo(2 * started.parameters() * Float.BYTES));
        });
        assertThat(events(RunEvent.Reported.class).get(3).report()).satisfies(last -> {
            assertThat(last.step()).isEqualTo(16);
            assertThat(last.examples()).isEqualTo(512);
            assertThat(last.loss())
                    .isLessThan(events(RunEvent.Reported.class).get(0).report().loss());
        });
        assertThat(events(RunEvent.Evaluated.class))
                .extracting(RunEvent.Evaluated::step)
                .containsExactly(8L, 16L);
    }

    /** DL4J's clone of its configuration forgets the axis, and the worker clones it. */
    @Test
    void aNetworkThatConcatenatesChannelsIsAveraged() throws Exception {
        model = "resnet20";

        train(run(AVERAGING, 16, 8, 1, 0.02, "run"), nesterovs(), 2);

        assertThat(events(RunEvent.Evaluated.class))
                .singleElement()
                .satisfies(
                        evaluated -> assertThat(evaluated.evaluation().loss()).isFinite());
    }

    @Test
    void aBatchThatWorkersCannotShareEvenlyIsRefused() {
        assertThatThrownBy(() -> train(run(AVERAGING, 48, 33, 1, 0.1, "run"), nesterovs(), 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("33");
    }

    private void train(RunOptions run, Hyperparameters hyperparameters, int workers) throws IOException {
        SparkConf conf = new SparkConf()
                .setMaster("local[" + workers + "]")
                .setAppName("masters")
                .set("spark.ui.enabled", "false")
                .set("spark.driver.host", "127.0.0.1")
                .set("spark.driver.bindAddress", "127.0.0.1")
                .set("spark.plugins", LockstepPlugin.class.getName());
        new Dl4jMasters().prepare(MasterStrategy.of(run.strategy().name()).orElseThrow(), conf);
        var options = new MasterOptions(workers, 1, true, SMOOTHING, MasterOptions.LOOPBACK, DEADLINE, DEADLINE);
        try (JavaSparkContext spark = new JavaSparkContext(conf)) {
            var job = new MasterTraining.Job(
                    run,
                    options,
                    (shape, classes, seed) -> definition(hyperparameters, shape, classes, seed),
                    replicas(hyperparameters),
                    storage(),
                    events::add);
            new Dl4jMasters().train(spark, job);
        }
    }

    private static Hyperparameters nesterovs() {
        return Hyperparameters.defaults().withUpdater(UpdaterName.NESTEROVS, 0.02);
    }

    private NetworkDefinition definition(Hyperparameters hyperparameters, ImageShape shape, int classes, long seed) {
        return ModelZoo.get(model)
                .build(new ModelInput(shape.channels(), shape.height(), shape.width(), classes), hyperparameters, seed);
    }

    private ReplicaFactory replicas(Hyperparameters hyperparameters) {
        return setup -> new Dl4jReplica(
                definition(hyperparameters, setup.examples(), setup.classes(), setup.seed()),
                setup.largestBatch(),
                SMOOTHING);
    }

    private RunOptions run(Strategy.Factory strategy, int examples, int batch, int epochs, double rate, String name) {
        return RunOptions.builder(model, new DataOptions("shapes", "", examples, 64, TextOptions.DEFAULT), strategy)
                .globalBatch(batch)
                .epochs(epochs)
                .seed(SEED)
                .learning(new LearningOptions(rate, "one-cycle", List.of(), 1, 0))
                .augmentation(new Augmentation(2, Augmentation.Padding.ZERO, true, 4))
                .logEvery(4)
                .compareEvery(100)
                .evaluateEvery(1)
                .checkpoints(new CheckpointOptions(folder.resolve(name).toString(), 0, 1, false))
                .build();
    }

    private float[] parameters(String name) throws IOException {
        byte[] model = new CheckpointStore(storage(), folder.resolve(name).toString(), 1, warning -> {})
                .latest()
                .orElseThrow()
                .model();
        return ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(model))
                .params()
                .toFloatVector();
    }

    private static HadoopStorage storage() {
        return new HadoopStorage(new Configuration());
    }

    private <T extends RunEvent> List<T> events(Class<T> type) {
        return events.stream().filter(type::isInstance).map(type::cast).toList();
    }
}
