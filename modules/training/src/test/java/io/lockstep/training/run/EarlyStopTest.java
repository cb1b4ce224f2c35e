package io.lockstep.training.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.collectives.WireType;
import io.lockstep.training.Metrics;
import io.lockstep.training.RunEvent;
import io.lockstep.training.checkpoint.CheckpointStore.Best;
import io.lockstep.training.run.RunOptions.CheckpointOptions;
import io.lockstep.training.run.RunOptions.LearningOptions;
import io.lockstep.training.strategies.BucketSize;
import io.lockstep.training.strategies.DistributedDataParallel;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run whose tests get no better, as its learning rate is 0. */
class EarlyStopTest {
    private static final int STEPS_OF_EPOCH = 8;

    @TempDir
    Path folder;

    private RunOptions options(String name, int earlyStopping, double rate, long stopAfter, boolean resume) {
        RunOptions base = new TestRun.Setup(
                        folder,
                        name,
                        new DistributedDataParallel.Options(BucketSize.BY_GRADIENT, WireType.FLOAT32, true))
                .options(10 * STEPS_OF_EPOCH);
        return base.toBuilder()
                .stopAfter(stopAfter)
                .learning(new LearningOptions(rate, "constant", List.of(), 0.1, 0))
                .logEvery(3) // of which an epoch has no whole number
                .earlyStopping(earlyStopping)
                .checkpoints(new CheckpointOptions(
                        folder.resolve(name).toString(), 0, 1, new Best(Metrics.ACCURACY), resume, "", ""))
                .build();
    }

    private static List<Long> tests(TestRun run) {
        return run.events().stream()
                .filter(event -> event instanceof RunEvent.Evaluated)
                .map(event -> ((RunEvent.Evaluated) event).step())
                .toList();
    }

    private static List<String> warnings(TestRun run) {
        return run.events().stream()
                .filter(event -> event instanceof RunEvent.Warned)
                .map(event -> ((RunEvent.Warned) event).message())
                .toList();
    }

    private static long lastReported(TestRun run) {
        return run.reports().get(run.reports().size() - 1).step();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void itEndsOnAllRanksAtTheSameStep(int ranks) throws Exception {
        TestRun run = TestRun.of(ranks, options("run", 2, 0, 0, false));

        assertThat(tests(run)).containsExactly(8L, 16L, 24L); // the first is the best
        assertThat(run.hashes()).hasSize(ranks).containsOnly(run.hashes().get(0));
        assertThat(lastReported(run)).isEqualTo(24);
        assertThat(warnings(run))
                .singleElement()
                .asString()
                .startsWith("stopped early, after step 24: the best test, accuracy = ")
                .endsWith(", was after step 8");
    }

    @Test
    void withoutItTheRunGoesToItsEnd() throws Exception {
        TestRun run = TestRun.of(1, options("run", 0, 0, 0, false));

        assertThat(tests(run)).hasSize(10);
        assertThat(lastReported(run)).isEqualTo(10 * STEPS_OF_EPOCH);
    }

    /** Only one checkpoint beside the best one stays. */
    @Test
    void aRunThatGoesOnRemembersWhatWasBest() throws Exception {
        TestRun whole = TestRun.of(2, options("whole", 3, 0, 0, false));
        TestRun.of(2, options("halved", 3, 0, 2 * STEPS_OF_EPOCH, false));

        TestRun rest = TestRun.of(2, options("halved", 3, 0, 0, true));
        TestRun again = TestRun.of(2, options("halved", 3, 0, 0, true)); // as if its driver had been lost in the end

        assertThat(lastReported(whole)).isEqualTo(32);
        assertThat(tests(rest)).containsExactly(24L, 32L);
        assertThat(rest.hashes()).isEqualTo(whole.hashes());
        assertThat(again.reports()).isEmpty();
        assertThat(again.hashes()).isEqualTo(whole.hashes());
    }
}
