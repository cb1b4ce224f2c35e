package io.lockstep.networks.compiled.games;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.WireType;
import io.lockstep.collectives.group.ProcessGroups;
import io.lockstep.datasets.Batch;
import io.lockstep.datasets.Column;
import io.lockstep.datasets.Field;
import io.lockstep.engine.Graph;
import io.lockstep.engine.Precision;
import io.lockstep.engine.operations.ElementLosses.ElementLoss;
import io.lockstep.engine.operations.ElementLosses.Kind;
import io.lockstep.engine.operations.Losses.Judgement;
import io.lockstep.engine.operations.Losses.Rule;
import io.lockstep.engine.reference.ReferenceNetwork;
import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.UpdaterName;
import io.lockstep.networks.compiled.VertexGraph;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.networks.games.Application;
import io.lockstep.networks.games.GamePass;
import io.lockstep.networks.games.GameTurn;
import io.lockstep.networks.games.Source;
import io.lockstep.networks.games.TurnList;
import io.lockstep.training.BatchResult;
import io.lockstep.training.ParameterHash;
import io.lockstep.training.Step;
import io.lockstep.training.Strategy;
import io.lockstep.training.Trainee;
import io.lockstep.training.Turn;
import io.lockstep.training.strategies.BucketSize;
import io.lockstep.training.strategies.DataParallel;
import io.lockstep.training.strategies.DistributedDataParallel;
import io.lockstep.training.strategies.GradientSharing;
import io.lockstep.training.strategies.ParameterAveraging;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Games that are no preset: a CycleGAN, and an actor with a critic. */
class GamesTest {
    private static final int EXAMPLES = 2;
    private static final long SEED = 17;
    private static final double STEP = 1e-5;
    private static final int STATES = 3;
    private static final int ACTIONS = 2;

    /** The parts as functions in double precision, which tests put together themselves. */
    private static final class Functions {
        private final Map<String, PassWiring.Assembled> parts = new HashMap<>();

        Functions(NetworkDefinition definition) {
            TurnList game = (TurnList) definition.game();
            try (Dl4jReplica network = new Dl4jReplica(definition, 1, 0)) {
                var cuts = new GameParts(VertexGraph.of(network.graph(), definition), game.parts());
                for (var part : game.parts()) {
                    List<String> reads = part.reads();
                    parts.put(
                            part.name(),
                            PassWiring.drawing(new Application("y", part.name(), reads))
                                    .wiring()
                                    .assemble(cuts));
                }
            }
        }

        /** @param given of each value that the part reads, (examples, numbers) */
        double[] run(String part, double[] parameters, double[]... given) {
            PassWiring.Assembled assembled = parts.get(part);
            Graph graph = assembled.graph();
            double[] own = new double[(int) graph.parameters()];
            assembled.originals().forEach((name, original) -> {
                Graph.Node node = graph.named(name);
                System.arraycopy(
                        parameters, (int) original.parametersAt(), own, (int) node.parametersAt(), node.parameters());
            });
            var network = new ReferenceNetwork(graph, own, true, 0, 0);
            network.forward(given, given[0].length / graph.inputShape().elements());
            return network.scores();
        }
    }

    private static double[] doubles(ByteBuffer floats) {
        double[] values = new double[floats.limit() / Float.BYTES];
        for (int i = 0; i < values.length; i++) {
            values[i] = floats.getFloat(i * Float.BYTES);
        }
        return values;
    }

    private static double[] column(Batch batch, String name) {
        var floats = batch.column(name).floats();
        double[] values = new double[floats.remaining()];
        for (int i = 0; i < values.length; i++) {
            values[i] = floats.get(floats.position() + i);
        }
        return values;
    }

    /** Cross-entropy of judgements, summed. */
    private static double judged(double[] z, boolean real) {
        double sum = 0;
        for (double each : z) {
            sum += Math.log1p(Math.exp(real ? -each : each));
        }
        return sum;
    }

