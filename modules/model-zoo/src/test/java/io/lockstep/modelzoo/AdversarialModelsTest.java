package io.lockstep.modelzoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.collectives.WireType;
import io.lockstep.datasets.Batch;
import io.lockstep.datasets.TextOptions;
import io.lockstep.engine.DropoutMask;
import io.lockstep.engine.Precision;
import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.ModelSummary;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.UpdaterName;
import io.lockstep.networks.UpdaterSettings;
import io.lockstep.networks.compiled.games.GameReplica;
import io.lockstep.networks.games.Adversarial;
import io.lockstep.training.FlatBuffers;
import io.lockstep.training.Replica;
import io.lockstep.training.StepReport;
import io.lockstep.training.Strategy;
import io.lockstep.training.Trainee;
import io.lockstep.training.Turn;
import io.lockstep.training.run.RunOptions;
import io.lockstep.training.run.RunOptions.CheckpointOptions;
import io.lockstep.training.run.RunOptions.DataOptions;
import io.lockstep.training.run.RunOptions.LearningOptions;
import io.lockstep.training.run.TestRun;
import io.lockstep.training.strategies.BucketSize;
import io.lockstep.training.strategies.DataParallel;
import io.lockstep.training.strategies.DistributedDataParallel;
import io.lockstep.training.strategies.GradientSharing;
import io.lockstep.training.strategies.ParameterAveraging;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class AdversarialModelsTest {
    private static final ModelInput MNIST = new ModelInput(1, 28, 28, 10);
    private static final int STEPS = 6;
    private static final int BATCH = 6;
    private static final Strategy.Factory DDP =
            new DistributedDataParallel.Options(BucketSize.ofBytes(1 << 16), WireType.FLOAT32, true);
    private static final Strategy.Factory DP = new DataParallel.Options(BucketSize.BY_GRADIENT, true);

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "gan,     1, 28, 2948369", // 1486352 + 3584 of norms - 1792 biases, + 1460225
        "cgan,    1, 28, 2563266", // 822401 + 1740865
        "dcgan,   1, 28,  898370", // 759681 + 138689
        "dcgan,   3, 32, 1096388", // 953731 + 142657
        "wgan,    1, 28,  898370",
        "wgan-gp, 1, 28,  898242" // a bias in place of batch norm
    })
    void parameters(String name, int channels, int side, long expected) {
        ModelInput input = new ModelInput(channels, side, side, 10);
        NetworkDefinition network = ModelZoo.get(name).build(input, Hyperparameters.defaults(), 1);
        assertThat(ModelSummary.of(network).parameters()).isEqualTo(expected);
        assertThatThrownBy(
                        () -> ModelZoo.get("dcgan").build(new ModelInput(1, 30, 28, 10), Hyperparameters.defaults(), 1))
                .hasMessageContaining("divide by 4");
    }

    /** Also that a file is DL4J's: what it restores draws and judges as the replica does. */
    @ParameterizedTest
    @ValueSource(strings = {"gan", "cgan", "dcgan", "wgan-gp"})
    void plainDl4jDrawsAndJudgesTheSame(String name) throws IOException {
        NetworkDefinition network = ModelZoo.get(name).build(MNIST, adam(), 1);
        try (GameReplica replica = new GameReplica(network, BATCH, 2, Precision.FLOAT32)) {
            Batch batch = pictures();
            for (Turn turn : replica.turns()) {
                turn.trainee().forwardBackward(batch, 3, watermark -> {});
                turn.trainee().update(0, 0, 0.01);
            }
            ByteArrayOutputStream file = new ByteArrayOutputStream();
            replica.save(file);
            ComputationGraph plain =
                    ModelSerializer.restoreComputationGraph(new ByteArrayInputStream(file.toByteArray()), true);
            ByteBuffer drawn = replica.draw(Adversarial.GENERATED, Adversarial.REAL, batch, 8);
            INDArray generated =
                    plain.feedForward(latent(network, batch, 8), false).get("generated");
            INDArray flat = generated.dup('c').reshape(-1);
            assertThat(flat.length()).isEqualTo(drawn.limit() / Float.BYTES);
            for (int i = 0; i < flat.length(); i++) {
                assertThat(drawn.getFloat(i * Float.BYTES))
                        .as("pixel %d", i)
                        .isCloseTo(flat.getFloat(i), within(2e-4f));
            }
            NetworkDefinition other = ModelZoo.get(name).build(MNIST, adam(), 2);
            try (Replica beginner = new GameReplica(other, BATCH, 1, Precision.FLOAT32)) {
                assertThat(beginner.takeCommon(new ByteArrayInputStream(file.toByteArray())))
                        .isEmpty();
                assertThat(beginner.parameters()).isEqualTo(replica.parameters());
            }
        }
    }

    private static INDArray latent(NetworkDefinition network, Batch batch, long seed) {
        int size = network.adversarial().latent();
        int each = size + network.adversarial().classes();
        INDArray z = Nd4j.zeros(batch.size(), each);
        for (int i = 0; i < batch.size(); i++) {
            for (int j = 0; j < size; j++) {
                z.putScalar(i, j, (float) DropoutMask.gaussian(seed, 0x6C61, (long) i * size + j));
            }
            if (each > size) {
                z.putScalar(i, size + batch.labels().get(i), 1);
            }
        }
        return network.input().getShape(true).length == 4 ? z.reshape(batch.size(), 1, 1, each) : z;
    }

    private static Batch pictures() {
        ByteBuffer features = FlatBuffers.allocate((long) BATCH * 28 * 28);
        Random random = new Random(4);
        for (int i = 0; i < BATCH * 28 * 28; i++) {
            features.putFloat(i * Float.BYTES, random.nextFloat() * 2 - 1);
        }
        return new Batch(BATCH, features, IntBuffer.wrap(new int[] {0, 1, 2, 3, 9, 9}));
    }

    /** Nothing in this network sees more than an example, so ranks make one rank's steps, the noise included. */
    @Test
    void manyRanksMakeTheStepsOfOne() throws Exception {
        List<StepReport> one =
                run("perceptrons", DDP, 1, STEPS, 0, false, "one").reports();
        assertThat(one.get(STEPS - 1).loss()).isNotEqualTo(one.get(0).loss());
        assertSame(run("perceptrons", DDP, 3, STEPS, 0, false, "three").reports(), one);
        assertSame(run("perceptrons", DP, 2, STEPS, 0, false, "two").reports(), one);
    }

    /** A critic with a penalty, without batch norm. */
    private static NetworkDefinition perceptrons() {
        InputType type = InputType.feedForward(5);
        GraphBuilder graph = adam().newConfiguration(3).graphBuilder().addInputs("latent");
        graph.addLayer("g1", dense(8), "latent")
                .addLayer("generated", dense(3 * 32 * 32), "g1")
                .addLayer("d1", dense(8), "generated");
        OutputLayer critic = new OutputLayer.Builder(LossFunction.WASSERSTEIN)
                .nOut(1)
                .activation(Activation.IDENTITY)
                .build();
        var configuration = graph.addLayer("output", critic, "d1")
                .setOutputs("output")
                .setInputTypes(type)
                .build();
        adam().separateUpdater(configuration, Set.of("d1", "output"));
        return new NetworkDefinition(
                configuration, type, Adversarial.of("generated", 5, 0).withGradientPenalty(10));
    }

    private static DenseLayer dense(int units) {
        return new DenseLayer.Builder().nOut(units).activation(Activation.TANH).build();
    }

    private static void assertSame(List<StepReport> many, List<StepReport> one) {
        assertThat(many).hasSameSizeAs(one);
        for (int i = 0; i < one.size(); i++) {
            double loss = one.get(i).loss();
            assertThat(many.get(i).loss()).as("loss %d", i).isCloseTo(loss, within(2e-5 * Math.max(1, Math.abs(loss))));
            assertThat(many.get(i).measures().keySet())
                    .isEqualTo(one.get(i).measures().keySet());
        }
    }

    static Stream<Strategy.Factory> strategies() {
        return Stream.of(
                DDP, DP, new ParameterAveraging.Options(2, 0, true), new GradientSharing.Options(0.05, 0, 0, 0, 0));
    }

    /** A turn in every second step for the generator: the cut falls between two of them. */
    @ParameterizedTest
    @MethodSource("strategies")
    void resumingHasTheBitsOfNeverHavingStopped(Strategy.Factory strategy) throws Exception {
        String straight = run("dcgan", strategy, 2, 2 * STEPS, 0, false, "straight")
                .hashes()
                .get(0);
        run("dcgan", strategy, 2, 2 * STEPS, STEPS + 2, false, "stopped");
        assertThat(run("dcgan", strategy, 2, 2 * STEPS, 0, true, "stopped")
                        .hashes()
                        .get(0))
                .isEqualTo(straight);
    }

    @Test
    void aCriticsWeightsStayWithinTheClip() {
        Hyperparameters fast = Hyperparameters.defaults().withUpdater(UpdaterName.RMSPROP, 0.1);
        NetworkDefinition network = ModelZoo.get("wgan").build(MNIST, fast, 1);
        try (GameReplica replica = new GameReplica(network, BATCH, 1, Precision.FLOAT32)) {
            Trainee critic = replica.turns().get(0).trainee();
            critic.forwardBackward(pictures(), 3, watermark -> {});
            critic.update(0, 0, 0.1);
            ByteBuffer weights = critic.parameters();
            for (var range : FlatBuffers.parameterRanges(critic)) {
                for (long i = range.start(); i < range.end(); i++) {
                    assertThat(Math.abs(weights.getFloat((int) i * Float.BYTES)))
                            .isLessThanOrEqualTo(0.01f);
                }
            }
            assertThat(replica.turns().get(1).everySteps()).isEqualTo(5);
        }
    }

    @Test
    void aPlayersTurnLeavesTheOtherAlone() {
        NetworkDefinition network = ModelZoo.get("dcgan").build(MNIST, adam(), 1);
        try (GameReplica replica = new GameReplica(network, BATCH, 1, Precision.FLOAT32)) {
            for (int turn : new int[] {0, 1}) {
                Trainee player = replica.turns().get(turn).trainee();
                Trainee other = replica.turns().get(1 - turn).trainee();
                ByteBuffer before = copy(other.parameters());
                ByteBuffer state = copy(other.updaterState());
                ByteBuffer own = copy(player.parameters());
                player.forwardBackward(pictures(), 3, watermark -> {});
                player.update(0, 0, 0.01);
                assertThat(other.parameters()).isEqualTo(before);
                assertThat(other.updaterState()).isEqualTo(state);
                assertThat(player.parameters()).isNotEqualTo(own);
            }
        }
    }

    private static ByteBuffer copy(ByteBuffer buffer) {
        return ByteBuffer.allocate(buffer.remaining()).put(buffer).flip();
    }

    private static Hyperparameters adam() {
        // an epsilon far above rounding: Adam's step is the sign of a gradient that is otherwise nothing but rounding
        UpdaterSettings adam = UpdaterSettings.of(UpdaterName.ADAM, 0.001);
        return Hyperparameters.defaults().withUpdater(adam.withBeta1(0.5).withEpsilon(1e-3));
    }

    private TestRun run(
            String name,
            Strategy.Factory strategy,
            int worldSize,
            long steps,
            long stopAfter,
            boolean resume,
            String where)
            throws Exception {
        var options = RunOptions.builder(
                        name, new DataOptions("shapes", folder.toString(), 44, 20, TextOptions.DEFAULT), strategy)
                .globalBatch(10) // 44 by 10: the last batch of an epoch has 4
                .steps(steps)
                .stopAfter(stopAfter)
                .seed(7)
                .learning(new LearningOptions(0.001, "constant", List.of(), 1, 0))
                .checkpoints(new CheckpointOptions(folder.resolve(where).toString(), 1000, 1, resume))
                .build();
        TestRun run = TestRun.of(
                worldSize,
                options,
                setup -> new GameReplica(twoStepGame(name), setup.largestBatch(), 1, Precision.FLOAT32));
        assertThat(run.hashes().stream().distinct()).hasSize(1);
        return run;
    }

    private static NetworkDefinition twoStepGame(String name) {
        NetworkDefinition network = name.equals("perceptrons")
                ? perceptrons()
                : ModelZoo.get(name).build(new ModelInput(3, 32, 32, 10), adam(), 1);
        return new NetworkDefinition(
                network.configuration(), network.input(), network.adversarial().withDiscriminatorSteps(2));
    }
}
