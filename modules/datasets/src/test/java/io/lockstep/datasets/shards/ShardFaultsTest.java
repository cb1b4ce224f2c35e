package io.lockstep.datasets.shards;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.datasets.CacheOptions;
import io.lockstep.datasets.DataFaultException;
import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.Dataset;
import io.lockstep.datasets.DatasetNotFoundException;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.LoaderOptions;
import io.lockstep.datasets.MalformedDatasetException;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.catalog.ShardedCopy;
import io.lockstep.datasets.images.GeneratedShapes;
import io.lockstep.datasets.loading.BatchLoader;
import io.lockstep.datasets.loading.BatchLoadingException;
import io.lockstep.datasets.storage.LocalStorage;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardFaultsTest {
    private static final int EXAMPLES = 200; // of 3076 bytes: 85 in a block

    @TempDir
    Path folder;

    private Path shard;
    private Path manifest;

    @BeforeEach
    void write() throws IOException {
        new ShardedCopy(new LocalStorage(), folder.toString(), 1 << 30).write(new GeneratedShapes(1, EXAMPLES, 5));
        shard = folder.resolve("train/00000.shard");
        manifest = folder.resolve("shards.manifest");
    }

    private DataSource open() throws IOException {
        return ShardSet.open(new LocalStorage(), folder.toString(), CacheOptions.DEFAULT);
    }

    private Dataset read() throws IOException {
        return open().read(Split.TRAIN, ExampleRange.all(EXAMPLES));
    }

    private static void readAll(Dataset set) {
        try (var loader = BatchLoader.evaluation(set, 10, LoaderOptions.of(set.normalization()))) {
            while (loader.hasNext()) {
                loader.next();
            }
        }
    }

    private void overwrite(Path file, long at, int... bytes) throws IOException {
        try (var raw = new RandomAccessFile(file.toFile(), "rw")) {
            raw.seek(at);
            for (int value : bytes) {
                raw.write(value);
            }
        }
    }

    private void cut(Path file, long length) throws IOException {
        try (var raw = new RandomAccessFile(file.toFile(), "rw")) {
            raw.setLength(length);
        }
    }

    @Test
    void aShardThatIsCutShortInMidRunStopsItAndIsNamed() throws IOException {
        Dataset set = read();
        cut(shard, 400_000);
        assertThatThrownBy(() -> readAll(set))
                .isInstanceOf(BatchLoadingException.class)
                .hasCauseInstanceOf(DataFaultException.class)
                .hasMessageContaining("cannot read training or test data: " + shard
                        + " has become shorter: it ends within" + " its block 1");
    }

    @Test
    void aShardThatIsDeletedInMidRunStopsItAndIsNamed() throws IOException {
        Dataset set = read();
        Files.delete(shard);
        assertThatThrownBy(() -> readAll(set))
                .hasCauseInstanceOf(DataFaultException.class)
                .hasMessageContaining(shard.toString())
                .hasMessageContaining("No such file");
    }

    @Test
    void aByteThatHasChangedIsFoundByItsBlocksChecksum() throws IOException {
        overwrite(shard, 300_000, 1, 2, 3, 4, 5);
        Dataset set = read();
        assertThatThrownBy(() -> readAll(set))
                .hasCauseInstanceOf(DataFaultException.class)
                .hasMessageContaining(
                        shard + " is damaged: the checksum of its block 1, which begins at byte 261468, is wrong");
    }

    @Test
    void whatIsNotInThatBlockIsReadNevertheless() throws IOException {
        overwrite(shard, 300_000, 1, 2, 3, 4, 5);
        readAll(open().read(Split.TRAIN, new ExampleRange(0, 85)));
        readAll(open().read(Split.TRAIN, new ExampleRange(170, EXAMPLES)));
    }

    @Test
    void openingASetSeesThatItsShardsAreThereAndAsLongAsTheyWere() throws IOException {
        cut(shard, 400_000);
        assertThatThrownBy(this::open)
                .isInstanceOf(MalformedDatasetException.class)
                .hasMessageContaining(shard + " has 400000 bytes, and shards.manifest says");
        Files.delete(shard);
        assertThatThrownBy(this::open)
                .isInstanceOf(DatasetNotFoundException.class)
                .hasMessageContaining(shard + " is missing, which shards.manifest names");
    }

    @Test
    void aFooterThatIsDamagedOrMissingIsTold() throws IOException {
        long length = Files.size(shard);
        overwrite(shard, length - 100, 1, 2);
        assertThatThrownBy(this::read).hasMessageContaining(shard + " is damaged: its footer's checksum is wrong");
        overwrite(shard, length - 1, 0);
        assertThatThrownBy(this::read).hasMessageContaining(shard + " is no whole shard");
    }

    @Test
    void aManifestThatIsHalfWrittenOrWasChangedIsTold() throws IOException {
        byte[] whole = Files.readAllBytes(manifest);
        for (int length = 0; length < whole.length; length += 97) {
            Files.write(manifest, Arrays.copyOf(whole, length));
            assertThatThrownBy(this::open)
                    .isInstanceOf(MalformedDatasetException.class)
                    .hasMessageContaining(manifest + " is damaged");
        }
        String text = new String(whole, StandardCharsets.UTF_8);
        Files.writeString(manifest, text.replace("shapes", "forms"));
        assertThatThrownBy(this::open).hasMessageContaining("it was changed, or is not whole");
    }

    @Test
    void aShardOfAnotherSetIsTold() throws IOException {
        DataSource source = open();
        Path other = folder.resolve("other");
        new ShardedCopy(new LocalStorage(), other.toString(), 1 << 30).write(new GeneratedShapes(2, EXAMPLES, 5));
        Files.copy(other.resolve("train/00000.shard"), shard, StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(() -> source.read(Split.TRAIN, ExampleRange.all(EXAMPLES)))
                .hasMessageContaining(shard + " is another shard than shards.manifest names");
    }
}
