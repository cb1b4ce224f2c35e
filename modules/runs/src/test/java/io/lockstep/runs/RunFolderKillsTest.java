package io.lockstep.runs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.datasets.storage.KillableStorage;
import io.lockstep.datasets.storage.KillableStorage.End;
import io.lockstep.datasets.storage.KillableStorage.Killed;
import io.lockstep.datasets.storage.KillableStorage.Kind;
import io.lockstep.runs.folder.EvaluationLine;
import io.lockstep.runs.folder.MetricsLine;
import io.lockstep.runs.folder.RunFolder;
import io.lockstep.runs.folder.TensorBoardRecords;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.DistributionSettings;
import io.lockstep.runs.settings.LearningSettings;
import io.lockstep.runs.settings.UsageException;
import io.lockstep.training.Evaluation;
import io.lockstep.training.StepReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The driver is killed between any two operations on the files of its run's folder, or in the middle of one; what is started
 * after it goes on, and is killed as well. The settings are always whole, the old ones or the new, and no line of a log is
 * lost that a checkpoint covers.
 */
class RunFolderKillsTest {
    private static final String RUN = "runs/one";
    private static final String CALL = "call-1";
    private static final String TIME = "2026-01-01T00:00:00.000Z";
    private static final long CHECKPOINT = 4;
    private static final long LAST = 6;

    /** What the ranks' checkpoints say, which the driver does not write. */
    private long checkpoint;

    static Stream<Arguments> deaths() {
        return Stream.of(Kind.values())
                .flatMap(kind -> Stream.of(End.BEFORE, End.TORN).map(end -> Arguments.of(kind, end)));
    }

    @ParameterizedTest
    @MethodSource("deaths")
    void whereverTheDriverIsKilledTheRunGoesOnWithWholeSettingsAndLogs(Kind kind, End end) throws IOException {
        int points = 0;
        boolean killed = true;
        for (int first = 0; killed; first++) {
            KillableStorage storage = new KillableStorage(kind);
            checkpoint = 0;
            killed = isKilled(storage, first, end, settings("0.1"));
            long reached = checkpoint;
            points++;
            boolean killedAgain = true;
            for (int second = 0; killedAgain; second++) {
                KillableStorage next = storage.copy();
                checkpoint = reached;
                killedAgain = isKilled(next, second, end, settings("0.2"));
                points++;
                finish(next);
            }
        }
        System.out.println("RunFolderKillsTest: " + points + " kills, " + kind + ", " + end);
        assertThat(points).isGreaterThan(300);
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void afterALossOfPowerTheSettingsAreWhole(Kind kind) throws IOException {
        boolean killed = true;
        for (int point = 0; killed; point++) {
            KillableStorage storage = new KillableStorage(kind);
            checkpoint = 0;
            isKilled(storage, Integer.MAX_VALUE, End.BEFORE, settings("0.1"));
            killed = isKilled(storage, point, End.POWER_LOSS, settings("0.2"));
            requireWholeSettings(RunFolder.configuration(RUN, storage));
        }
    }

    static Stream<Kind> kinds() {
        return Stream.of(Kind.values());
    }

    /** A name that the call did not make up belongs to another run, whatever else is in the folder. */
    @Test
    void anotherFolderIsStillRefused() throws IOException {
        KillableStorage storage = new KillableStorage(Kind.DISK);
        try (var out = storage.create(RUN + "/thesis.tex")) {
            out.write(1);
        }

        assertThatThrownBy(() -> RunFolder.open(storage, RUN, false, CALL))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("exists and is not empty");
    }

    private boolean isKilled(KillableStorage storage, int point, End end, Configuration settings) throws IOException {
        storage.killAfter(point, end);
        try {
            drive(storage, settings);
            return false;
        } catch (Killed e) {
            return true;
        } finally {
            storage.revive();
        }
    }

    /** What a driver does, the first or one that goes on, as {@code TrainCommand} and {@link TrainJob} do it. */
    private void drive(KillableStorage storage, Configuration fresh) throws IOException {
        boolean goesOn = RunFolder.isOf(CALL, RUN, storage);
        if (goesOn) {
            requireWholeSettings(RunFolder.configuration(RUN, storage));
        }
        RunFolder folder = RunFolder.open(storage, RUN, goesOn, CALL);
        if (!goesOn) {
            folder.put(RunFolder.INITIAL_MODEL, new byte[10]);
        }
        folder.putConfig(fresh);
        folder.startLogs(checkpoint);
        assertThat(folder.metrics().stream().map(MetricsLine::step))
                .as("lines that the checkpoint of step %d covers", checkpoint)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, checkpoint).boxed().toList());
        assertThat(folder.evaluations()).hasSize(checkpoint >= CHECKPOINT ? 1 : 0);
        for (long step = checkpoint + 1; step <= LAST; step++) {
            folder.log(metrics(step));
            if (step == CHECKPOINT) {
                folder.log(new EvaluationLine(TIME, step, 0, new Evaluation(100, 0.5, 0.9)));
                if (!isObjects(storage)) {
                    checkpoint = CHECKPOINT;
                }
            }
        }
        folder.close();
        checkpoint = CHECKPOINT;
        folder.putJson("environment.json", Map.of("commit", "abc"));
        folder.putJson("summary.json", Map.of("steps", LAST));
    }

    /** An object store shows a log when it is closed: until then the ranks' checkpoints are ahead of it. */
    private static boolean isObjects(KillableStorage storage) {
        return storage.kind() == Kind.OBJECTS;
    }

    private void finish(KillableStorage storage) throws IOException {
        drive(storage, settings("0.3"));
        assertThat(RunFolder.configuration(RUN, storage).get(LearningSettings.LEARNING_RATE))
                .isEqualTo(0.3);
        assertThat(storage.paths())
                .containsExactly(
                        RUN + "/config.conf",
                        RUN + "/environment.json",
                        RUN + "/evaluations.jsonl",
                        RUN + "/" + TensorBoardRecords.FILE,
                        RUN + "/" + RunFolder.INITIAL_MODEL,
                        RUN + "/metrics.jsonl",
                        RUN + "/submission",
                        RUN + "/summary.json");
        String logged = new String(storage.content(RUN + "/metrics.jsonl"), StandardCharsets.UTF_8);
        assertThat(logged.lines()).hasSize((int) LAST);
    }

    private static void requireWholeSettings(Configuration found) {
        assertThat(found.get(LearningSettings.LEARNING_RATE)).isIn(0.1, 0.2);
        assertThat(found.get(DistributionSettings.SEED)).isEqualTo(77L);
        assertThat(found.get(DistributionSettings.WORKERS)).isEqualTo(3);
    }

    private static Configuration settings(String rate) {
        Configuration settings = new Configuration();
        settings.put("learning-rate", rate);
        settings.put("seed", "77");
        settings.put("workers", "3");
        return settings;
    }

    private static MetricsLine metrics(long step) {
        var times = new StepReport.TimeMs(1, 2, 3, 4, 1, 5);
        return new MetricsLine(TIME, step, 0, step * 64, 0.5, 0.9, 0.1, 1000, 0, 10, Map.of(), times, List.of(times));
    }
}
