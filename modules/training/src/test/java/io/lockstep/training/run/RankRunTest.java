package io.lockstep.training.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.collectives.WireType;
import io.lockstep.datasets.storage.LocalStorage;
import io.lockstep.training.Evaluation;
import io.lockstep.training.Rehearsal;
import io.lockstep.training.RunEvent;
import io.lockstep.training.StepReport;
import io.lockstep.training.Strategy;
import io.lockstep.training.checkpoint.CheckpointStore;
import io.lockstep.training.checkpoint.ForeignCheckpointException;
import io.lockstep.training.checkpoint.HookedStorage;
import io.lockstep.training.strategies.Asked;
import io.lockstep.training.strategies.Auto;
import io.lockstep.training.strategies.BucketSize;
import io.lockstep.training.strategies.DataParallel;
import io.lockstep.training.strategies.DistributedDataParallel;
import io.lockstep.training.strategies.GradientSharing;
import io.lockstep.training.strategies.ParameterAveraging;
import io.lockstep.training.strategies.Strategies;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ObjIntConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole runs in one process, under every strategy. */
class RankRunTest {
    private static final DistributedDataParallel.Options DDP =
            new DistributedDataParallel.Options(BucketSize.ofBytes(4096), WireType.FLOAT32, true);
    private static final DataParallel.Options DP = new DataParallel.Options(BucketSize.BY_GRADIENT, true);
    private static final ParameterAveraging.Options EVERY_STEP = new ParameterAveraging.Options(1, 0, true);
    private static final GradientSharing.Options SHARING = new GradientSharing.Options(0.05, 0, 1, 5, 0);

    @TempDir
    Path folder;

    /** Whose steps are those of one worker on the whole batch; momentum is linear, so averaging it is too. */
    static Stream<Strategy.Factory> exact() {
        return Stream.of(DDP, DP, EVERY_STEP);
    }

    static Stream<Strategy.Factory> all() {
        List<Strategy.Factory> chosen = chosen().toList();
        return Stream.concat(
                chosen.stream(),
                ofTheTable()
                        .filter(each ->
                                chosen.stream().noneMatch(known -> known.name().equals(each.name()))));
    }

    /** With their defaults, but for those that let another take their place. */
    private static Stream<Strategy.Factory> ofTheTable() {
        return Strategies.ALL.stream().filter(kind -> !kind.chooses()).map(kind -> kind.factory(Asked.defaults()));
    }

    private static Stream<Strategy.Factory> chosen() {
        return Stream.concat(
                exact(),
                Stream.of(
                        new ParameterAveraging.Options(3, 0, true),
                        new ParameterAveraging.Options(4, 1, false),
                        SHARING,
                        new GradientSharing.Options(0.05, 0, 0, 0, 0.9),
                        new GradientSharing.Options(0.5, 1e-4, 0, 0, 0),
                        new DistributedDataParallel.Options(BucketSize.BY_GRADIENT, WireType.BFLOAT16, true),
                        new DistributedDataParallel.Options(BucketSize.BY_GRADIENT, WireType.FLOAT16, true)));
    }

    @ParameterizedTest
    @MethodSource("exact")
    void anyNumberOfRanksHasTheLossCurveOfOne(Strategy.Factory strategy) throws Exception {
        List<StepReport> one = run(1, setup("one", strategy).options(20)).reports();
        assertThat(one).hasSize(20);
        for (int worldSize : new int[] {2, 3, 4, 7}) {
            List<StepReport> many = run(
                            worldSize, setup("many" + worldSize, strategy).options(20))
                    .reports();
            assertThat(many).hasSameSizeAs(one);
            for (int i = 0; i < one.size(); i++) {
                assertThat(many.get(i).loss())
                        .as("%d ranks, loss of step %d", worldSize, i)
                        .isCloseTo(one.get(i).loss(), within(1e-5 * one.get(i).loss()));
                assertThat(many.get(i).examples()).isEqualTo(one.get(i).examples());
            }
        }
    }

