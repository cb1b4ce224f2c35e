package io.lockstep.training.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.datasets.storage.KillableStorage;
import io.lockstep.datasets.storage.KillableStorage.End;
import io.lockstep.datasets.storage.KillableStorage.Killed;
import io.lockstep.datasets.storage.KillableStorage.Kind;
import io.lockstep.datasets.storage.Storage;
import io.lockstep.training.Evaluation;
import io.lockstep.training.Metrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A writer of checkpoints is killed between any two of its file operations, or in the middle of one, on a disk and on an
 * object store, and whoever goes on is killed again: the newest whole checkpoint is found, and none is lost that was there
 * to stay.
 */
class CheckpointKillsTest {
    private static final CheckpointStore.Best ACCURACY = new CheckpointStore.Best(Metrics.ACCURACY);
    private static final String FOLDER = "run/checkpoints";
    private static final int KEEP = 2;
    private static final int RANKS = 2;
    private static final long BEST = 20;

    private final List<String> warnings = new ArrayList<>();

    static Stream<Arguments> deaths() {
        return Stream.of(Kind.values()).flatMap(kind -> Stream.of(End.values()).map(end -> Arguments.of(kind, end)));
    }

    @ParameterizedTest
    @MethodSource("deaths")
    void whereverItIsKilledTheNewestWholeCheckpointIsFoundAndNoneIsLost(Kind kind, End end) throws IOException {
        KillableStorage before = new KillableStorage(kind);
        for (long step = 10; step <= 50; step += 10) {
            write(before, step);
        }
        int points = 0;
        boolean killed = true;
        for (int first = 0; killed; first++) {
            KillableStorage storage = before.copy();
            killed = isKilled(storage, first, end, 60);
            requireIntact(storage, 50, 60, !killed);
            points++;
            points += killAgain(storage, end);
        }
        System.out.println("CheckpointKillsTest: " + points + " kills, " + kind + ", " + end);
        assertThat(points).isGreaterThan(200);
    }

    /** Whoever goes on writes the step that was lost, or the one after it, and is killed at any operation in turn. */
    private int killAgain(KillableStorage found, End end) throws IOException {
        int points = 0;
        for (long next : newest(found) == 60 ? new long[] {70} : new long[] {60, 70}) {
            boolean killed = true;
            for (int second = 0; killed; second++) {
                KillableStorage storage = found.copy();
                long newest = newest(storage);
                killed = isKilled(storage, second, end, next);
                requireIntact(storage, newest < next ? newest : 50, next, !killed);
                points++;
                finish(storage);
            }
        }
        return points;
    }

    /** A start that nobody disturbs ends with what is to be kept, and nothing else. */
    private void finish(KillableStorage storage) throws IOException {
        write(storage, 80);
        write(storage, 90);
        assertThat(storage.list(FOLDER).stream().map(Storage.Entry::name))
                .containsExactly("step-00000020", "step-00000080", "step-00000090");
        requireWhole(storage, BEST);
        requireWhole(storage, 80);
        requireWhole(storage, 90);
    }

    private boolean isKilled(KillableStorage storage, int point, End end, long step) throws IOException {
        storage.killAfter(point, end);
        try {
            write(storage, step);
            storage.revive();
            return false;
        } catch (Killed e) {
            storage.revive();
            return true;
        }
    }

    private void write(KillableStorage storage, long step) throws IOException {
        CheckpointStore store = store(storage, "");
        store.begin(step);
        List<String> hashes = new ArrayList<>();
        for (int rank = 0; rank < RANKS; rank++) {
            hashes.add(store.writeRankState(step, rank, rankState(step, rank)));
        }
        store.write(state(step), out -> writeInPieces(model(step), out), hashes);
    }

    private static void writeInPieces(byte[] content, java.io.OutputStream out) throws IOException {
        int half = content.length / 2;
        out.write(content, 0, half);
        out.write(content, half, content.length - half);
    }

    private void requireIntact(KillableStorage storage, long older, long newer, boolean written) throws IOException {
        long newest = newest(storage);
        assertThat(newest).isIn(written ? List.of(newer) : List.of(older, newer));
        requireWhole(storage, newest);
        requireWhole(storage, BEST); // it stays, whatever happens
        assertThat(whole(storage)).as("whole ones beside the best").hasSizeGreaterThanOrEqualTo(KEEP);
        Checkpoint best = store(storage, "").choose("best", ACCURACY);
        assertThat(best.state().step()).isEqualTo(BEST);
    }

    private List<Long> whole(KillableStorage storage) throws IOException {
        List<Long> whole = new ArrayList<>();
        for (Storage.Entry entry : storage.list(FOLDER)) {
            long step = Long.parseLong(entry.name().substring("step-".length()));
            try {
                store(storage, "").at(step);
                if (step != BEST) {
                    whole.add(step);
                }
            } catch (IOException e) {
                assertThat(e.getMessage()).as("what is wrong with step " + step).isNotBlank();
            }
        }
        return whole;
    }

