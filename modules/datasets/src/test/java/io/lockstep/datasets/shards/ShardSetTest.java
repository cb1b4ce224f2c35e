package io.lockstep.datasets.shards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.datasets.Augmentation;
import io.lockstep.datasets.Batch;
import io.lockstep.datasets.BlockedDataset;
import io.lockstep.datasets.CacheOptions;
import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.Dataset;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.FeatureLayout;
import io.lockstep.datasets.Field;
import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.LoaderOptions;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.catalog.DataCatalog;
import io.lockstep.datasets.catalog.ShardedCopy;
import io.lockstep.datasets.images.GeneratedShapes;
import io.lockstep.datasets.images.ImageDataset;
import io.lockstep.datasets.images.TestImages;
import io.lockstep.datasets.loading.BatchLoader;
import io.lockstep.datasets.loading.Sampler;
import io.lockstep.datasets.storage.LocalStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShardSetTest {
    private static final LocalStorage STORAGE = new LocalStorage();
    private static final List<Field> FIELDS =
            List.of(Field.float32("features", 4), Field.int32("labels"), Field.float32("weights"));

    @TempDir
    Path folder;

    /** Example i: features 4i, 4i + 1 ..., label i % 3, weight i / 2. */
    private ShardSummary rows(Split split, int shard, int from, int to) throws IOException {
        String path = ShardSet.shard(folder.toString(), split, shard);
        try (var writer = ShardWriter.ofFields(STORAGE.create(path), FIELDS)) {
            for (int i = from; i < to; i++) {
                writer.floats(0, 4 * i, 4 * i + 1, 4 * i + 2, 4 * i + 3);
                writer.ints(1, i % 3);
                writer.floats(2, i / 2f);
                writer.endExample();
            }
            return writer.finish();
        }
    }

    private ShardSet.Description described() {
        return new ShardSet.Description("rows", ShardColumn.of(FIELDS), List.of("a", "b", "c"));
    }

    private DataSource rows() throws IOException {
        var train = List.of(rows(Split.TRAIN, 0, 0, 10), rows(Split.TRAIN, 1, 10, 10), rows(Split.TRAIN, 2, 10, 25));
        ShardSet.commit(
                STORAGE,
                folder.toString(),
                described(),
                Map.of(Split.TRAIN, train, Split.TEST, List.of(rows(Split.TEST, 0, 100, 107))));
        return open();
    }

    private DataSource open() throws IOException {
        return ShardSet.open(STORAGE, folder.toString(), CacheOptions.DEFAULT);
    }

    private static List<Float> weights(Dataset set) {
        List<Float> weights = new ArrayList<>();
        try (var loader = BatchLoader.evaluation(set, 4, LoaderOptions.of(set.normalization()))) {
            while (loader.hasNext()) {
                Batch batch = loader.next();
                for (int i = 0; i < batch.size(); i++) {
                    float weight = batch.column("weights").floats().get(i);
                    int example = Math.round(2 * weight);
                    assertThat(batch.column("features").floats().get(4 * i + 3)).isEqualTo(4 * example + 3);
                    assertThat(batch.labels().get(i)).isEqualTo(example % 3);
                    weights.add(weight);
                }
            }
        }
        return weights;
    }

    @Test
    void examplesComeBackAsTheyWereWrittenInAnyRange() throws IOException {
        DataSource source = rows();
        assertThat(source.examples(Split.TRAIN)).isEqualTo(25);
        assertThat(source.examples(Split.TEST)).isEqualTo(7);
        assertThat(source.fields()).isEqualTo(FIELDS);
        assertThat(source.classNames()).containsExactly("a", "b", "c");
        for (int start = 0; start <= 25; start += 5) {
            for (int end = start; end <= 25; end += 3) {
                Dataset part = source.read(Split.TRAIN, new ExampleRange(start, end));
                List<Float> expected = new ArrayList<>();
                for (int i = start; i < end; i++) {
                    expected.add(i / 2f);
                }
                assertThat(weights(part)).isEqualTo(expected);
            }
        }
        assertThat(weights(source.read(Split.TEST, new ExampleRange(2, 4)))).containsExactly(51f, 51.5f);
    }

    @Test
    void classesWereCountedAsTheyWereWritten() throws IOException {
        DataSource source = rows();
        assertThat(source.read(Split.TRAIN, ExampleRange.all(25)).classCounts()).containsExactly(9, 8, 8);
        assertThat(source.read(Split.TEST, ExampleRange.all(7)).classCounts()).containsExactly(2, 3, 2);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void picturesHaveTheBitsAndTheOrderThatTheyHaveInMemory(int worldSize) throws IOException {
        ImageDataset set = TestImages.random(3, 500, new ImageShape(3, 16, 16)); // 768 bytes each, 2 blocks
        List<ShardSummary> shards = new ArrayList<>();
        for (int shard = 0; shard < 2; shard++) {
            String path = ShardSet.shard(folder.toString(), Split.TRAIN, shard);
            try (var writer = new ShardWriter(STORAGE.create(path), ShardColumn.ofPictures(set.shape()))) {
                for (int i = 250 * shard; i < 250 * (shard + 1); i++) {
                    writer.bytes(0, set.pixels(i), set.pixelOffset(i));
                    writer.ints(1, set.label(i));
                    writer.endExample();
                }
                shards.add(writer.finish());
            }
        }
        var described =
                new ShardSet.Description("pictures", ShardColumn.ofPictures(set.shape()), List.of("a", "b", "c"));
        ShardSet.commit(STORAGE, folder.toString(), described, Map.of(Split.TRAIN, shards));
        Dataset sharded = open().read(Split.TRAIN, ExampleRange.all(500));

        assertThat(sharded.normalization()).isEqualTo(set.normalization());
        var sampler = new Sampler(11, 500, 64);
        LoaderOptions options = LoaderOptions.of(set.normalization())
                .withAugmentation(new Augmentation(2, Augmentation.Padding.REFLECT, true, 3, 0.4, 0.1))
                .withLayout(worldSize == 3 ? FeatureLayout.NHWC : FeatureLayout.NCHW);
        int rank = worldSize - 1;
        try (var memory = BatchLoader.training(set, sampler, rank, worldSize, 5, options);
                var disk = BatchLoader.training(sharded, sampler, rank, worldSize, 5, options)) {
            for (int step = 0; step < 10; step++) {
                Batch expected = memory.next();
                Batch batch = disk.next();
                assertThat(batch.size()).isEqualTo(expected.size());
                for (int column = 0; column < 4; column++) {
                    assertThat(batch.columns().get(column).bytes())
                            .isEqualTo(expected.columns().get(column).bytes());
                }
            }
        }
    }

    @Test
    void aSetLargerThanTwoWindowsIsInMemoryInPartsOnlyAndEveryRankSeesTheSameEpoch() throws IOException {
        Field wide = Field.float32("features", 16 << 10); // 3 examples a block
        List<ShardColumn> columns = ShardColumn.of(List.of(wide, Field.int32("labels")));
        List<ShardSummary> shards = new ArrayList<>();
        for (int shard = 0; shard < 2; shard++) {
            String path = ShardSet.shard(folder.toString(), Split.TRAIN, shard);
            try (var writer = new ShardWriter(STORAGE.create(path), columns)) {
                float[] values = new float[16 << 10];
                for (int i = 27 * shard; i < 27 * (shard + 1); i++) {
                    values[100] = i;
                    writer.floats(0, values);
                    writer.ints(1, i);
                    writer.endExample();
                }
                shards.add(writer.finish());
            }
        }
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 54; i++) {
            names.add("class " + i);
        }
        ShardSet.commit(
                STORAGE,
                folder.toString(),
                new ShardSet.Description("wide", columns, names, 600 << 10),
                Map.of(Split.TRAIN, shards));

        var sampler = new Sampler(3, 54, 10);
        List<Integer> alone = epochs(sampler, 1);
        assertThat(alone.subList(0, 54)).doesNotHaveDuplicates().isNotEqualTo(alone.subList(54, 108));
        assertThat(epochs(sampler, 2)).isEqualTo(alone);
        assertThat(epochs(sampler, 3)).isEqualTo(alone);
    }

    private List<Integer> epochs(Sampler sampler, int worldSize) throws IOException {
        List<Integer> drawn = new ArrayList<>();
        List<BatchLoader> loaders = new ArrayList<>();
        List<ShardedExamples> sets = new ArrayList<>();
        try {
            for (int rank = 0; rank < worldSize; rank++) {
                var set = (ShardedExamples) open().read(Split.TRAIN, ExampleRange.all(54));
                assertThat(((BlockedDataset) set).blocks()).isEqualTo(18);
                assertThat(set.window()).isEqualTo(3);
                sets.add(set);
                loaders.add(
                        BatchLoader.training(set, sampler, rank, worldSize, 0, LoaderOptions.of(set.normalization())));
            }
            for (int step = 0; step < 2 * sampler.stepsPerEpoch(); step++) {
                for (BatchLoader loader : loaders) {
                    Batch batch = loader.next();
                    for (int i = 0; i < batch.size(); i++) {
                        drawn.add(batch.labels().get(i));
                        assertThat(batch.column("features").floats().get(i * (16 << 10) + 100))
                                .isEqualTo(batch.labels().get(i));
                    }
                }
                sets.forEach(set -> assertThat(set.blocks.inMemory()).isLessThanOrEqualTo(6));
            }
        } finally {
            loaders.forEach(BatchLoader::close);
        }
        return drawn;
    }

    @Test
    void anySetCanBeCopiedAndIsFoundByItsManifest() throws IOException {
        var shapes = new GeneratedShapes(1, 60, 20);
        new ShardedCopy(STORAGE, folder.toString(), 1).write(shapes);
        DataSource copy = new DataCatalog(STORAGE, "nowhere").resolve(folder.toString());
        assertThat(copy.format()).isEqualTo("shards");
        assertThat(copy.name()).isEqualTo("shapes");
        assertThat(copy.classNames()).isEqualTo(shapes.classNames());
        var written = (ShardedPictures) copy.read(Split.TEST, ExampleRange.all(20));
        ImageDataset original = shapes.read(Split.TEST);
        for (int i = 0; i < 20; i++) {
            assertThat(written.label(i)).isEqualTo(original.label(i));
            assertThat(written.pixels(i)[written.pixelOffset(i) + 7] & 0xff).isEqualTo(original.pixel(i, 0, 0, 7));
        }
    }

    @Test
    void aSetOfTextIsCopiedWithItsColumns() throws IOException {
        DataSource sort = new DataCatalog(STORAGE, "nowhere").resolve("sort");
        DataSource few = new FirstExamples(sort, 50);
        new ShardedCopy(STORAGE, folder.toString(), 1 << 20).write(few);
        DataSource copy = open();
        assertThat(copy.fields()).isEqualTo(sort.fields());
        assertThat(copy.examples(Split.TRAIN)).isEqualTo(50);
        Dataset written = copy.read(Split.TRAIN, ExampleRange.all(50));
        Dataset original = sort.read(Split.TRAIN, ExampleRange.all(50));
        LoaderOptions options = LoaderOptions.of(original.normalization());
        try (var expected = BatchLoader.evaluation(original, 50, options);
                var loader = BatchLoader.evaluation(written, 50, options)) {
            Batch batch = loader.next();
            Batch same = expected.next();
            for (int column = 0; column < 2; column++) {
                assertThat(batch.columns().get(column).bytes())
                        .isEqualTo(same.columns().get(column).bytes());
            }
        }
    }

    /** Of each split the first so many. */
    private record FirstExamples(DataSource whole, int count) implements DataSource {
        @Override
        public String name() {
            return whole.name();
        }

        @Override
        public String format() {
            return whole.format();
        }

        @Override
        public List<Field> fields() {
            return whole.fields();
        }

        @Override
        public List<String> classNames() {
            return whole.classNames();
        }

        @Override
        public int examples(Split split) {
            return count;
        }

        @Override
        public Dataset read(Split split, ExampleRange range) throws IOException {
            return whole.read(split, range);
        }
    }

    @Test
    void whatCannotBeASetIsRefused() throws IOException {
        ShardSummary some = rows(Split.TRAIN, 0, 0, 5);
        var most = new ShardSummary(Integer.MAX_VALUE, 1, "", 0, some.labelCounts(), some.statistics());
        assertThatThrownBy(() -> ShardSet.commit(
                        STORAGE, folder.toString(), described(), Map.of(Split.TRAIN, List.of(most, some))))
                .hasMessageContaining("2,147,483,652 examples, and 2,147,483,647 are the most");
        var twoClasses = new ShardSet.Description("rows", ShardColumn.of(FIELDS), List.of("a", "b"));
        assertThatThrownBy(() ->
                        ShardSet.commit(STORAGE, folder.toString(), twoClasses, Map.of(Split.TRAIN, List.of(some))))
                .hasMessageContaining("an example has the label 2, and rows has 2 classes");
        assertThatThrownBy(() -> new ShardSet.Description("rows", ShardColumn.of(FIELDS), List.of("a", "a")))
                .hasMessageContaining("two classes of one name");
        assertThatThrownBy(() -> new ShardColumn(Field.float32("weights"), ShardColumn.Stored.UINT8))
                .hasMessageContaining("cannot be stored as uint8");
        assertThat(ShardSet.isIn(STORAGE, folder.toString())).isFalse();
    }

    @Test
    void aWriterTakesEachColumnOfAnExampleOnceAndAsLongAsItIs() throws IOException {
        try (var writer = ShardWriter.ofFields(Files.newOutputStream(folder.resolve("some")), FIELDS)) {
            writer.floats(0, 1, 2, 3, 4);
            assertThatThrownBy(() -> writer.floats(0, 1, 2, 3, 4))
                    .hasMessageContaining("'features' twice in example 0");
            assertThatThrownBy(() -> writer.floats(2, 1, 2)).hasMessageContaining("2 values of FLOAT32");
            assertThatThrownBy(() -> writer.floats(1, 1)).hasMessageContaining("stored as INT32");
            assertThatThrownBy(() -> writer.ints(1, -2)).hasMessageContaining("label -2 in example 0 is no class");
            assertThatThrownBy(writer::endExample).hasMessageContaining("example 0 has no column");
        }
    }
}
