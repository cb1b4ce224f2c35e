package io.lockstep.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.datasets.LocalStorage;
import io.lockstep.datasets.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class CheckpointStoreTest {
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
    private static final class FullDisk implements Storage {
        private final LocalStorage disk = new LocalStorage();
        private int created;

        @Override
        public OutputStream create(String path) throws IOException {
            if (created++ > 0) {
                throw new IOException("No space left on device");
            }
            return disk.create(path);
        }

        @Override
        public InputStream open(String path) throws IOException {
            return disk.open(path);
        }

        @Override
        public boolean exists(String path) throws IOException {
            return disk.exists(path);
        }

        @Override
        public List<Entry> list(String path) throws IOException {
            return disk.list(path);
        }

        @Override
        public void delete(String path) throws IOException {
            disk.delete(path);
        }
    }
}
