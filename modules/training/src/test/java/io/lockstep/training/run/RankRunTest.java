package io.lockstep.training.run;

import static io.lockstep.training.run.TestedStrategies.DDP;
import static io.lockstep.training.run.TestedStrategies.DP;
import static io.lockstep.training.run.TestedStrategies.SHARING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.collectives.WireType;
import io.lockstep.training.Calibration;
import io.lockstep.training.RunEvent;
import io.lockstep.training.StepReport;
import io.lockstep.training.Strategy;
import io.lockstep.training.strategies.Auto;
import io.lockstep.training.strategies.BucketSize;
import io.lockstep.training.strategies.DistributedDataParallel;
import io.lockstep.training.strategies.GradientSharing;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ObjIntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole runs in one process, under every strategy. */
class RankRunTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @MethodSource("io.lockstep.training.run.TestedStrategies#exact")
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
    @MethodSource("io.lockstep.training.run.TestedStrategies#dividing")
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

    @ParameterizedTest
    @MethodSource("io.lockstep.training.run.TestedStrategies#all")
    void allRanksEndWithTheSameParameters(Strategy.Factory strategy) throws Exception {
        TestRun run = run(3, setup("run", strategy).options(10));

        assertThat(run.hashes()).hasSize(3);
        assertThat(run.hashes().stream().distinct()).hasSize(1);
        assertThat(run.reports().get(9).loss())
                .isNotEqualTo(run.reports().get(0).loss());
    }

    @ParameterizedTest
    @MethodSource("io.lockstep.training.run.TestedStrategies#all")
    void networksWhoseMemoryIsAGpusHaveTheSameBits(Strategy.Factory strategy) throws Exception {
        TestRun.distant(2, setup("far", strategy).options(20, 12, false));

        assertThat(TestRun.distant(2, setup("far", strategy).options(20, 0, true))
                        .hashes())
                .isEqualTo(run(2, setup("near", strategy).options(20)).hashes());
    }

    @ParameterizedTest
    @MethodSource("io.lockstep.training.run.TestedStrategies#all")
    void aRunRepeatsItsBits(Strategy.Factory strategy) throws Exception {
        assertThat(run(2, setup("second", strategy).options(10)).hashes())
                .isEqualTo(run(2, setup("first", strategy).options(10)).hashes());
    }

    @ParameterizedTest
    @MethodSource("io.lockstep.training.run.TestedStrategies#exact")
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
                    Calibration.Decision decision = ((RunEvent.Decided) event).decision();
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
                    Calibration.Decision decision = ((RunEvent.Decided) event).decision();
                    assertThat(decision.setting()).isEqualTo("strategy");
                    assertThat(decision.value()).isIn("ddp", "dp", "gradient-sharing");
                    assertThat(decision.why()).contains("ms by ddp", "by dp");
                });
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
    void evaluationSeesEveryTestExampleOnce() throws Exception {
        TestRun run = run(3, setup("run", DDP).options(8));

        assertThat(run.events().stream().filter(event -> event instanceof RunEvent.Evaluated))
                .allSatisfy(event -> assertThat(
                                ((RunEvent.Evaluated) event).evaluation().examples())
                        .isEqualTo(100));
    }

    @ParameterizedTest
    @MethodSource("io.lockstep.training.run.TestedStrategies#all")
    void aNonFiniteGradientIsSkippedAndDoesNotSpreadByAnyStrategy(Strategy.Factory strategy) throws Exception {
        TestRun run = run(2, setup("run", strategy).withClipNorm(1).options(10), 1);

        assertThat(run.reports().stream().mapToLong(StepReport::skippedSteps).sum())
                .isEqualTo(1);
        assertThat(run.hashes().stream().distinct()).hasSize(1);
        assertThat(run.reports()).allSatisfy(report -> assertThat(report.loss()).isFinite());
    }

    @ParameterizedTest
    @MethodSource("io.lockstep.training.run.TestedStrategies#all")
    void aRunWhoseGradientsStayBadIsStoppedWithTheStep(Strategy.Factory strategy) {
        assertThatThrownBy(() -> run(2, setup("run", strategy).options(20), 100))
                .hasRootCauseInstanceOf(DivergedException.class)
                .rootCause()
                .hasMessageContaining("step 5")
                .hasMessageContaining("in layer weights")
                .hasMessageContaining("learning-rate");
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
