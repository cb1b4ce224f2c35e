package io.lockstep.datasets.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.Dataset;
import io.lockstep.datasets.DatasetNotFoundException;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.LoaderOptions;
import io.lockstep.datasets.MalformedDatasetException;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.SplitMix64;
import io.lockstep.datasets.TextOptions;
import io.lockstep.datasets.catalog.DataCatalog;
import io.lockstep.datasets.loading.BatchLoader;
import io.lockstep.datasets.loading.Sampler;
import io.lockstep.datasets.storage.LocalStorage;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextFileTest {
    private static final int LENGTH = 7;
    private static final String TEXT = IntStream.range(0, 400)
            .mapToObj(i -> i % 10 == 9 ? "\n" : Character.toString('a' + i * i % 23))
            .collect(Collectors.joining());

    @TempDir
    private Path folder;

    private TextFile open(String text) throws IOException {
        Path file = folder.resolve("poem.txt");
        Files.writeString(file, text);
        return (TextFile)
                new DataCatalog(new LocalStorage(), "nowhere", new TextOptions(LENGTH, false)).resolve(file.toString());
    }

    @Test
    void theFirstNineTenthsTrainAndTheRestTests() throws IOException {
        TextFile file = open(TEXT);
        assertThat(file.name()).isEqualTo("poem.txt");
        assertThat(file.shape()).isEqualTo(new ImageShape(1, LENGTH, 1));
        assertThat(file.classNames()).doesNotHaveDuplicates().isSorted().contains("\n", "a");
        assertThat(file.examples(Split.TRAIN)).isEqualTo((360 - LENGTH) / LENGTH);
        assertThat(file.examples(Split.TEST)).isEqualTo((40 - LENGTH) / LENGTH);
        assertThat(decoded(file, Split.TRAIN)).isEqualTo(TEXT.substring(0, 50 * LENGTH));
        assertThat(decoded(file, Split.TEST)).isEqualTo(TEXT.substring(360, 360 + 4 * LENGTH));
    }

    private static String decoded(TextFile file, Split split) {
        Dataset set = file.read(split, ExampleRange.all(file.examples(split)));
        StringBuilder text = new StringBuilder();
        try (BatchLoader loader = BatchLoader.evaluation(set, 3, LoaderOptions.of(set.normalization()))) {
            while (loader.hasNext()) {
                Batch batch = loader.next();
                assertThat(batch.labels().remaining()).isEqualTo(batch.size() * LENGTH);
                for (int i = 0; i < batch.size() * LENGTH; i++) {
                    int number = (int) batch.features().getFloat(i * Float.BYTES);
                    text.append(file.characters().decode(number));
                }
            }
        }
        return text.toString();
    }

    @Test
    void aMarkBeforeUtf8IsNoCharacter() throws IOException {
        TextFile plain = open(TEXT);
        TextFile marked = open("\ufeff" + TEXT);
        assertThat(marked.classNames()).isEqualTo(plain.classNames());
        assertThat(decoded(marked, Split.TRAIN)).isEqualTo(decoded(plain, Split.TRAIN));
    }

    @Test
    void otherEncodingsAreRefusedByName() throws IOException {
        Path file = folder.resolve("other.txt");
        var catalog = new DataCatalog(new LocalStorage(), "nowhere", new TextOptions(LENGTH, false));
        Files.writeString(file, TEXT, StandardCharsets.UTF_16);
        assertThatThrownBy(() -> catalog.resolve(file.toString())).hasMessageContaining("is a text in UTF-16");
        Files.writeString(file, TEXT, Charset.forName("X-UTF-32LE-BOM"));
        assertThatThrownBy(() -> catalog.resolve(file.toString())).hasMessageContaining("is a text in UTF-32");
        Files.writeString(file, TEXT, StandardCharsets.UTF_16LE);
        assertThatThrownBy(() -> catalog.resolve(file.toString())).hasMessageContaining("it has bytes of 0");
        Files.writeString(file, TEXT + "\u00e9", StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> catalog.resolve(file.toString())).hasMessageContaining("no UTF-8 text");
    }

    @Test
    void aTextOfOneCharacterSaysSoAndAShortOneSaysWhatToDo() {
        assertThatThrownBy(() -> open("a".repeat(1000)))
                .hasMessageContaining("has one character only, 'a', 1000 times");
        assertThatThrownBy(() -> open("ab"))
                .hasMessageContaining("is too short: 2 characters")
                .hasMessageContaining("lower sequence-length");
        assertThatThrownBy(() -> open("")).hasMessageContaining("is too short: 0 characters");
    }

    @Test
    void theLabelOfACharacterIsTheNextOne() throws IOException {
        TextFile file = open(TEXT);
        Dataset set = file.read(Split.TRAIN, ExampleRange.all(file.examples(Split.TRAIN)));
        Sampler sampler = new Sampler(5, set.examples(), 4);
        var options = LoaderOptions.of(set.normalization());
        try (BatchLoader loader = BatchLoader.training(set, sampler, 0, 1, 0, options)) {
            for (int step = 0; step < 2 * sampler.stepsPerEpoch(); step++) {
                Batch batch = loader.next();
                for (int n = 0; n < batch.size(); n++) {
                    String seen = text(file, batch, n, false);
                    String expected = text(file, batch, n, true);
                    assertThat(expected.substring(0, LENGTH - 1)).isEqualTo(seen.substring(1));
                    assertThat(TEXT).contains(seen + expected.charAt(LENGTH - 1));
                }
            }
        }
    }

    private static String text(TextFile file, Batch batch, int n, boolean labels) {
        return IntStream.range(n * LENGTH, (n + 1) * LENGTH)
                .mapToObj(i -> file.characters()
                        .decode(
                                labels
                                        ? batch.labels().get(i)
                                        : (int) batch.features().getFloat(i * Float.BYTES)))
                .collect(Collectors.joining());
    }

    @Test
    void ranksTogetherDrawWhatOneRankDraws() throws IOException {
        TextFile file = open(TEXT);
        Dataset set = file.read(Split.TRAIN, ExampleRange.all(file.examples(Split.TRAIN)));
        List<String> alone = drawn(file, set, 0, 1);
        List<String> together = new ArrayList<>();
        List<List<String>> ranks = List.of(drawn(file, set, 0, 2), drawn(file, set, 1, 2));
        for (int step = 0; step < alone.size(); step++) {
            together.add(ranks.get(0).get(step) + ranks.get(1).get(step));
        }
        assertThat(together).isEqualTo(alone);
    }

    private static List<String> drawn(TextFile file, Dataset set, int rank, int worldSize) {
        Sampler sampler = new Sampler(5, set.examples(), 4);
        List<String> steps = new ArrayList<>();
        try (BatchLoader loader =
                BatchLoader.training(set, sampler, rank, worldSize, 3, LoaderOptions.of(set.normalization()))) {
            for (int step = 3; step < 30; step++) {
                Batch batch = loader.next();
                steps.add(IntStream.range(0, batch.size())
                        .mapToObj(n -> text(file, batch, n, false))
                        .collect(Collectors.joining()));
            }
        }
        return steps;
    }

    @Test
    void epochsCutTheTextAtOtherPlaces() throws IOException {
        TextFile file = open(TEXT);
        Dataset set = file.read(Split.TRAIN, ExampleRange.all(file.examples(Split.TRAIN)));
        List<String> drawn = drawn(file, set, 0, 1);
        int perEpoch = new Sampler(5, set.examples(), 4).stepsPerEpoch();
        List<String> first = drawn.subList(0, perEpoch - 3);
        List<String> second = drawn.subList(perEpoch - 3, 2 * perEpoch - 3);
        assertThat(String.join("", first)).isNotEqualTo(String.join("", second));
        assertThat(new SplitMix64().start(5, 4, 0).nextInt(LENGTH))
                .isNotEqualTo(new SplitMix64().start(5, 4, 1).nextInt(LENGTH));
    }

    @Test
    void aFolderWithAnInputTextIsFound() throws IOException {
        Files.createDirectory(folder.resolve("tinyshakespeare"));
        Files.writeString(folder.resolve("tinyshakespeare/input.txt"), TEXT);
        DataCatalog catalog = new DataCatalog(new LocalStorage(), folder.toString(), new TextOptions(LENGTH, false));
        assertThat(catalog.resolve("tinyshakespeare").format()).isEqualTo("text, by character");
        assertThat(catalog.describe("tinyshakespeare").trainExamples()).isEqualTo(50);
    }

    @Test
    void whatIsNoTextIsRefusedInOneLine() {
        assertThatThrownBy(() -> open("too short")).hasMessageContaining("too short: 9 characters");
        assertThatThrownBy(() -> {
                    Files.write(folder.resolve("bad.txt"), new byte[] {(byte) 0xc3, 0x28});
                    new DataCatalog(new LocalStorage(), "nowhere").resolve(folder + "/bad.txt");
                })
                .isInstanceOf(MalformedDatasetException.class)
                .hasMessageContaining("bad.txt is no UTF-8 text");
        assertThatThrownBy(() -> new DataCatalog(new LocalStorage(), "nowhere").resolve(folder + "/none.txt"))
                .isInstanceOf(DatasetNotFoundException.class);
    }

    @Test
    void aVocabularyRefusesWhatItDoesNotHave() {
        Vocabulary vocabulary = Vocabulary.of("hello\n");
        assertThat(vocabulary.decode(vocabulary.encode("o")[0])).isEqualTo("o");
        assertThat(Vocabulary.named(vocabulary.names())).isEqualTo(vocabulary);
        assertThatThrownBy(() -> vocabulary.encode("hex")).hasMessageContaining("'x'");
    }
}