    /** Rounding is all that tells many ranks from one: where sums are exact, their parameters are one rank's, bit for bit. */
    @ParameterizedTest
    @MethodSource("dividing")
    void whereSumsAreExactManyRanksHaveTheParametersOfOne(Strategy.Factory strategy) throws Exception {
        ObjIntConsumer<SoftmaxReplica> exactly = (replica, rank) -> replica.grid = 0x1p-12;
        RunOptions options = setup("one", strategy).withClipNorm(0.05).options(20);
        TestRun one = TestRun.of(1, options, exactly);
        assertThat(one.reports().get(19).loss())
                .isNotEqualTo(one.reports().get(0).loss());
        for (int worldSize : new int[] {2, 3, 4, 7}) {
            TestRun many = TestRun.of(
                    worldSize,
                    setup("many" + worldSize, strategy).withClipNorm(0.05).options(20),
                    exactly);
            assertThat(many.hashes())
                    .as("%d ranks", worldSize)
                    .containsOnly(one.hashes().get(0));
        }
    }

    static Stream<Strategy.Factory> dividing() {
        return Stream.of(DDP, DP);
    }

    @ParameterizedTest
    @MethodSource("all")
    void allRanksEndWithTheSameParameters(Strategy.Factory strategy) throws Exception {
        TestRun run = run(3, setup("run", strategy).options(10));

        assertThat(run.hashes()).hasSize(3);
        assertThat(run.hashes().stream().distinct()).hasSize(1);
        assertThat(run.reports().get(9).loss())
                .isNotEqualTo(run.reports().get(0).loss());
    }

    @ParameterizedTest
    @MethodSource("all")
    void resumingHasTheBitsOfNeverHavingStopped(Strategy.Factory strategy) throws Exception {
        List<String> straight = run(2, setup("straight", strategy).options(24)).hashes();

        run(2, setup("stopped", strategy).options(24, 12, false));
        TestRun resumed = run(2, setup("stopped", strategy).options(24, 0, true));

        assertThat(resumed.hashes()).isEqualTo(straight);
        assertThat(resumed.started().firstStep()).isEqualTo(12);
        assertThat(resumed.started().resumedFrom()).endsWith("step-00000012");
    }

    @ParameterizedTest
    @MethodSource("all")
    void networksWhoseMemoryIsAGpusHaveTheSameBits(Strategy.Factory strategy) throws Exception {
        TestRun.distant(2, setup("far", strategy).options(20, 12, false));

        assertThat(TestRun.distant(2, setup("far", strategy).options(20, 0, true))
                        .hashes())
                .isEqualTo(run(2, setup("near", strategy).options(20)).hashes());
    }

    @ParameterizedTest
    @MethodSource("all")
    void aRunRepeatsItsBits(Strategy.Factory strategy) throws Exception {
        assertThat(run(2, setup("second", strategy).options(10)).hashes())
                .isEqualTo(run(2, setup("first", strategy).options(10)).hashes());
    }

    @ParameterizedTest
    @MethodSource("exact")
    void anotherNumberOfRanksResumesWithTheNextExample(Strategy.Factory strategy) throws Exception {
        List<StepReport> straight =
                run(2, setup("straight", strategy).options(20)).reports();

        run(2, setup("stopped", strategy).options(20, 10, false));
        List<StepReport> resumed =
                run(3, setup("stopped", strategy).options(20, 0, true)).reports();

        assertThat(resumed.get(0).step()).isEqualTo(11);
        assertThat(resumed.get(9).examples()).isEqualTo(straight.get(19).examples());
        assertThat(resumed.get(9).loss()).isCloseTo(straight.get(19).loss(), within(1e-5));
    }

