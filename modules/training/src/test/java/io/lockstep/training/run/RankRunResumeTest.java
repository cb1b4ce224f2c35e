package io.lockstep.training.run;

import static io.lockstep.training.run.TestedStrategies.DDP;
import static io.lockstep.training.run.TestedStrategies.DP;
import static io.lockstep.training.run.TestedStrategies.SHARING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.datasets.storage.LocalStorage;
import io.lockstep.training.Evaluation;
import io.lockstep.training.RunEvent;
import io.lockstep.training.StepReport;
import io.lockstep.training.Strategy;
import io.lockstep.training.checkpoint.CheckpointStore;
import io.lockstep.training.checkpoint.ForeignCheckpointException;
import io.lockstep.training.checkpoint.HookedStorage;
import io.lockstep.training.strategies.Auto;
import io.lockstep.training.strategies.ParameterAveraging;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A run that stopped, or that a rank left, goes on where it was; what a checkpoint holds, and where none can be written. */
class RankRunResumeTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @MethodSource("io.lockstep.training.run.TestedStrategies#all")
    void resumingHasTheBitsOfNeverHavingStopped(Strategy.Factory strategy) throws Exception {
        List<String> straight = run(2, setup("straight", strategy).options(24)).hashes();

        run(2, setup("stopped", strategy).options(24, 12, false));
        TestRun resumed = run(2, setup("stopped", strategy).options(24, 0, true));

        assertThat(resumed.hashes()).isEqualTo(straight);
        assertThat(resumed.started().firstStep()).isEqualTo(12);
        assertThat(resumed.started().resumedFrom()).endsWith("step-00000012");
    }

    @ParameterizedTest
    @MethodSource("io.lockstep.training.run.TestedStrategies#exact")
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
    @MethodSource("io.lockstep.training.run.TestedStrategies#exact")
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
    @MethodSource("io.lockstep.training.run.TestedStrategies#all")
    void whereARankMustLeaveAllStopAfterTheSameStepAndNothingIsLost(Strategy.Factory strategy) throws Exception {
        List<String> straight = run(3, setup("straight", strategy).options(24)).hashes();

        assertThatThrownBy(() -> leavingAt(13, setup("left", strategy).options(24)))
                .hasRootCauseInstanceOf(PreemptionException.class)
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
            public void stopIfAsked() {}

            @Override
            public boolean leaving() { // asked before each step
                steps++;
                return rank == 1 && steps >= step;
            }
        });
    }

    @Test
    void aTestThatWasDueWhenARankLeftIsMadeUpFor() throws Exception {
        assertThatThrownBy(() -> leavingAt(8, setup("left", DDP).options(24)))
                .hasRootCauseInstanceOf(PreemptionException.class);

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
    void resumingWithNothingToDoStillEvaluates() throws Exception {
        run(2, setup("done", DDP).options(10));
        TestRun again = run(2, setup("done", DDP).options(10, 0, true));

        assertThat(again.reports()).isEmpty();
        assertThat(again.events()).anyMatch(event -> event instanceof RunEvent.Evaluated);
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
}