    private long newest(KillableStorage storage) throws IOException {
        return store(storage, "").latest().orElseThrow().state().step();
    }

    private void requireWhole(KillableStorage storage, long step) throws IOException {
        CheckpointStore store = store(storage, "");
        Checkpoint checkpoint = store.at(step);
        assertThat(checkpoint.state()).isEqualTo(state(step));
        assertThat(checkpoint.model()).isEqualTo(model(step));
        for (int rank = 0; rank < RANKS; rank++) {
            assertThat(store.rankState(checkpoint, rank)).isEqualTo(rankState(step, rank));
        }
    }

    /** The first of a run: until it is whole there is none, and that is no error. */
    @ParameterizedTest
    @MethodSource("deaths")
    void whereTheFirstIsCutShortThereIsNone(Kind kind, End end) throws IOException {
        boolean killed = true;
        for (int point = 0; killed; point++) {
            KillableStorage storage = new KillableStorage(kind);
            killed = isKilled(storage, point, end, 10);
            assertThat(store(storage, "").latest().isPresent())
                    .as("whole after %d operations", point)
                    .isEqualTo(wholeManifest(storage));
            write(storage, 10);
            requireWhole(storage, 10);
        }
    }

    private static boolean wholeManifest(KillableStorage storage) {
        byte[] manifest = storage.content(FOLDER + "/step-00000010/MANIFEST");
        return manifest != null && new String(manifest, StandardCharsets.UTF_8).endsWith("  state.properties\n");
    }

    /**
     * A writer hangs before any of its operations, the run is started again elsewhere and writes the same step and the next;
     * then the first one wakes. It does harm only if it hung between its look at the owner and the very operation after it:
     * on a disk where it deletes or creates a file, on an object store where it deletes or closes one.
     */
    @ParameterizedTest
    @MethodSource("kinds")
    void aWriterThatWakesWhenTheRunWentOnElsewhereHarmsNothing(Kind kind) throws IOException {
        KillableStorage before = new KillableStorage(kind);
        write(before, 10);
        boolean paused = true;
        int points = 0;
        List<Integer> lost = new ArrayList<>();
        for (int point = 0; paused; point++) {
            KillableStorage storage = before.copy();
            store(storage, "").claim("first");
            boolean[] overtaken = {false};
            storage.pauseAfter(point, () -> {
                overtaken[0] = true;
                overtake(storage);
            });
            try {
                store(storage, "first").write(new Checkpoint(state(20), model(20), List.of()));
            } catch (IOException e) {
                assertThat(e).isInstanceOf(FencedException.class);
            }
            paused = overtaken[0];
            if (paused) {
                points++;
                CheckpointStore store = store(storage, "");
                assertThat(store.at(30).model()).isEqualTo(model(31));
                try {
                    assertThat(store.at(20).model()).isEqualTo(model(21));
                } catch (IOException e) {
                    lost.add(point);
                }
            }
        }
        System.out.println("CheckpointKillsTest: a writer hung at " + points + " points, " + kind + ", lost " + lost);
        assertThat(points).isEqualTo(9); // three files: created, written, closed
        assertThat(lost).hasSizeLessThanOrEqualTo(3);
        int first = kind == Kind.DISK ? 0 : 2;
        assertThat(lost).allMatch(point -> point % 3 == first);
    }

    static Stream<Kind> kinds() {
        return Stream.of(Kind.values());
    }

    private void overtake(KillableStorage storage) {
        try {
            store(storage, "").claim("second");
            CheckpointStore second = store(storage, "second");
            assertThat(second.latest().orElseThrow().state().step()).isIn(10L, 20L);
            second.write(new Checkpoint(state(20).withTest(null), model(21), List.of()));
            second.write(new Checkpoint(state(30), model(31), List.of()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void whatIsKilledStaysDead() throws IOException {
        KillableStorage storage = new KillableStorage(Kind.DISK);
        storage.killAfter(3, End.BEFORE);
        assertThatThrownBy(() -> write(storage, 10)).isInstanceOf(Killed.class);
        assertThatThrownBy(() -> storage.list(FOLDER)).isInstanceOf(Killed.class);
    }

    private CheckpointStore store(Storage storage, String owner) {
        return new CheckpointStore(storage, FOLDER, KEEP, ACCURACY, owner, warnings::add);
    }

    private static TrainingState state(long step) {
        return new TrainingState(step, "resnet20", "shapes", 1000, 64, 1, "ddp", RANKS)
                .withTest(new Evaluation(100, 0.5, step == BEST ? 0.9 : 0.1 + step / 1000.0));
    }

    private static byte[] model(long step) {
        return ("the model after step " + step).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] rankState(long step, int rank) {
        return ("residuals of rank " + rank + " after step " + step).getBytes(StandardCharsets.UTF_8);
    }
}
