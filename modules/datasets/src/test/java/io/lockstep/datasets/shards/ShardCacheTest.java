package io.lockstep.datasets.shards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.datasets.CacheOptions;
import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.LoaderOptions;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.catalog.ShardedCopy;
import io.lockstep.datasets.images.GeneratedShapes;
import io.lockstep.datasets.loading.BatchLoader;
import io.lockstep.datasets.storage.LocalStorage;
import io.lockstep.datasets.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardCacheTest {
    @TempDir
    Path folder;

    private final Remote remote = new Remote();

    /** A disk that is not here, which notes what is read of it. */
    private static final class Remote implements Storage {
        private final LocalStorage disk = new LocalStorage();
        private final List<String> opened = new ArrayList<>();

        @Override
        public InputStream open(String path) throws IOException {
            opened.add(path);
            return disk.open(path);
        }

        @Override
        public OutputStream create(String path) throws IOException {
            return disk.create(path);
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

        long shardsRead() {
            return opened.stream().filter(path -> path.endsWith(".shard")).count();
        }
    }

    private String written(String name, int seed) throws IOException {
        String path = folder.resolve(name).toString();
        new ShardedCopy(new LocalStorage(), path, 1).write(new GeneratedShapes(seed, 20, 10));
        return path;
    }

    private DataSource open(String set, long limitBytes) throws IOException {
        return ShardSet.open(remote, set, new CacheOptions(cache().toString(), limitBytes));
    }

    private Path cache() {
        return folder.resolve("cache");
    }

    private Path contentOf(String set) throws IOException {
        return cache().resolve(ShardManifest.parse(Files.readAllBytes(Path.of(set, ShardManifest.NAME)), set)
                .content());
    }

    private static void readAll(DataSource source) throws IOException {
        var set = source.read(Split.TRAIN, ExampleRange.all(20));
        try (var loader = BatchLoader.evaluation(set, 20, LoaderOptions.of(set.normalization()))) {
            assertThat(loader.next().size()).isEqualTo(20);
        }
    }

    @Test
    void aRemoteSetIsCopiedOnceAndFoundAgainWhereverItComesFrom() throws IOException {
        String set = written("set", 1);
        readAll(open(set, 0));
        assertThat(remote.shardsRead()).isEqualTo(1);
        readAll(open(set, 0));
        String copy = written("the same elsewhere", 1);
        readAll(open(copy, 0));
        assertThat(remote.shardsRead()).isEqualTo(1);
        open(copy, 0).read(Split.TEST, ExampleRange.all(10));
        assertThat(remote.shardsRead()).as("the test's shard too").isEqualTo(2);
        assertThat(contentOf(copy)).isEqualTo(contentOf(set));
    }

    @Test
    void aCopyThatWasBegunByAProcessThatWasKilledIsBegunAnew() throws IOException {
        String set = written("set", 2);
        Path train = Files.createDirectories(contentOf(set).resolve("train"));
        Files.writeString(train.resolve("00000.shard.part"), "half of it");
        Files.writeString(train.resolve("00001.shard.part"), "half of another");
        readAll(open(set, 0));
        try (Stream<Path> files = Files.list(train)) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactly("00000.shard");
        }
    }

    @Test
    void aShardThatDoesNotArriveAsItWasWrittenIsNotKept() throws IOException {
        String set = written("set", 3);
        Path shard = Path.of(set, "train/00000.shard");
        byte[] bytes = Files.readAllBytes(shard);
        bytes[1000]++;
        Files.write(shard, bytes);
        assertThatThrownBy(() -> readAll(open(set, 0)))
                .hasMessageContaining("train/00000.shard is damaged: it does not have the SHA-256");
        try (Stream<Path> files = Files.walk(cache())) {
            assertThat(files.filter(file -> file.toString().contains("shard"))).isEmpty();
        }
    }

    /** As another process has left it. */
    private Path unused(String content, int bytes, long usedAt) throws IOException {
        Path set = Files.createDirectories(cache().resolve(content).resolve("train"));
        Files.write(set.resolve("00000.shard"), new byte[bytes]);
        Path use = Files.writeString(cache().resolve(content + ".use"), "");
        Files.setLastModifiedTime(use, FileTime.fromMillis(usedAt));
        return set;
    }

    @Test
    void whereThereIsNoRoomTheSetGoesThatWasUsedTheLongestAgo() throws IOException {
        Path old = unused("old", 100_000, 1_000_000);
        Path oldest = unused("oldest", 100_000, 500_000);
        readAll(open(written("set", 4), 240_000));
        assertThat(oldest).doesNotExist();
        assertThat(old).exists();
    }

    @Test
    void aSetInUseStaysAndWhoeverFindsNoRoomIsToldSo() throws IOException {
        String used = written("used", 5);
        readAll(open(used, 0));
        Files.setLastModifiedTime(cache().resolve(contentOf(used).getFileName() + ".use"), FileTime.fromMillis(1_000));
        assertThatThrownBy(() -> readAll(open(written("another", 6), 100_000)))
                .hasMessageContaining("may hold 0 MB")
                .hasMessageContaining("raise cache-limit-mb");
        assertThat(contentOf(used).resolve("train/00000.shard")).exists();
    }
}
