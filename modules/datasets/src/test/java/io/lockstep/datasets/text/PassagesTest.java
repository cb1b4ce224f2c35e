package io.lockstep.datasets.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.Dataset;
import io.lockstep.datasets.DatasetNotFoundException;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.LoaderOptions;
import io.lockstep.datasets.MalformedDatasetException;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.TextOptions;
import io.lockstep.datasets.catalog.DataCatalog;
import io.lockstep.datasets.loading.BatchLoader;
import io.lockstep.datasets.storage.LocalStorage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PassagesTest {
    private static final int LENGTH = 10;

    @TempDir
    private Path folder;

    private DataCatalog catalog;

    @BeforeEach
    void openCatalog() {
        catalog = new DataCatalog(new LocalStorage(), folder.toString(), new TextOptions(LENGTH, false));
    }

    /** A text in which each passage is another: "a000000007". */
    private static String numbered(String letter, int passages) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < passages; i++) {
            text.append(letter).append(String.format(Locale.ROOT, "%09d", i));
        }
        return text + "rest";
    }

    private Path texts() throws IOException {
        Path texts = Files.createDirectory(folder.resolve("texts"));
        Files.writeString(texts.resolve("beta.txt"), numbered("b", 40));
        Files.writeString(texts.resolve("alpha.txt"), numbered("a", 20));
        Files.writeString(texts.resolve("notes.md"), "no text to tell apart");
        return texts;
    }

    private static List<String> read(DataSource source, Split split, ExampleRange range) throws IOException {
        Dataset set = source.read(split, range);
        List<String> passages = new ArrayList<>();
        try (BatchLoader loader = BatchLoader.evaluation(set, 7, LoaderOptions.of(set.normalization()))) {
            while (loader.hasNext()) {
                Batch batch = loader.next();
                for (int n = 0; n < batch.size(); n++) {
                    byte[] bytes = new byte[LENGTH];
                    for (int t = 0; t < LENGTH; t++) {
                        bytes[t] = (byte) batch.features().getFloat((n * LENGTH + t) * Float.BYTES);
                    }
                    passages.add(batch.labels().get(n) + new String(bytes, StandardCharsets.UTF_8));
                }
            }
        }
        return passages;
    }

    @Test
    void eachPassageHasTheTextThatItIsFromAndTheLastTenthTests() throws IOException {
        DataSource source = catalog.resolve(texts().toString());
        assertThat(source.classNames()).containsExactly("alpha", "beta");
        assertThat(source.vocabulary()).isEqualTo(257);
        assertThat(source.labelsOfExample()).isEqualTo(1);
        assertThat(source.examples(Split.TRAIN)).isEqualTo(18 + 36);
        List<String> training = read(source, Split.TRAIN, ExampleRange.all(54));
        assertThat(training).doesNotHaveDuplicates().hasSize(54).contains("0a000000017", "1b000000035");
        assertThat(training).allMatch(passage -> passage.startsWith("0a") || passage.startsWith("1b"));
        assertThat(read(source, Split.TEST, ExampleRange.all(6)))
                .containsExactlyInAnyOrder(
                        "0a000000018", "0a000000019", "1b000000036", "1b000000037", "1b000000038", "1b000000039");
        assertThat(catalog.describe(folder + "/texts").trainClassCounts()).containsExactly(18, 36);
    }

    @Test
    void theOrderIsRandomAndAlwaysTheSame() throws IOException {
        DataSource source = catalog.resolve(texts().toString());
        List<String> all = read(source, Split.TRAIN, ExampleRange.all(54));
        assertThat(all).isNotEqualTo(all.stream().sorted().toList());
        assertThat(read(source, Split.TRAIN, new ExampleRange(5, 12))).isEqualTo(all.subList(5, 12));
        assertThat(all.subList(0, 12)).anyMatch(p -> p.startsWith("0")).anyMatch(p -> p.startsWith("1"));
    }

    @Test
    void maskedTheTrainingPartsOfAllTextsAreLearnedFromAndTheRestTests() throws IOException {
        var masked = new DataCatalog(new LocalStorage(), folder.toString(), new TextOptions(LENGTH, true));
        DataSource source = masked.resolve(texts().toString());
        assertThat(source).isInstanceOf(MaskedText.class);
        assertThat(source.examples(Split.TRAIN)).isEqualTo(18 + 36 - 1);
        assertThat(source.examples(Split.TEST)).isEqualTo(2 + 4 - 1); // and twice "rest"
        int[] counts = masked.describe(folder + "/texts").trainClassCounts();
        assertThat(counts['a']).isEqualTo(18);
        assertThat(counts['b']).isEqualTo(36 - 1);
        assertThat(counts['r']).isZero();
    }

    @Test
    void whatSystemsAndEditorsLeaveIsNoClass() throws IOException {
        Path texts = texts();
        for (String left :
                List.of("._alpha.txt", ".beta.txt", "_temporary.txt", "_SUCCESS", ".DS_Store", "beta.txt~")) {
            Files.writeString(texts.resolve(left), numbered("x", 30));
        }
        Files.createDirectory(texts.resolve("_old"));
        DataSource source = catalog.resolve(texts.toString());
        assertThat(source.classNames()).containsExactly("alpha", "beta");
        assertThat(source.examples(Split.TRAIN)).isEqualTo(18 + 36);
    }

    @Test
    void textsBesideOtherDataAreNoSetOfTexts() throws IOException {
        for (String other : List.of("train.csv", "README.txt", "licence.txt", "weights.bin")) {
            Path texts = texts();
            Files.writeString(texts.resolve(other), numbered("x", 30));
            assertThatThrownBy(() -> catalog.resolve(texts.toString()))
                    .isInstanceOf(DatasetNotFoundException.class)
                    .hasMessageContaining(other + ": move that away, or begin its name with _");
            Files.move(texts, folder.resolve("texts with " + other));
        }
    }

    @Test
    void aMarkBeforeUtf8IsNoPartOfATextAndUtf16IsRefusedByName() throws IOException {
        Path texts = texts();
        String alpha = Files.readString(texts.resolve("alpha.txt"));
        Files.writeString(texts.resolve("alpha.txt"), "\ufeff" + alpha);
        List<String> training = read(catalog.resolve(texts.toString()), Split.TRAIN, ExampleRange.all(54));
        assertThat(training).contains("0a000000000");
        Files.writeString(texts.resolve("alpha.txt"), alpha, StandardCharsets.UTF_16);
        assertThatThrownBy(() -> catalog.resolve(texts.toString()))
                .hasMessageContaining("alpha.txt is a text in UTF-16; UTF-8 is read: convert it");
    }

    @Test
    void aTextThatIsTooShortIsNamed() throws IOException {
        Path texts = texts();
        Files.writeString(texts.resolve("gamma.txt"), "little");
        assertThatThrownBy(() -> catalog.resolve(texts.toString()))
                .isInstanceOf(MalformedDatasetException.class)
                .hasMessageContaining("gamma")
                .hasMessageContaining("6 bytes");
    }

    @Test
    void playsAreCutWhereTheyBegin() throws IOException {
        Path text = Files.createDirectories(folder.resolve("tinyshakespeare")).resolve("input.txt");
        List<String> beginnings = List.of(
                "First Citizen:\nBefore we proceed any further, hear me speak.",
                "GLOUCESTER:\nNow is the winter of our discontent",
                "KING RICHARD II:\nOld John of Gaunt, time-honour'd Lancaster,",
                "SAMPSON:\nGregory, o' my word, we'll not carry coals.",
                "WARWICK:\nI wonder how the king escaped our hands.",
                "ARCHIDAMUS:\nIf you shall chance, Camillo, to visit Bohemia, on",
                "DUKE VINCENTIO:\nEscalus.",
                "SLY:\nI'll pheeze you, in faith.",
                "Master:\nBoatswain!");
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < beginnings.size(); i++) {
            all.append(beginnings.get(i)).append(Character.toString('1' + i).repeat(100));
        }
        Files.writeString(text, all);
        DataSource plays = catalog.resolve("shakespeare-plays");
        assertThat(plays.classNames()).hasSize(9).startsWith("coriolanus").endsWith("tempest");
        List<String> tests = read(plays, Split.TEST, ExampleRange.all(plays.examples(Split.TEST)));
        assertThat(tests).allMatch(passage -> passage.endsWith("" + (char) (passage.charAt(0) + 1)));
        assertThat(catalog.present("shakespeare-plays")).isTrue();

        Files.writeString(text, all.substring(0, all.indexOf("Boatswain")));
        assertThatThrownBy(() -> catalog.resolve("shakespeare-plays"))
                .isInstanceOf(MalformedDatasetException.class)
                .hasMessageContaining("the beginning of tempest");
    }

    @Test
    void playsThatWereNotFetchedSayHow() {
        assertThatThrownBy(() -> catalog.resolve("shakespeare-plays"))
                .isInstanceOf(DatasetNotFoundException.class)
                .hasMessageContaining("data fetch tinyshakespeare");
    }
}
