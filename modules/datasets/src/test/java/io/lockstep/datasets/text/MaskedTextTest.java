package io.lockstep.datasets.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.Dataset;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.ExampleWriter;
import io.lockstep.datasets.Field;
import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.LoaderOptions;
import io.lockstep.datasets.MalformedDatasetException;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.TextOptions;
import io.lockstep.datasets.catalog.DataCatalog;
import io.lockstep.datasets.loading.BatchLoader;
import io.lockstep.datasets.loading.Sampler;
import io.lockstep.datasets.storage.LocalStorage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MaskedTextTest {
    private static final int LENGTH = 20;
    private static final int HIDDEN = 3;
    private static final String TEXT = IntStream.range(0, 20_000)
            .mapToObj(i -> i % 10 == 9 ? "\n" : Character.toString('a' + i * i % 23))
            .collect(Collectors.joining());
    private static final byte[] BYTES = TEXT.getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path folder;

    /** @param seen features; what was chosen has a label */
    private record Example(int[] seen, int[] labels) {
        /** The bytes as they were, where they can be told. */
        byte[] original() {
            byte[] original = new byte[seen.length];
            for (int t = 0; t < seen.length; t++) {
                original[t] = (byte) (labels[t] < 0 ? seen[t] : labels[t]);
            }
            return original;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Example example
                    && Arrays.equals(seen, example.seen)
                    && Arrays.equals(labels, example.labels);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(seen);
        }
    }

    private MaskedText open(String text) throws IOException {
        Path file = folder.resolve("text.txt");
        Files.writeString(file, text);
        var catalog = new DataCatalog(new LocalStorage(), "nowhere", new TextOptions(LENGTH, true));
        return (MaskedText) catalog.resolve(file.toString());
    }

    private static List<Example> tested(MaskedText text, ExampleRange range) {
        Dataset set = text.read(Split.TEST, range);
        List<Example> examples = new ArrayList<>();
        try (BatchLoader loader = BatchLoader.evaluation(set, 7, LoaderOptions.of(set.normalization()))) {
            while (loader.hasNext()) {
                add(loader.next(), examples);
            }
        }
        return examples;
    }

    /** Of three epochs. */
    private static List<List<Example>> trained(MaskedText text, int rank, int worldSize) {
        Dataset set = text.read(Split.TRAIN, ExampleRange.all(text.examples(Split.TRAIN)));
        Sampler sampler = new Sampler(5, set.examples(), 8);
        List<List<Example>> steps = new ArrayList<>();
        try (BatchLoader loader =
                BatchLoader.training(set, sampler, rank, worldSize, 0, LoaderOptions.of(set.normalization()))) {
            for (int step = 0; step < 3 * sampler.stepsPerEpoch(); step++) {
                steps.add(new ArrayList<>());
                add(loader.next(), steps.get(step));
            }
        }
        return steps;
    }

    private static void add(Batch batch, List<Example> examples) {
        for (int n = 0; n < batch.size(); n++) {
            int start = n * LENGTH;
            int[] seen = IntStream.range(start, start + LENGTH)
                    .map(i -> (int) batch.features().getFloat(i * Float.BYTES))
                    .toArray();
            int[] labels = IntStream.range(start, start + LENGTH)
                    .map(batch.labels()::get)
                    .toArray();
            examples.add(new Example(seen, labels));
        }
    }

    @Test
    void aShareOfEachBlockIsToBeGuessedAndTheRestIsTheText() throws IOException {
        MaskedText text = open(TEXT);
        assertThat(text.shape()).isEqualTo(new ImageShape(1, LENGTH, 1));
        assertThat(text.classes()).isEqualTo(256);
        assertThat(text.vocabulary()).isEqualTo(257);
        assertThat(text.classNames()).doesNotHaveDuplicates().contains("a", "0x0a");
        assertThat(MaskedText.hidden(LENGTH)).isEqualTo(HIDDEN);
        for (List<Example> step : trained(text, 0, 1)) {
            for (Example example : step) {
                assertThat(Arrays.stream(example.labels).filter(label -> label >= 0))
                        .hasSize(HIDDEN);
                assertThat(TEXT).contains(new String(example.original(), StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void ofWhatIsChosenEightInTenAreHiddenOneIsAnotherAndOneIsItself() throws IOException {
        int mask = 0;
        int same = 0;
        int chosen = 0;
        int[] places = new int[LENGTH];
        for (List<Example> step : trained(open(TEXT), 0, 1)) {
            for (Example example : step) {
                for (int t = 0; t < LENGTH; t++) {
                    if (example.labels[t] >= 0) {
                        chosen++;
                        places[t]++;
                        mask += example.seen[t] == MaskedText.MASK ? 1 : 0;
                        same += example.seen[t] == example.labels[t] ? 1 : 0;
                    }
                }
            }
        }
        assertThat(chosen).isGreaterThan(8000);
        assertThat((double) mask / chosen).isCloseTo(0.8, within(0.02));
        double byChance = 0.1 / 24; // of the bytes from elsewhere
        assertThat((double) same / chosen).isCloseTo(0.1 + byChance, within(0.02));
        for (int count : places) {
            assertThat((double) count / chosen).isCloseTo(1.0 / LENGTH, within(0.02));
        }
    }

    @Test
    void ranksTogetherDrawWhatOneRankDraws() throws IOException {
        MaskedText text = open(TEXT);
        List<List<Example>> first = trained(text, 0, 2);
        List<List<Example>> second = trained(text, 1, 2);
        List<List<Example>> together = new ArrayList<>();
        for (int step = 0; step < first.size(); step++) {
            together.add(new ArrayList<>(first.get(step)));
            together.get(step).addAll(second.get(step));
        }
        assertThat(together).isEqualTo(trained(text, 0, 1));
    }

    @Test
    void testsHideTheSameForAnyNumberOfRanksAndTheTextIsNotShifted() throws IOException {
        MaskedText text = open(TEXT);
        int examples = text.examples(Split.TEST);
        List<Example> whole = tested(text, ExampleRange.all(examples));
        List<Example> parts = new ArrayList<>();
        for (int rank = 0; rank < 3; rank++) {
            parts.addAll(tested(text, ExampleRange.shard(examples, rank, 3)));
        }
        assertThat(parts).isEqualTo(whole);
        assertThat(whole.get(0).original()).isEqualTo(Arrays.copyOfRange(BYTES, 18_000, 18_000 + LENGTH));
    }

    @Test
    void epochsChooseOtherStepsOfABlock() throws IOException {
        MaskedText text = open(TEXT);
        Dataset set = text.read(Split.TRAIN, ExampleRange.all(text.examples(Split.TRAIN)));
        var assembler = set.writer(5, LoaderOptions.of(set.normalization()), true);
        int alike = 0;
        for (int block = 0; block < 50; block++) {
            alike += chosen(assembler, block, 0).equals(chosen(assembler, block, 1)) ? 1 : 0;
            assertThat(chosen(assembler, block, 1)).isEqualTo(chosen(assembler, block, 1));
        }
        assertThat(alike).isLessThan(3);
    }

    private static List<Integer> chosen(ExampleWriter assembler, int block, int epoch) {
        Batch batch = Batch.allocate(Field.ofSteps(LENGTH, LENGTH), 1);
        batch.clear();
        assembler.write(block, epoch, batch, 0);
        return IntStream.range(0, LENGTH)
                .filter(t -> batch.labels().get(t) >= 0)
                .boxed()
                .toList();
    }

    @Test
    void anyBytesAreTextAndTooFewAreNot() throws IOException {
        Path file = folder.resolve("bytes.txt");
        byte[] noise = new byte[1000];
        Arrays.setAll(new int[noise.length], i -> noise[i] = (byte) i);
        Files.write(file, noise);
        var catalog = new DataCatalog(new LocalStorage(), "nowhere", new TextOptions(LENGTH, true));
        assertThat(catalog.describe(file.toString()).trainClassCounts()[200]).isPositive();
        assertThatThrownBy(() -> open("too short"))
                .isInstanceOf(MalformedDatasetException.class)
                .hasMessageContaining("9 bytes");
    }
}
