package io.lockstep.networks.compiled.games;

import static io.lockstep.networks.compiled.games.ActorAndCritic.ACTIONS;
import static io.lockstep.networks.compiled.games.ActorAndCritic.STATES;
import static io.lockstep.networks.compiled.games.ActorAndCritic.actorAndCritic;
import static io.lockstep.networks.compiled.games.ActorAndCritic.experience;
import static io.lockstep.networks.compiled.games.GameSlopes.Functions;
import static io.lockstep.networks.compiled.games.GameSlopes.SEED;
import static io.lockstep.networks.compiled.games.GameSlopes.assertSlopes;
import static io.lockstep.networks.compiled.games.GameSlopes.column;
import static io.lockstep.networks.compiled.games.GameSlopes.distance;
import static io.lockstep.networks.compiled.games.GameSlopes.doubles;
import static io.lockstep.networks.compiled.games.GameSlopes.judged;
import static io.lockstep.networks.compiled.games.GameSlopes.places;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.WireType;
import io.lockstep.collectives.group.ProcessGroups;
import io.lockstep.datasets.Batch;
import io.lockstep.datasets.Column;
import io.lockstep.datasets.Field;
import io.lockstep.engine.Precision;
import io.lockstep.engine.operations.ElementLosses.ElementLoss;
import io.lockstep.engine.operations.ElementLosses.Kind;
import io.lockstep.networks.NetworkDefinition;
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
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Games that are no preset: a CycleGAN, and an actor with a critic. */
class GamesTest {
    private static final int EXAMPLES = 2;

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

    @Test
    void columnsThatHoldSomethingElseAreRefusedBeforeAnythingIsPlayed() {
        NetworkDefinition whole = actorAndCritic();
        Field done = Field.float32("done", ACTIONS);
        Field reward = Field.float32("reward", 1);
        try (GameReplica replica = played(whole, new Source.Column("s"))) {
            replica.requireColumns(List.of(Field.float32("s", STATES), done, reward));
            assertThatThrownBy(() -> replica.requireColumns(List.of(Field.int32("s", STATES), done, reward)))
                    .hasMessageContaining(
                            "'state' reads 3 numbers of an example, FLOAT32, of the column 's', which has 3")
                    .hasMessageContaining("INT32");
            assertThatThrownBy(() -> replica.requireColumns(List.of(Field.float32("s", 4), done, reward)))
                    .hasMessageContaining("the column 's', which has 4, FLOAT32");
        }
        Source joined = new Source.Joined(List.of(new Source.Column("s"), new Source.OneHot("class", 2)));
        try (GameReplica replica = played(whole, joined)) {
            Field kind = Field.int32("class");
            replica.requireColumns(List.of(Field.float32("s", STATES - 2), kind, done, reward));
            assertThatThrownBy(() -> replica.requireColumns(List.of(Field.float32("s", STATES), kind, done, reward)))
                    .hasMessageContaining("'state' reads 1 numbers of an example, FLOAT32, of the column 's'");
            assertThatThrownBy(() -> replica.requireColumns(
                            List.of(Field.float32("s", 1), Field.float32("class"), done, reward)))
                    .hasMessageContaining("of the column 'class', which has 1, FLOAT32");
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
