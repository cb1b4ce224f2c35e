package io.lockstep.training.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.datasets.storage.LocalStorage;
import io.lockstep.datasets.storage.Storage;
import io.lockstep.training.Evaluation;
import io.lockstep.training.Metrics;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointStoreTest {
    private static final CheckpointStore.Best ACCURACY = new CheckpointStore.Best(Metrics.ACCURACY);
    private static final CheckpointStore.Best LOSS = new CheckpointStore.Best(Metrics.LOSS);

    @TempDir
    Path folder;

    private final List<String> warnings = new ArrayList<>();
    private CheckpointStore store;

    @BeforeEach
    void open() {
        store = new CheckpointStore(new LocalStorage(), folder.toString(), 2, warnings::add);
    }

    @Test
    void theNewestIsReadBackAsItWasWritten() throws IOException {
        store.write(checkpoint(50));
        store.write(checkpoint(100));

        Checkpoint latest = store.latest().orElseThrow();

        assertThat(latest.state()).isEqualTo(state(100));
        assertThat(latest.model()).isEqualTo(model(100));
        assertThat(warnings).isEmpty();
    }

    @Test
    void anEmptyOrMissingFolderHasNone() throws IOException {
        assertThat(store.latest()).isEmpty();
        assertThat(new CheckpointStore(new LocalStorage(), folder + "/none", 1, warnings::add).latest())
                .isEmpty();
    }

    @Test
    void onlyTheNewestAreKept() throws IOException {
        for (long step = 10; step <= 50; step += 10) {
            store.write(checkpoint(step));
        }

        try (var left = Files.list(folder)) {
            assertThat(left.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("step-00000040", "step-00000050");
        }
    }

    /** Arabic of Egypt has digits of its own. */
    @Test
    void checkpointsAreCalledTheSameInEveryLocale() throws IOException {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("ar-EG"));
        try {
            store.write(checkpoint(10));

            assertThat(folder.resolve("step-00000010")).isDirectory();
            assertThat(store.latest().orElseThrow().state().step()).isEqualTo(10);
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void theBestIsKeptBesideTheNewest() throws IOException {
        store = keepingBest(ACCURACY);
        for (long step = 10; step <= 60; step += 10) {
            // the third is the best; the fourth is as accurate, but surer of its errors; the last was not tested
            Evaluation test = new Evaluation(100, step == 40 ? 0.5 : 0.4, step == 30 || step == 40 ? 0.9 : 0.8);
            store.write(new Checkpoint(state(step).withTest(step == 60 ? null : test), model(step), List.of()));
        }

        try (var left = Files.list(folder)) {
            assertThat(left.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("step-00000030", "step-00000050", "step-00000060");
        }
        assertThat(store.latest().orElseThrow().state().step()).isEqualTo(60);
        assertThat(store.choose("best", ACCURACY).state().test()).isEqualTo(new Evaluation(100, 0.4, 0.9));
        assertThat(store.choose("50", CheckpointStore.Best.NONE).model()).isEqualTo(model(50));
        assertThatThrownBy(() -> store.choose("20", CheckpointStore.Best.NONE))
                .hasMessageContaining("no checkpoint of step 20")
                .hasMessageContaining("[30, 50, 60]");
    }

    @Test
    void byLossALossThatIsNotANumberIsNotTheBest() throws IOException {
        store = keepingBest(LOSS);
        double[] losses = {Double.NaN, 0.7, 0.6, 0.8, 0.9};
        for (int i = 0; i < losses.length; i++) {
            Evaluation test = new Evaluation(100, losses[i], 0.5);
            store.write(new Checkpoint(state(10 * (i + 1)).withTest(test), model(i), List.of()));
        }

        assertThat(store.best(LOSS).orElseThrow().state().step()).isEqualTo(30);
    }

    @Test
    void ofNetworksThatHaveDivergedNoneIsBest() {
        var nothing = List.of(
                new CheckpointStore.Tested(10, new Evaluation(100, Double.NaN, 0.1)),
                new CheckpointStore.Tested(20, new Evaluation(100, 0.5, Double.NaN)));
        assertThat(LOSS.of(nothing.subList(0, 1))).isEmpty();
        assertThat(ACCURACY.of(nothing)).isEmpty();
    }

    private CheckpointStore keepingBest(CheckpointStore.Best best) {
        return new CheckpointStore(new LocalStorage(), folder.toString(), 2, best, "", warnings::add);
    }

    /** A rank that hung, or was cut off, and comes back when the run has long gone on elsewhere. */
    @Test
    void aWriterOfAStartThatIsOverTouchesNothing() throws IOException {
        store.claim("first");
        CheckpointStore first = ownedBy("first", new LocalStorage());
        first.write(checkpoint(50));
        store.claim("second");
        CheckpointStore second = ownedBy("second", new LocalStorage());
        second.write(checkpoint(60));

        assertThatThrownBy(() -> first.write(checkpoint(60))).hasMessageContaining("started again elsewhere");
        assertThatThrownBy(() -> first.write(checkpoint(70))).hasMessageContaining("started again elsewhere");
        assertThatThrownBy(() -> first.begin(60)).hasMessageContaining("started again elsewhere");
        assertThatThrownBy(() -> first.writeRankState(60, 0, new byte[1]))
                .hasMessageContaining("started again elsewhere");

        assertThat(second.latest().orElseThrow().state().step()).isEqualTo(60);
        try (var left = Files.list(folder)) {
            assertThat(left.map(path -> path.getFileName().toString()))
                    .containsExactlyInAnyOrder("OWNER", "step-00000050", "step-00000060");
        }
    }

    /** It hung between two of its files. */
    @Test
    void aWriterThatIsOvertakenInTheMiddleCompletesNothing() throws IOException {
        store.claim("first");
        CheckpointStore first = ownedBy("first", new HookedStorage() {
            @Override
            protected void creating(String path) throws IOException {
                if (path.endsWith("model.zip")) {
                    store.claim("second");
                }
            }
        });

        assertThatThrownBy(() -> first.write(checkpoint(50))).hasMessageContaining("started again elsewhere");
        assertThat(store.latest()).isEmpty();
    }

    /** Its own write fails when it wakes, as on a file system whose lease has gone to the other. */
    @Test
    void aWriterThatIsOvertakenAndFailsRemovesNothing() throws IOException {
        store.claim("first");
        CheckpointStore first = ownedBy("first", new HookedStorage() {
            @Override
            protected void creating(String path) throws IOException {
                if (path.endsWith("model.zip")) {
                    store.claim("second");
                    ownedBy("second", new LocalStorage()).write(checkpoint(50));
                    throw new IOException("no lease on the file");
                }
            }
        });

        assertThatThrownBy(() -> first.write(checkpoint(50))).hasMessageContaining("no lease");
        assertThat(store.latest().orElseThrow().model()).isEqualTo(model(50));
    }

    private CheckpointStore ownedBy(String owner, Storage storage) {
        return new CheckpointStore(storage, folder.toString(), 2, CheckpointStore.Best.NONE, owner, warnings::add);
    }

    @Test
    void aFlippedByteIsNoticedAndTheOneBeforeIsUsed() throws IOException {
        store.write(checkpoint(50));
        store.write(checkpoint(100));
        Path model = folder.resolve("step-00000100/model.zip");
        byte[] bytes = Files.readAllBytes(model);
        bytes[3] ^= 1;
        Files.write(model, bytes);

        assertThat(store.latest().orElseThrow().state().step()).isEqualTo(50);
        assertThat(warnings).singleElement().asString().contains("step-00000100", "model.zip", "SHA-256");
    }

    @Test
    void aTruncatedFileIsNoticedAndTheOneBeforeIsUsed() throws IOException {
        store.write(checkpoint(50));
        store.write(checkpoint(100));
        Files.write(folder.resolve("step-00000100/state.properties"), new byte[0]);

        assertThat(store.latest().orElseThrow().state().step()).isEqualTo(50);
        assertThat(warnings).singleElement().asString().contains("state.properties");
    }

    @Test
    void whereNoneIsWholeNobodyBeginsAnew() throws IOException {
        store.write(checkpoint(50));
        Files.write(folder.resolve("step-00000050/model.zip"), new byte[0]);

        assertThatThrownBy(store::latest)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no checkpoint in")
                .hasMessageContaining("model.zip");
    }

    @Test
    void withoutItsManifestACheckpointDoesNotExist() throws IOException {
        store.write(checkpoint(50));
        store.write(checkpoint(100));
        Files.delete(folder.resolve("step-00000100/MANIFEST"));

        assertThat(store.latest().orElseThrow().state().step()).isEqualTo(50);
        assertThat(warnings).singleElement().asString().contains("never completed");
    }

    @Test
    void aDiskThatFillsUpLosesNoOlderCheckpoint() throws IOException {
        store.write(checkpoint(50));
        CheckpointStore full = new CheckpointStore(new FullDisk(), folder.toString(), 1, warnings::add);

        assertThatThrownBy(() -> full.write(checkpoint(100)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("step-00000100")
                .hasMessageContaining("No space left on device");
        assertThat(store.latest().orElseThrow().state().step()).isEqualTo(50);
    }

    @Test
    void theManifestIsWhatSha256sumChecks() throws IOException {
        store.write(checkpoint(50));

        assertThat(Files.readAllLines(folder.resolve("step-00000050/MANIFEST")))
                .hasSize(2)
                .allMatch(line -> line.matches("[0-9a-f]{64}  (model\\.zip|state\\.properties)"));
    }

    @Test
    void whatRanksKnowAloneIsReadBackAndDamageToItIsNoticed() throws IOException {
        store.write(checkpoint(50));
        store.begin(100);
        String first = store.writeRankState(100, 0, model(1));
        String second = store.writeRankState(100, 1, model(2));
        store.write(new Checkpoint(state(100), model(100), List.of(first, second)));

        Checkpoint latest = store.latest().orElseThrow();
        assertThat(latest.rankStateHashes()).containsExactly(first, second);
        assertThat(store.rankState(latest, 1)).isEqualTo(model(2));

        Files.write(folder.resolve("step-00000100/rank-00001.state"), model(3));
        assertThat(store.latest().orElseThrow().state().step()).isEqualTo(50);
        assertThat(warnings).singleElement().asString().contains("rank-00001.state", "SHA-256");
    }

    /** Or a resume of N ranks would read N times N files. */
    @Test
    void aRankThatIsToldTheStepReadsNoOtherRanksFile() throws IOException {
        store.begin(100);
        String first = store.writeRankState(100, 0, model(1));
        String second = store.writeRankState(100, 1, model(2));
        store.write(new Checkpoint(state(100), model(100), List.of(first, second)));
        List<String> opened = new ArrayList<>();
        CheckpointStore told = ownedBy("", new HookedStorage() {
            @Override
            protected void creating(String path) {
                throw new AssertionError("nothing is written here");
            }

            @Override
            public InputStream open(String path) throws IOException {
                opened.add(path.replaceFirst(".*/", ""));
                return super.open(path);
            }
        });

        Checkpoint checkpoint = told.at(100);
        assertThat(told.rankState(checkpoint, 1)).isEqualTo(model(2));

        assertThat(opened).containsExactlyInAnyOrder("MANIFEST", "model.zip", "state.properties", "rank-00001.state");
    }

    @Test
    void aStepThatIsWrittenAgainDoesNotExistMeanwhile() throws IOException {
        store.write(checkpoint(50));
        store.write(checkpoint(100));
        store.begin(100);

        assertThat(store.latest().orElseThrow().state().step()).isEqualTo(50);
    }

    @Test
    void anotherRunsCheckpointIsRefusedWithTheDifference() {
        TrainingState theirs = state(50);

        assertThatThrownBy(() ->
                        theirs.requireContinuable(new TrainingState(0, "resnet18", "shapes", 1000, 64, 1, "ddp", 2)))
                .isInstanceOf(ForeignCheckpointException.class)
                .hasMessageContaining("model resnet20")
                .hasMessageContaining("resnet18");
        assertThatThrownBy(() ->
                        theirs.requireContinuable(new TrainingState(0, "resnet20", "shapes", 1000, 64, 2, "ddp", 2)))
                .hasMessageContaining("seed 1");
    }

    @Test
    void anotherNumberOfRanksMayContinue() throws IOException {
        state(50).requireContinuable(new TrainingState(0, "resnet20", "shapes", 1000, 64, 1, "ddp", 7));
    }

    private static Checkpoint checkpoint(long step) {
        return new Checkpoint(state(step), model(step), List.of());
    }

    private static TrainingState state(long step) {
        return new TrainingState(step, "resnet20", "shapes", 1000, 64, 1, "ddp", 2);
    }

    private static byte[] model(long step) {
        return ("the model after step " + step).getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }

    /** Takes the first file whole and has no room for the second. */
    private static final class FullDisk extends HookedStorage {
        private int created;

        @Override
        protected void creating(String path) throws IOException {
            if (created++ > 0) {
                throw new IOException("No space left on device");
            }
        }
    }
}
