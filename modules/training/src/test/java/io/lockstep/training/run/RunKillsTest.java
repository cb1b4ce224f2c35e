package io.lockstep.training.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.lockstep.datasets.Augmentation;
import io.lockstep.datasets.TextOptions;
import io.lockstep.datasets.storage.KillableStorage;
import io.lockstep.datasets.storage.KillableStorage.End;
import io.lockstep.datasets.storage.KillableStorage.Kind;
import io.lockstep.training.run.RunOptions.CheckpointOptions;
import io.lockstep.training.run.RunOptions.DataOptions;
import io.lockstep.training.run.RunOptions.LearningOptions;
import io.lockstep.training.strategies.GradientSharing;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A whole run of two ranks that is killed between any two operations on its files, and resumed. */
class RunKillsTest {
    private static final int RANKS = 2;
    private static final int STEPS = 4;

    /** With a checkpoint of each step, and of what each rank alone knows: residuals. */
    private static RunOptions options(boolean resume) {
        return RunOptions.builder(
                        "softmax",
                        new DataOptions("shapes", "data", 32, 8, TextOptions.DEFAULT),
                        new GradientSharing.Options(0.05, 0, 0, 0, 0.9))
                .globalBatch(16)
                .steps(STEPS)
                .learning(new LearningOptions(0.001, "one-cycle", List.of(), 0.1, 0))
                .augmentation(Augmentation.CROP_AND_FLIP)
                .compareEvery(5)
                .evaluateEvery(1)
                .checkpoints(new CheckpointOptions("run/checkpoints", 1, 2, resume))
                .build();
    }

    @Test
    void whereverItIsKilledTheResumedRunEndsWithTheSameBits() throws Exception {
        List<String> undisturbed = TestRun.on(new KillableStorage(Kind.DISK), RANKS, options(false))
                .hashes();
        int points = 0;
        boolean killed = true;
        for (int point = 0; killed; point++) {
            KillableStorage storage = new KillableStorage(Kind.DISK);
            storage.killAfter(point, End.values()[point % End.values().length]);
            killed = isKilled(storage);
            storage.revive();

            TestRun resumed = TestRun.on(storage, RANKS, options(true));
            assertThat(resumed.hashes())
                    .as(
                            "killed in operation %d, resumed from step %d",
                            point, resumed.started().firstStep())
                    .isEqualTo(undisturbed);
            points++;
        }
        System.out.println("RunKillsTest: killed at " + points + " points");
        assertThat(points).isGreaterThan(60);
    }

    private static boolean isKilled(KillableStorage storage) throws Exception {
        try {
            TestRun.on(storage, RANKS, options(false));
        } catch (AssertionError e) {
            assertThat(storage.dead()).as("%s", e).isTrue();
        }
        return storage.dead();
    }
}
