package io.lockstep.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.ProcessGroups;
import io.lockstep.datasets.Augmentation;
import io.lockstep.datasets.LocalStorage;
import io.lockstep.training.RunOptions.CheckpointOptions;
import io.lockstep.training.RunOptions.DataOptions;
import io.lockstep.training.RunOptions.LearningOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole runs in one process: threads for ranks, the generated pictures, a linear network. */
@Timeout(120)
class RankRunTest {
    private static final int EXAMPLES = 250; // 250 = 7 x 32 + 26: the last batch is short
    private static final int GLOBAL_BATCH = 32;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 7})
    void anyNumberOfRanksHasTheLossCurveOfOne(int worldSize) throws Exception {
        List<StepReport> one = reports(run(1, options(20, 0, false, "one")));
        List<StepReport> many = reports(run(worldSize, options(20, 0, false, "many")));

        assertThat(one).hasSize(20);
        assertThat(many).hasSameSizeAs(one);
        for (int i = 0; i < one.size(); i++) {
            assertThat(many.get(i).loss())
                    .as("loss of step %d", i)
                    .isCloseTo(one.get(i).loss(), within(1e-5 * one.get(i).loss()));
            assertThat(many.get(i).examples()).isEqualTo(one.get(i).examples());
        }
    }

    @Test
    void resumingHasTheBitsOfNeverHavingStopped() throws Exception {
        List<String> straight = run(2, options(20, 0, false, "straight")).hashes();

        run(2, options(20, 10, false, "stopped"));
        Outcome resumed = run(2, options(20, 0, true, "stopped"));

        assertThat(resumed.hashes()).isEqualTo(straight);
        assertThat(started(resumed).firstStep()).isEqualTo(10);
        assertThat(started(resumed).resumedFrom()).endsWith("step-00000010");
    }

    @Test
    void anotherNumberOfRanksResumesWithTheNextExample() throws Exception {
        List<StepReport> straight = reports(run(2, options(20, 0, false, "straight")));

        run(2, options(20, 10, false, "stopped"));
        List<StepReport> resumed = reports(run(3, options(20, 0, true, "stopped")));

        assertThat(resumed.get(0).step()).isEqualTo(11);
        assertThat(resumed.get(9).examples()).isEqualTo(straight.get(19).examples());
        assertThat(resumed.get(9).loss()).isCloseTo(straight.get(19).loss(), within(1e-5));
    }

    @Test
    void resumingWithNothingToDoStillEvaluates() throws Exception {
        run(2, options(10, 0, false, "done"));
        Outcome again = run(2, options(10, 0, true, "done"));

        assertThat(reports(again)).isEmpty();
        assertThat(again.events()).anyMatch(event -> event instanceof RunEvent.Evaluated);
    }

    @Test
    void allRanksEndWithTheSameParameters() throws Exception {
        List<String> hashes = run(3, options(10, 0, false, "run")).hashes();

        assertThat(hashes).hasSize(3);
        assertThat(hashes.stream().distinct()).hasSize(1);
    }

    @Test
    void evaluationSeesEveryTestExampleOnce() throws Exception {
        Outcome run = run(3, options(8, 0, false, "run"));

        assertThat(run.events().stream().filter(event -> event instanceof RunEvent.Evaluated))
                .allSatisfy(event -> assertThat(
                                ((RunEvent.Evaluated) event).evaluation().examples())
                        .isEqualTo(100));
    }

    @Test
    void aNonFiniteGradientIsSkippedOnAllRanksTogether() throws Exception {
        Outcome run = run(2, options(10, 0, false, "run"), 1);

        assertThat(reports(run).stream().mapToLong(StepReport::skippedSteps).sum())
                .isEqualTo(1);
        assertThat(run.hashes().stream().distinct()).hasSize(1);
        assertThat(reports(run)).allSatisfy(report -> assertThat(report.loss()).isFinite());
    }

    @Test
    void aRunWhoseGradientsStayBadIsStoppedWithTheStep() {
        assertThatThrownBy(() -> run(2, options(20, 0, false, "run"), 100))
                .hasRootCauseInstanceOf(DivergedException.class)
                .rootCause()
                .hasMessageContaining("step 5")
                .hasMessageContaining("learning-rate");
    }

    @Test
    void anotherSeedsCheckpointIsRefused() throws Exception {
        run(1, options(10, 0, false, "run"));
        RunOptions other = new RunOptionsBuilder("run", 20, 0, true, 2).build();

        assertThatThrownBy(() -> run(1, other)).hasRootCauseInstanceOf(ForeignCheckpointException.class);
    }

    private RunOptions options(long steps, long stopAfter, boolean resume, String name) {
        return new RunOptionsBuilder(name, steps, stopAfter, resume, 1).build();
    }

    private final class RunOptionsBuilder {
        private final RunOptions options;

        RunOptionsBuilder(String name, long steps, long stopAfter, boolean resume, long seed) {
            options = new RunOptions(
                    "softmax",
                    new DataOptions("shapes", folder.toString(), EXAMPLES, 100),
                    "ddp",
                    GLOBAL_BATCH,
                    1,
                    steps,
                    stopAfter,
                    seed,
                    new LearningOptions(0.01, "one-cycle", List.of(), 0.1, 0),
                    Augmentation.CROP_AND_FLIP,
                    1.0,
                    4096,
                    1,
                    5,
                    1,
                    new CheckpointOptions(folder.resolve(name).toString(), 0, 2, resume));
        }

        RunOptions build() {
            return options;
        }
    }

    private record Outcome(List<String> hashes, List<RunEvent> events) {}

    private static List<StepReport> reports(Outcome outcome) {
        return outcome.events().stream()
                .filter(event -> event instanceof RunEvent.Reported)
                .map(event -> ((RunEvent.Reported) event).report())
                .toList();
    }

    private static RunEvent.Started started(Outcome outcome) {
        return outcome.events().stream()
                .filter(event -> event instanceof RunEvent.Started)
                .map(event -> (RunEvent.Started) event)
                .findFirst()
                .orElseThrow();
    }

    private static Outcome run(int worldSize, RunOptions options) throws Exception {
        return run(worldSize, options, 0);
    }

    /** @param poisonedSteps of rank 0's first gradients are not finite */
    private static Outcome run(int worldSize, RunOptions options, int poisonedSteps) throws Exception {
        List<RunEvent> events = Collections.synchronizedList(new ArrayList<>());
        List<Callable<List<String>>> ranks = new ArrayList<>();
        for (ProcessGroup group : ProcessGroups.inProcess(worldSize, Duration.ofSeconds(20))) {
            ReplicaFactory replicas = setup -> {
                var replica = new SoftmaxReplica(setup.examples().size(), setup.classes(), setup.seed());
                replica.poisonedSteps = group.rank() == 0 ? poisonedSteps : 0;
                return replica;
            };
            ranks.add(() -> {
                try (group) {
                    return new RankRun(options, replicas, group, new LocalStorage(), 1, events::add, () -> {}).call();
                }
            });
        }
        return new Outcome(all(ranks), events);
    }

    private static List<String> all(List<Callable<List<String>>> ranks) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(ranks.size());
        try {
            List<String> hashes = List.of();
            for (Future<List<String>> each : threads.invokeAll(ranks, 100, TimeUnit.SECONDS)) {
                hashes = each.get();
            }
            return hashes;
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }
}