    private static double distance(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += Math.abs(x[i] - y[i]);
        }
        return sum;
    }

    /** Slopes of a loss by the parameters that a turn trains, against the turn's gradient. */
    private static void assertSlopes(
            GameReplica replica, int turn, Batch batch, List<int[]> places, ToDoubleFunction<double[]> loss) {
        Trainee trainee = replica.turns().get(turn).trainee();
        trainee.forwardBackward(batch, SEED, watermark -> {});
        double[] gradient = doubles(trainee.gradients());
        double[] parameters = doubles(replica.parameters());
        int at = 0;
        double largest = 0;
        for (int[] range : places) {
            for (int i = range[0]; i < range[1]; i++) {
                double before = parameters[i];
                parameters[i] = before + STEP;
                double up = loss.applyAsDouble(parameters);
                parameters[i] = before - STEP;
                double down = loss.applyAsDouble(parameters);
                parameters[i] = before;
                double slope = (up - down) / (2 * STEP);
                largest = Math.max(largest, Math.abs(slope));
                assertThat(gradient[at++])
                        .as("parameter %d, of %s", i, replica.layerAt(i))
                        .isCloseTo(slope, within(1e-4 + 1e-4 * Math.abs(slope)));
            }
        }
        assertThat(at).isEqualTo(gradient.length);
        assertThat(largest).as("the loss has a slope at all").isGreaterThan(0.1);
    }

    /** Where parts' parameters lie in the network's vector. */
    private static List<int[]> places(NetworkDefinition definition, String... parts) {
        try (Dl4jReplica network = new Dl4jReplica(definition, 1, 0)) {
            var cuts =
                    new GameParts(VertexGraph.of(network.graph(), definition), ((TurnList) definition.game()).parts());
            return cuts.rangesOf(List.of(parts)).stream()
                    .map(range -> new int[] {(int) range.start(), (int) range.end()})
                    .toList();
        }
    }

    @Test
    void gradientsOfACycleGanAreTheSlopesOfItsLosses() {
        NetworkDefinition definition = CycleGan.inTwoTurns();
        Functions parts = new Functions(definition);
        Batch batch = CycleGan.pictures(3, EXAMPLES, 1);
        double[] a = column(batch, "a");
        double[] b = column(batch, "b");
        try (GameReplica replica = new GameReplica(definition, EXAMPLES, 2, Precision.FLOAT32)) {
            assertSlopes(replica, 0, batch, places(definition, "G", "F"), all -> {
                double[] fakeB = parts.run("G", all, a);
                double[] fakeA = parts.run("F", all, b);
                return judged(parts.run("DB", all, fakeB), true)
                        + judged(parts.run("DA", all, fakeA), true)
                        + CycleGan.CYCLE * distance(parts.run("F", all, fakeB), a)
                        + CycleGan.CYCLE * distance(parts.run("G", all, fakeA), b)
                        + CycleGan.IDENTITY * distance(parts.run("G", all, b), b);
            });
            assertSlopes(
                    replica,
                    1,
                    batch,
                    places(definition, "DA", "DB"),
                    all -> 0.5
                            * (judged(parts.run("DA", all, a), true)
                                    + judged(parts.run("DB", all, b), true)
                                    + judged(parts.run("DA", all, parts.run("F", all, b)), false)
                                    + judged(parts.run("DB", all, parts.run("G", all, a)), false)));
        }
    }

    @Test
    void aPassNeedNotHaveAllPartsThatLearnInItsTurn() {
        Batch batch = CycleGan.pictures(3, EXAMPLES, 1);
        double[] two = gradient(CycleGan.inTwoTurns(), 1, batch);
        double[] many = gradient(CycleGan.inManyPasses(), 0, batch);
        assertThat(many).hasSameSizeAs(two);
        for (int i = 0; i < two.length; i++) {
            assertThat(many[i]).as("parameter %d", i).isCloseTo(two[i], within(1e-6));
        }
    }

    /** In a second step, as the first one's must leave nothing behind. */
    private static double[] gradient(NetworkDefinition game, int turn, Batch batch) {
        try (GameReplica replica = new GameReplica(game, EXAMPLES, 1, Precision.FLOAT32)) {
            Trainee trainee = replica.turns().get(turn).trainee();
            trainee.forwardBackward(CycleGan.pictures(0, EXAMPLES, 9), SEED + 1, watermark -> {});
            trainee.forwardBackward(batch, SEED, watermark -> {});
            return doubles(trainee.gradients());
        }
    }

    @Test
    void partsThatLieBetweenEachOtherLearnInTurnsOfTheirOwn() {
        NetworkDefinition definition = CycleGan.inFourTurns();
        Functions parts = new Functions(definition);
        Batch batch = CycleGan.pictures(3, EXAMPLES, 1);
        double[] a = column(batch, "a");
        double[] b = column(batch, "b");
        assertThat(places(definition, "F")).hasSizeGreaterThan(1);
        try (GameReplica replica = new GameReplica(definition, EXAMPLES, 1, Precision.FLOAT32)) {
            assertSlopes(replica, 1, batch, places(definition, "F"), all -> {
                double[] fake = parts.run("F", all, b);
                return judged(parts.run("DA", all, fake), true)
                        + CycleGan.CYCLE * distance(parts.run("G", all, fake), b);
            });
            assertSlopes(
                    replica,
                    3,
                    batch,
                    places(definition, "DB"),
                    all -> judged(parts.run("DB", all, b), true)
                            + judged(parts.run("DB", all, parts.run("G", all, a)), false));
            for (int turn = 0; turn < CycleGan.PARTS.size(); turn++) {
                assertAloneChanges(replica, turn, places(definition, CycleGan.PARTS.get(turn)));
            }
        }
    }

    private static void assertAloneChanges(GameReplica replica, int turn, List<int[]> places) {
        double[] before = doubles(replica.parameters());
        Trainee trainee = replica.turns().get(turn).trainee();
        trainee.forwardBackward(CycleGan.pictures(0, EXAMPLES, 2), SEED, watermark -> {});
        trainee.update(0, 0, 0.01);
        double[] after = doubles(replica.parameters());
        for (int i = 0; i < before.length; i++) {
            int at = i;
            if (places.stream().noneMatch(range -> range[0] <= at && at < range[1])) {
                assertThat(after[i]).as("%d of turn %d", i, turn).isEqualTo(before[i]);
            }
        }
        assertThat(after).isNotEqualTo(before);
        trainee.toHost();
        for (double each : doubles(trainee.parameters())) {
            assertThat(Math.abs(each)).isLessThanOrEqualTo(turn < 2 ? Double.MAX_VALUE : 0.5);
        }
    }

    // ------------------------------------------------------------------ steps

    /** Steps as the trainer makes them, each turn by a strategy of its own. */
    private static void play(
            GameReplica replica, ProcessGroup group, Strategy.Factory strategy, int from, int to, int batch) {
        List<Strategy> strategies = new ArrayList<>();
        for (Turn turn : replica.turns()) {
            strategies.add(strategy.create(new Strategy.Setup(turn.trainee(), group, 0, null)));
        }
        strategies.forEach(Strategy::placeParameters);
        int local = batch / group.worldSize();
        for (int step = from; step < to; step++) {
            Batch pictures = CycleGan.pictures(group.rank() * local, local, step);
            for (int i = 0; i < strategies.size(); i++) {
                int every = replica.turns().get(i).everySteps();
                if ((step + 1) % every == 0) {
                    Step own = new Step(step / every, 0, 0.01, batch, local, step == to - 1, step == to - 1);
                    BatchResult result = replica.turns()
                            .get(i)
                            .trainee()
                            .forwardBackward(
                                    pictures, SEED + step, strategies.get(i).begin(own));
                    assertThat(result.measures()).hasSize(2 * replica.measures().size());
                    assertThat(strategies.get(i).finish(own).skipped()).isFalse();
                }
            }
        }
    }

    private static float[] trained(NetworkDefinition definition, Strategy.Factory strategy, int worldSize)
            throws Exception {
        List<Callable<float[]>> ranks = new ArrayList<>();
        for (ProcessGroup group : ProcessGroups.inProcess(worldSize, Duration.ofMinutes(2))) {
            ranks.add(() -> {
                try (group;
                        GameReplica replica = new GameReplica(definition, EXAMPLES, 1, Precision.FLOAT32)) {
                    play(replica, group, strategy, 0, 6, EXAMPLES);
                    ParameterHash.compare(replica, group, 6);
                    float[] parameters = new float[replica.parameters().limit() / Float.BYTES];
                    replica.parameters().asFloatBuffer().get(parameters);
                    return parameters;
                }
            });
        }
        ExecutorService threads = Executors.newFixedThreadPool(worldSize);
        try {
            float[] last = null;
            for (Future<float[]> rank : threads.invokeAll(ranks)) {
                last = rank.get();
            }
            return last;
        } finally {
            threads.shutdownNow();
        }
    }

    private static final Strategy.Factory DDP =
            new DistributedDataParallel.Options(BucketSize.ofBytes(64), WireType.FLOAT32, true);

    static Stream<Strategy.Factory> exactStrategies() {
        return Stream.of(DDP, new DataParallel.Options(BucketSize.BY_GRADIENT, true));
    }

    @ParameterizedTest
    @MethodSource("exactStrategies")
    void twoRanksMakeTheStepsOfOne(Strategy.Factory strategy) throws Exception {
        for (NetworkDefinition game : List.of(CycleGan.inTwoTurns(), CycleGan.inFourTurns())) {
            float[] one = trained(game, strategy, 1);
            float[] two = trained(game, strategy, 2);
            for (int i = 0; i < one.length; i++) {
                assertThat(two[i]).as("parameter %d", i).isCloseTo(one[i], within(2e-4f));
            }
        }
    }

    static Stream<Strategy.Factory> allStrategies() {
        return Stream.concat(
                exactStrategies(),
                Stream.of(new ParameterAveraging.Options(2, 0, true), new GradientSharing.Options(0.05, 0, 0, 0, 0)));
    }

    /** Vectors that are copies of the network's are brought and taken by every strategy alike. */
    @ParameterizedTest
    @MethodSource("allStrategies")
    void ranksOfPartsThatLieBetweenEachOtherStayEqual(Strategy.Factory strategy) throws Exception {
        float[] trained = trained(CycleGan.inFourTurns(), strategy, 2);
        assertThat(trained).doesNotContain(Float.NaN);
    }

    @Test
    void resumingHasTheBitsOfNeverHavingStopped() throws IOException {
        for (NetworkDefinition game : List.of(CycleGan.inTwoTurns(), CycleGan.inFourTurns())) {
            try (ProcessGroup alone =
                            ProcessGroups.inProcess(1, Duration.ofMinutes(1)).get(0);
                    GameReplica straight = new GameReplica(game, EXAMPLES, 1, Precision.FLOAT32);
                    GameReplica stopped = new GameReplica(game, EXAMPLES, 1, Precision.FLOAT32);
                    GameReplica resumed = new GameReplica(game, EXAMPLES, 1, Precision.FLOAT32)) {
                play(straight, alone, DDP, 0, 8, EXAMPLES);
                play(stopped, alone, DDP, 0, 5, EXAMPLES); // between two turns of the discriminators
                var file = new ByteArrayOutputStream();
                stopped.save(file);
                resumed.load(new ByteArrayInputStream(file.toByteArray()));
                play(resumed, alone, DDP, 5, 8, EXAMPLES);
                assertThat(resumed.parameters()).isEqualTo(straight.parameters());
                assertThat(resumed.updaterState()).isEqualTo(straight.updaterState());
            }
        }
    }

    @Test
    void anEmptyBatchGivesNoGradient() {
        try (GameReplica replica = new GameReplica(CycleGan.inFourTurns(), EXAMPLES, 1, Precision.FLOAT32)) {
            for (Turn turn : replica.turns()) {
                turn.trainee().forwardBackward(CycleGan.pictures(0, EXAMPLES, 1), SEED, watermark -> {});
                List<Long> told = new ArrayList<>();
                turn.trainee().forwardBackward(CycleGan.pictures(0, EXAMPLES, 1).slice(0, 0), SEED, told::add);
                assertThat(told).containsExactly(0L);
                assertThat(doubles(turn.trainee().gradients())).containsOnly(0);
            }
        }
    }

    @Test
    void theFirstTurnsLossIsToldInTrainingAndInTests() {
        Batch batch = CycleGan.pictures(0, EXAMPLES, 1);
        try (GameReplica replica = new GameReplica(CycleGan.inTwoTurns(), EXAMPLES, 1, Precision.FLOAT32)) {
            BatchResult first = replica.turns().get(0).trainee().forwardBackward(batch, SEED, watermark -> {});
            BatchResult second = replica.turns().get(1).trainee().forwardBackward(batch, SEED, watermark -> {});
            BatchResult tested = replica.evaluate(batch).result();
            assertThat(first.labels()).isEqualTo(EXAMPLES);
            assertThat(tested.lossSum()).isCloseTo(first.lossSum(), within(1e-3)); // nothing in it differs in tests
            assertThat(second.labels()).isZero();
            assertThat(replica.measures())
                    .startsWith("accuracy", "generators_taken_b")
                    .endsWith("discriminators_fake_b");
            ByteBuffer drawn = replica.draw("fakeB", "b", batch, SEED);
            assertThat(drawn.limit()).isEqualTo(EXAMPLES * CycleGan.PIXELS * Float.BYTES);
        }
    }

    // ------------------------------------------------------------------ an actor and its critic

    private static NetworkDefinition actorAndCritic() {
        Hyperparameters hyperparameters = Hyperparameters.defaults().withUpdater(UpdaterName.ADAM, 0.01);
        ComputationGraphConfiguration configuration = hyperparameters
                .newConfiguration(3)
                .graphBuilder()
                .addInputs("state")
                .addLayer("a1", dense(6), "state")
                .addLayer("action", dense(ACTIONS), "a1")
                .addVertex("both", new MergeVertex(), "state", "action")
                .addLayer("c1", dense(8), "both")
                .addLayer(
                        "value",
                        new OutputLayer.Builder(LossFunction.MSE)
                                .nOut(1)
                                .activation(Activation.IDENTITY)
                                .build(),
                        "c1")
                .setOutputs("value")
                .setInputTypes(InputType.feedForward(STATES))
                .build();
        hyperparameters.separateUpdater(configuration, Set.of("c1", "value"));
        TurnList game = TurnList.builder()
                .part("actor", "action", "state")
                .part("critic", "value", "state", "action")
                .given("state", new Source.Column("state"))
                .given("done", new Source.Column("done"))
                .given("reward", new Source.Column("reward"))
                .turn(GameTurn.training("critic", "critic")
                        .pass(GamePass.empty()
                                .applied("value", "critic", "state", "done")
                                .loss("error", new ElementLoss(Kind.SQUARED, true), 1, "value", "reward")))
                .turn(GameTurn.training("actor", "actor")
                        .pass(GamePass.empty()
                                .applied("chosen", "actor", "state")
                                .applied("value", "critic", "state", "chosen")
                                // minus the value
                                .loss("value", new Judgement(Rule.WASSERSTEIN), 1, "value", 1)))
                .build();
        return new NetworkDefinition(configuration, InputType.feedForward(STATES), game);
    }

    private static DenseLayer dense(int units) {
        return new DenseLayer.Builder().nOut(units).activation(Activation.TANH).build();
    }

    /** A state, what was done in it, and what came of it: the nearer to (0.7 + s0 / 2, s1 / 2 - 0.7) the better. */
    private static Batch experience(long seed, int size) {
        Random random = new Random(seed);
        float[] states = new float[size * STATES];
        float[] done = new float[size * ACTIONS];
        float[] rewards = new float[size];
        for (int i = 0; i < size; i++) {
            for (int s = 0; s < STATES; s++) {
                states[i * STATES + s] = random.nextFloat() - 0.5f;
            }
            for (int a = 0; a < ACTIONS; a++) {
                done[i * ACTIONS + a] = 2 * random.nextFloat() - 1;
            }
            rewards[i] = -missed(states, i, done[i * ACTIONS], done[i * ACTIONS + 1]);
        }
        return new Batch(
                size,
                0,
                Column.ofFloats(Field.float32("state", STATES), states),
                Column.ofFloats(Field.float32("done", ACTIONS), done),
                Column.ofFloats(Field.float32("reward", 1), rewards));
    }

    private static float missed(float[] states, int i, float first, float second) {
        float x = first - 0.7f - states[i * STATES] / 2;
        float y = second + 0.7f - states[i * STATES + 1] / 2;
        return x * x + y * y;
    }

    @Test
    void anActorLearnsThroughItsCriticWhichStaysAsItIs() {
        NetworkDefinition definition = actorAndCritic();
        Functions parts = new Functions(definition);
        Batch batch = experience(1, EXAMPLES);
        double[] state = column(batch, "state");
        try (GameReplica replica = new GameReplica(definition, 32, 1, Precision.FLOAT32)) {
            assertSlopes(replica, 0, batch, places(definition, "critic"), all -> {
                double[] value = parts.run("critic", all, state, column(batch, "done"));
                double[] reward = column(batch, "reward");
                double sum = 0;
                for (int i = 0; i < EXAMPLES; i++) {
                    sum += (value[i] - reward[i]) * (value[i] - reward[i]);
                }
                return sum;
            });
            assertSlopes(replica, 1, batch, places(definition, "actor"), all -> {
                double sum = 0;
                for (double each : parts.run("critic", all, state, parts.run("actor", all, state))) {
                    sum -= each;
                }
                return sum;
            });
            double before = reward(replica, parts);
            Trainee critic = replica.turns().get(0).trainee();
            Trainee actor = replica.turns().get(1).trainee();
            for (int step = 0; step < 1000; step++) {
                Batch seen = experience(100 + step, 32);
                critic.forwardBackward(seen, step, watermark -> {});
                critic.update(step, 0, 0.01); // of a sum, of whose size Adam takes no notice
                if (step >= 500) {
                    double[] criticsOwn = doubles(critic.parameters());
                    actor.forwardBackward(seen, step, watermark -> {});
                    actor.update(step - 500, 0, 0.002);
                    assertThat(doubles(critic.parameters())).isEqualTo(criticsOwn);
                }
            }
            assertThat(reward(replica, parts)).isGreaterThan(before / 2); // rewards are negative
        }
    }

    /** Of what the actor does, in some states, with nobody but the world to judge. */
    private static double reward(GameReplica replica, Functions parts) {
        double sum = 0;
        double[] state = column(experience(5000, 100), "state");
        double[] action = parts.run("actor", doubles(replica.parameters()), state);
        float[] states = new float[state.length];
        for (int i = 0; i < state.length; i++) {
            states[i] = (float) state[i];
        }
        for (int i = 0; i < 100; i++) {
            sum -= missed(states, i, (float) action[i * ACTIONS], (float) action[i * ACTIONS + 1]);
        }
        return sum / 100;
    }

    // ------------------------------------------------------------------ what does not fit

    @Test
    void aTurnThatNamesWhatIsNotThereIsRefused() {
        TurnList.Builder game = TurnList.builder().part("G", "fake_b", "a").given("a", new Source.Column("a"));
        GamePass.Losses pass = GamePass.empty().applied("fake", "G", "b");
        assertThatThrownBy(
                        () -> game.turn(GameTurn.training("t", "G").pass(pass)).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("turn 't' has no value 'b' that 'fake' could read");
        assertThatThrownBy(() -> TurnList.builder()
                        .turn(GameTurn.training("t", "H").pass(pass))
                        .build())
                .hasMessageContaining("names a part 'H', which is not there");
    }

    @Test
    void aValueThatIsReadAsSomethingElseIsRefused() {
        NetworkDefinition whole = actorAndCritic();
        assertThatThrownBy(() -> played(whole, new Source.Noise(STATES + 1, 0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'state' has 4 numbers of noise and classes, and who reads it wants 3");
        try (GameReplica replica = played(whole, new Source.Column("class"))) {
            Column classes = Column.ofInts(Field.int32("class", STATES), new int[STATES]);
            Batch seen = experience(1, 1);
            Batch batch = new Batch(1, 0, classes, seen.column("done"), seen.column("reward"));
            assertThatThrownBy(() -> replica.turns().get(0).trainee().forwardBackward(batch, SEED, watermark -> {}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("FLOAT32, and the column 'class' holds INT32");
        }
    }

    private static GameReplica played(NetworkDefinition definition, Source state) {
        TurnList game = (TurnList) definition.game();
        Map<String, Source> given = new HashMap<>(game.given());
        given.put("state", state);
        TurnList changed = new TurnList(game.parts(), given, game.turns(), game.measures(), false);
        return new GameReplica(
                new NetworkDefinition(definition.configuration(), definition.input(), changed),
                EXAMPLES,
                1,
                Precision.FLOAT32);
    }

    @Test
    void partsThatDoNotCoverTheNetworkAreRefused() {
        NetworkDefinition whole = actorAndCritic();
        TurnList actorAlone = TurnList.builder()
                .part("actor", "action", "state")
                .given("state", new Source.Column("state"))
                .given("done", new Source.Column("done"))
                .turn(GameTurn.training("actor", "actor")
                        .pass(GamePass.empty()
                                .applied("chosen", "actor", "state")
                                .loss("error", new ElementLoss(Kind.SQUARED, true), 1, "chosen", "done")))
                .build();
        assertThatThrownBy(() -> new GameReplica(
                        new NetworkDefinition(whole.configuration(), whole.input(), actorAlone),
                        EXAMPLES,
                        1,
                        Precision.FLOAT32))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has parameters, and is in none of the parts");
    }
}