    @ParameterizedTest
    @MethodSource("exact")
    void fromTwoRanksToThreeAndBackToOneInTheMiddleOfEpochs(Strategy.Factory strategy) throws Exception {
        List<StepReport> straight =
                run(2, setup("straight", strategy).options(24)).reports();
        List<StepReport> changed = new ArrayList<>();

        changed.addAll(run(2, setup("changed", strategy).options(24, 10, false)).reports());
        changed.addAll(run(3, setup("changed", strategy).options(24, 17, true)).reports());
        changed.addAll(run(1, setup("changed", strategy).options(24, 0, true)).reports());

        assertThat(changed).hasSize(24);
        for (int i = 0; i < 24; i++) {
            assertThat(changed.get(i).step()).isEqualTo(i + 1);
            assertThat(changed.get(i).examples())
                    .as("no example twice or missed")
                    .isEqualTo(straight.get(i).examples());
            assertThat(changed.get(i).loss())
                    .as("loss of step %d", i + 1)
                    .isCloseTo(straight.get(i).loss(), within(1e-5));
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void whereARankMustLeaveAllStopAfterTheSameStepAndNothingIsLost(Strategy.Factory strategy) throws Exception {
        List<String> straight = run(3, setup("straight", strategy).options(24)).hashes();

        assertThatThrownBy(() -> leavingAt(13, setup("left", strategy).options(24)))
                .hasRootCauseInstanceOf(RankLeavingException.class)
                .rootCause()
                .hasMessageContaining("rank 1")
                .hasMessageContaining("was told to end");
        TestRun resumed = run(3, setup("left", strategy).options(24, 0, true));

        // told before its 13th step; with averages every so many steps it takes until the next but one
        assertThat(resumed.started().firstStep()).isBetween(13L, 20L);
        assertThat(resumed.hashes()).isEqualTo(straight);
    }

    /** Of three ranks the one in the middle is told. */
    private static void leavingAt(int step, RunOptions options) throws Exception {
        TestRun.of(3, options, (replica, rank) -> {}, rank -> new RankControl() {
            private int steps;

            @Override
            public void stopIfAsked() {
                steps++;
            }

            @Override
            public boolean leaving() {
                return rank == 1 && steps >= step;
            }
        });
    }

    @Test
    void aTestThatWasDueWhenARankLeftIsMadeUpFor() throws Exception {
        assertThatThrownBy(() -> leavingAt(8, setup("left", DDP).options(24)))
                .hasRootCauseInstanceOf(RankLeavingException.class);

        TestRun resumed = run(3, setup("left", DDP).options(24, 0, true));

        assertThat(resumed.started().firstStep()).isEqualTo(8); // the end of the first epoch
        assertThat(resumed.events().stream()
                        .filter(event -> event instanceof RunEvent.Evaluated)
                        .map(event -> ((RunEvent.Evaluated) event).step()))
                .containsExactly(8L, 16L, 24L);
    }

    /** As when a name node is away for a while. */
    @Test
    void aCheckpointThatCannotBeWrittenIsToldAndTheNextOneIs() throws Exception {
        TestRun run = TestRun.on(
                new FailingDisk(1), 2, setup("run", DDP).options(24)); // of the checkpoints of steps 8, 16 and 24

        assertThat(run.events())
                .filteredOn(event -> event instanceof RunEvent.Warned)
                .singleElement()
                .asString()
                .contains("step-00000008", "the disk is away", "training goes on");
        assertThat(run.events().stream()
                        .filter(event -> event instanceof RunEvent.CheckpointWritten)
                        .map(event -> ((RunEvent.CheckpointWritten) event).step()))
                .containsExactly(16L, 24L);
    }

    /** Each rank writes a file of its own then. */
    @Test
    void whereARanksPartOfACheckpointCannotBeWrittenAllGoOnWithoutIt() throws Exception {
        var strategy = new ParameterAveraging.Options(4, 1, false); // each rank keeps its momentum
        TestRun run = TestRun.on(
                new FailingDisk(1, "rank-00001.state"),
                2,
                setup("run", strategy).options(24));

        assertThat(run.hashes()).hasSize(2);
        assertThat(run.events())
                .filteredOn(event -> event instanceof RunEvent.Warned)
                .singleElement()
                .asString()
                .contains("step 8", "rank 1", "the disk is away", "training goes on");
        assertThat(run.events().stream()
                        .filter(event -> event instanceof RunEvent.CheckpointWritten)
                        .map(event -> ((RunEvent.CheckpointWritten) event).step()))
                .containsExactly(16L, 24L);
    }

    @Test
    void theLastCheckpointMustBeWritten() {
        assertThatThrownBy(() ->
                        TestRun.on(new FailingDisk(3), 1, setup("run", DDP).options(24)))
                .rootCause()
                .hasMessageContaining("the disk is away");
    }

    private static final class FailingDisk extends HookedStorage {
        private final AtomicInteger failures;

        private final String file;

        FailingDisk(int failures) {
            this(failures, CheckpointStore.MODEL);
        }

        FailingDisk(int failures, String file) {
            this.failures = new AtomicInteger(failures);
            this.file = file;
        }

        @Override
        protected void creating(String path) throws IOException {
            if (path.endsWith(file) && failures.getAndDecrement() > 0) {
                throw new IOException("the disk is away");
            }
        }
    }

    @Test
    void aCheckpointHoldsWhatItsTestSaid() throws Exception {
        TestRun run = run(2, setup("run", DDP).options(16));

        var store =
                new CheckpointStore(new LocalStorage(), folder.resolve("run").toString(), 1, warning -> {});
        Evaluation last = run.events().stream()
                .filter(event -> event instanceof RunEvent.Evaluated)
                .map(event -> ((RunEvent.Evaluated) event).evaluation())
                .reduce((earlier, later) -> later)
                .orElseThrow();
        assertThat(store.latest().orElseThrow().state().test()).isEqualTo(last);
        assertThat(store.at(8).state().test()).isNotNull().isNotEqualTo(last);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void gradientSharingGoesOnWithMoreAndWithFewerRanks(int worldSize) throws Exception {
        run(2, setup("stopped", SHARING).options(40, 20, false));
        TestRun resumed = run(worldSize, setup("stopped", SHARING).options(40, 0, true));

        assertThat(resumed.hashes()).hasSize(worldSize);
        assertThat(resumed.hashes().stream().distinct()).hasSize(1);
        assertThat(resumed.reports().get(19).step()).isEqualTo(40);
    }

    @ParameterizedTest
    @MethodSource("exact")
    void microBatchesDoNotChangeTheStep(Strategy.Factory strategy) throws Exception {
        List<StepReport> whole = run(2, setup("whole", strategy).options(16)).reports();
        for (int parts : new int[] {2, 3, 16, 40}) {
            List<StepReport> inParts = run(2, setup("parts" + parts, strategy).options(16, 0, false, parts, 1))
                    .reports();
            for (int i = 0; i < whole.size(); i++) {
                assertThat(inParts.get(i).loss())
                        .as("%d parts, loss of step %d", parts, i)
                        .isCloseTo(
                                whole.get(i).loss(), within(1e-5 * whole.get(i).loss()));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {128, 1024, 1 << 20})
    void bucketsOfAnySizeGiveTwoRanksTheSameBits(int bytes) throws Exception {
        var small = new DistributedDataParallel.Options(
                BucketSize.ofBytes(Math.min(bytes, 60_000)), WireType.FLOAT32, true);
        assertThat(run(2, setup("small", small).options(10)).hashes())
                .isEqualTo(run(
                                2,
                                setup(
                                                "whole",
                                                new DistributedDataParallel.Options(
                                                        BucketSize.BY_GRADIENT, WireType.FLOAT32, true))
                                        .options(10))
                        .hashes());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 7})
    void overlappedBucketsGiveTheBitsOfThoseThatWait(int worldSize) throws Exception {
        var waiting = new DistributedDataParallel.Options(BucketSize.ofBytes(4096), WireType.FLOAT32, false);
        assertThat(run(worldSize, setup("waiting", waiting).options(10)).hashes())
                .isEqualTo(run(worldSize, setup("overlapped", DDP).options(10)).hashes());
    }

    @Test
    void aMeasuredBucketIsToldAndDoesNotChangeWhatTwoRanksCompute() throws Exception {
        var measured = new DistributedDataParallel.Options(BucketSize.MEASURED, WireType.FLOAT32, true);
        TestRun run = run(2, setup("measured", measured).options(10));

        assertThat(run.hashes()).isEqualTo(run(2, setup("run", DDP).options(10)).hashes());
        assertThat(run.events())
                .filteredOn(event -> event instanceof RunEvent.Decided)
                .singleElement()
                .satisfies(event -> {
                    Rehearsal.Decision decision = ((RunEvent.Decided) event).decision();
                    assertThat(decision.setting()).isEqualTo("bucket-bytes");
                    assertThat(Integer.parseInt(decision.value())).isPositive();
                    assertThat(decision.why()).contains("backward takes", "ms");
                });
    }

    @Test
    void aBucketThatIsLargerThanTheGradientIsRefused() {
        var large = new DistributedDataParallel.Options(BucketSize.ofBytes(1 << 30), WireType.FLOAT32, true);
        assertThatThrownBy(() -> run(2, setup("run", large).options(10)))
                .rootCause()
                .hasMessageContaining("bucket-bytes = 1073741824 is more than the gradient has");
    }

    @Test
    void autoSaysWhatItChoseAndWhy() throws Exception {
        TestRun run = run(2, setup("run", new Auto(DDP, DP, SHARING)).options(5));

        assertThat(run.events())
                .filteredOn(event -> event instanceof RunEvent.Decided)
                .singleElement()
                .satisfies(event -> {
                    Rehearsal.Decision decision = ((RunEvent.Decided) event).decision();
                    assertThat(decision.setting()).isEqualTo("strategy");
                    assertThat(decision.value()).isIn("ddp", "dp", "gradient-sharing");
                    assertThat(decision.why()).contains("ms by ddp", "by dp");
                });
    }

    @Test
    void aCheckpointKeepsTheStrategyThatAutoChose() throws Exception {
        TestRun run = run(2, setup("run", new Auto(DDP, DP, SHARING)).options(5));
        String chosen = run.events().stream()
                .filter(event -> event instanceof RunEvent.Decided)
                .map(event -> ((RunEvent.Decided) event).decision().value())
                .findFirst()
                .orElseThrow();

        var store =
                new CheckpointStore(new LocalStorage(), folder.resolve("run").toString(), 1, warning -> {});
        assertThat(store.latest().orElseThrow().state().strategy()).isEqualTo(chosen);
    }

    @Test
    void halfWidthWiresSendHalfTheBytes() throws Exception {
        var half = new DistributedDataParallel.Options(BucketSize.BY_GRADIENT, WireType.BFLOAT16, true);
        long full = run(2, setup("full", DDP).options(5)).reports().get(4).bytesSent();

        long agreement = Float.BYTES; // on whether somebody leaves
        assertThat(run(2, setup("half", half).options(5)).reports().get(4).bytesSent())
                .isEqualTo((full - agreement) / 2 + agreement);
    }

    @Test
    void gradientSharingSendsAboutTheShareThatWasAskedFor() throws Exception {
        long dense = run(2, setup("dense", DDP).options(50)).reports().get(49).bytesSent();
        var options = new GradientSharing.Options(0.02, 0, 0, 0, 0);
        List<StepReport> sparse = run(2, setup("sparse", options).options(50)).reports();

        double share = sparse.subList(30, 50).stream()
                        .mapToLong(StepReport::bytesSent)
                        .average()
                        .orElseThrow()
                / dense;
        assertThat(share).isBetween(0.01, 0.04);
    }

    @Test
    void resumingWithNothingToDoStillEvaluates() throws Exception {
        run(2, setup("done", DDP).options(10));
        TestRun again = run(2, setup("done", DDP).options(10, 0, true));

        assertThat(again.reports()).isEmpty();
        assertThat(again.events()).anyMatch(event -> event instanceof RunEvent.Evaluated);
    }

    @Test
    void evaluationSeesEveryTestExampleOnce() throws Exception {
        TestRun run = run(3, setup("run", DDP).options(8));

        assertThat(run.events().stream().filter(event -> event instanceof RunEvent.Evaluated))
                .allSatisfy(event -> assertThat(
                                ((RunEvent.Evaluated) event).evaluation().examples())
                        .isEqualTo(100));
    }

    @ParameterizedTest
    @MethodSource("all")
    void aNonFiniteGradientIsSkippedAndDoesNotSpreadByAnyStrategy(Strategy.Factory strategy) throws Exception {
        TestRun run = run(2, setup("run", strategy).withClipNorm(1).options(10), 1);

        assertThat(run.reports().stream().mapToLong(StepReport::skippedSteps).sum())
                .isEqualTo(1);
        assertThat(run.hashes().stream().distinct()).hasSize(1);
        assertThat(run.reports()).allSatisfy(report -> assertThat(report.loss()).isFinite());
    }

    @ParameterizedTest
    @MethodSource("all")
    void aRunWhoseGradientsStayBadIsStoppedWithTheStep(Strategy.Factory strategy) {
        assertThatThrownBy(() -> run(2, setup("run", strategy).options(20), 100))
                .hasRootCauseInstanceOf(DivergedException.class)
                .rootCause()
                .hasMessageContaining("step 5")
                .hasMessageContaining("in layer weights")
                .hasMessageContaining("learning-rate");
    }

    @Test
    void anotherSeedsCheckpointIsRefused() throws Exception {
        run(1, setup("run", DDP).options(10));
        RunOptions other = setup("run", DDP).options(20, 0, true, 1, 2);

        assertThatThrownBy(() -> run(1, other)).hasRootCauseInstanceOf(ForeignCheckpointException.class);
    }

    private TestRun.Setup setup(String name, Strategy.Factory strategy) {
        return new TestRun.Setup(folder, name, strategy);
    }

    private static TestRun run(int worldSize, RunOptions options) throws Exception {
        return TestRun.of(worldSize, options);
    }

    private static TestRun run(int worldSize, RunOptions options, int poisonedSteps) throws Exception {
        return TestRun.of(worldSize, options, poisonedSteps);
    }
}
