package io.lockstep.datasets.text;

import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.Dataset;
import io.lockstep.datasets.DatasetException;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.Field;
import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.MalformedDatasetException;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.SplitMix64;
import io.lockstep.datasets.TextOptions;
import io.lockstep.datasets.storage.Storage;
import io.lockstep.datasets.storage.TextBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Texts cut into passages of T bytes, each labelled with the text that it is from: a folder of {@code CLASS.txt} files, or
 * the plays of tiny Shakespeare.
 *
 * <p>The first nine tenths of each text are for training and the rest for testing. The passages of a split are in a random
 * order that is always the same, so that the first few are of all texts. Bytes and not characters, so that a network that
 * learned from other texts ({@link MaskedText}) can read them.
 */
public final class Passages implements DataSource {
    private static final String SUFFIX = ".txt";
    /** What may lie in a folder of texts: they themselves, notes without an ending or in Markdown, copies of an editor. */
    private static final Pattern COMPANION =
            Pattern.compile("(?i)(?!(readme|licen[cs]e)\\.txt$).*(\\.txt|\\.md|~)|[^.]+");

    private static final long ORDER_STREAM = 8;

    /** How each play of tiny Shakespeare begins, in their order there. */
    private static final List<Play> PLAYS = List.of(
            new Play("coriolanus", "First Citizen:\nBefore we proceed any further"),
            new Play("richard-iii", "GLOUCESTER:\nNow is the winter of our discontent"),
            new Play("richard-ii", "KING RICHARD II:\nOld John of Gaunt"),
            new Play("romeo-and-juliet", "SAMPSON:\nGregory, o' my word"),
            new Play("henry-vi-part-3", "WARWICK:\nI wonder how the king escaped our hands"),
            new Play("winters-tale", "ARCHIDAMUS:\nIf you shall chance, Camillo"),
            new Play("measure-for-measure", "DUKE VINCENTIO:\nEscalus."),
            new Play("taming-of-the-shrew", "SLY:\nI'll pheeze you, in faith."),
            new Play("tempest", "Master:\nBoatswain!"));

    private record Play(String title, String beginning) {}

    private final String name;
    private final List<String> classNames;
    private final List<byte[]> texts;
    private final int length;

    private Passages(String name, List<String> classNames, List<byte[]> texts, int length) throws DatasetException {
        this.name = name;
        this.classNames = classNames;
        this.texts = texts;
        this.length = length;
        for (int i = 0; i < texts.size(); i++) {
            if (trainingPassages(i) == 0 || trainingPassages(i) == passages(i)) {
                throw new MalformedDatasetException(name + ": " + classNames.get(i) + " is too short: "
                        + texts.get(i).length + " bytes give no training and test passages of " + length
                        + "; lower sequence-length, take a longer text, or begin its name with _ if it is no class");
            }
        }
    }

    /** The texts among the files of a folder. */
    static List<String> texts(Map<String, Storage.Entry> files) {
        return files.values().stream()
                .filter(file ->
                        !file.isFolder() && file.name().toLowerCase(Locale.ROOT).endsWith(SUFFIX))
                .map(Storage.Entry::name)
                .sorted()
                .toList();
    }

    /** Files and folders that do not lie beside texts to tell apart: whatever is no text, no note on it and no editor's copy. */
    static List<String> foreign(Map<String, Storage.Entry> files) {
        return files.values().stream()
                .filter(file ->
                        file.isFolder() || !COMPANION.matcher(file.name()).matches())
                .map(Storage.Entry::name)
                .sorted()
                .toList();
    }

    /**
     * @param files the names of the texts
     * @param length steps of an example
     */
    static Passages open(Storage storage, String folder, String name, List<String> files, int length)
            throws IOException {
        List<String> classNames = new ArrayList<>();
        List<byte[]> texts = new ArrayList<>();
        for (String file : files) {
            classNames.add(file.substring(0, file.length() - SUFFIX.length()));
            texts.add(TextBytes.read(storage, Storage.join(folder, file)));
        }
        return new Passages(name, classNames, texts, length);
    }

    /**
     * The plays in a file that is tiny Shakespeare's.
     *
     * @throws MalformedDatasetException naming a beginning that it lacks
     */
    public static Passages plays(Storage storage, String path, String name, int length) throws IOException {
        String all = new String(TextBytes.read(storage, path), StandardCharsets.UTF_8);
        List<byte[]> texts = new ArrayList<>();
        for (int i = 0; i < PLAYS.size(); i++) {
            int end = i + 1 < PLAYS.size() ? start(all, PLAYS.get(i + 1), path) : all.length();
            texts.add(all.substring(start(all, PLAYS.get(i), path), end).getBytes(StandardCharsets.UTF_8));
        }
        return new Passages(name, PLAYS.stream().map(Play::title).toList(), texts, length);
    }

    private static int start(String all, Play play, String path) throws MalformedDatasetException {
        int start = all.indexOf(play.beginning);
        if (start < 0) {
            throw new MalformedDatasetException(
                    path + " is not tiny Shakespeare: the beginning of " + play.title + " is not in it");
        }
        return start;
    }

    /** A split of all texts, one after the other. */
    byte[] bytes(Split split) {
        var all = new ByteArrayOutputStream();
        for (int i = 0; i < texts.size(); i++) {
            int cut = trainingPassages(i) * length;
            boolean training = split == Split.TRAIN;
            all.write(texts.get(i), training ? 0 : cut, training ? cut : texts.get(i).length - cut);
        }
        return all.toByteArray();
    }

    private int passages(int text) {
        return texts.get(text).length / length;
    }

    private int trainingPassages(int text) {
        return TextOptions.training(passages(text));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String format() {
        return "passages of texts";
    }

    @Override
    public List<Field> fields() {
        return Field.ofSteps(length, 1);
    }

    @Override
    public ImageShape shape() {
        return new ImageShape(1, length, 1);
    }

    @Override
    public List<String> classNames() {
        return classNames;
    }

    @Override
    public int vocabulary() {
        return MaskedText.VOCABULARY;
    }

    @Override
    public int examples(Split split) {
        int sum = 0;
        for (int i = 0; i < texts.size(); i++) {
            sum += split == Split.TRAIN ? trainingPassages(i) : passages(i) - trainingPassages(i);
        }
        return sum;
    }

    @Override
    public Dataset read(Split split, ExampleRange range) {
        List<Passage> all = new ArrayList<>();
        for (int text = 0; text < texts.size(); text++) {
            int first = split == Split.TRAIN ? 0 : trainingPassages(text);
            int end = split == Split.TRAIN ? trainingPassages(text) : passages(text);
            for (int i = first; i < end; i++) {
                all.add(new Passage(text, i * length));
            }
        }
        SplitMix64 random = new SplitMix64().start(ORDER_STREAM, split.ordinal(), 0);
        for (int i = all.size() - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            Passage moved = all.get(i);
            all.set(i, all.get(other));
            all.set(other, moved);
        }
        return new Chosen(this, range, all);
    }

    /** @param start its first byte */
    private record Passage(int text, int start) {}

    /** Part of a split. */
    static final class Chosen extends TokenDataset {
        private final List<byte[]> texts;
        private final List<Passage> passages;

        /** @param passages of the split */
        private Chosen(Passages source, ExampleRange range, List<Passage> passages) {
            super(source, range);
            texts = source.texts;
            this.passages = passages;
        }

        @Override
        public int[] classCounts() {
            int[] counts = new int[classes()];
            for (int example = 0; example < examples(); example++) {
                counts[passages.get(place(example)).text]++;
            }
            return counts;
        }

        @Override
        StepWriter writer(long seed, boolean training) {
            int length = steps();
            return (example, epoch, features, featuresAt, labels, labelsAt) -> {
                Passage passage = passages.get(place(example));
                byte[] text = texts.get(passage.text);
                for (int t = 0; t < length; t++) {
                    features.put(featuresAt + t, text[passage.start + t] & 0xff);
                }
                labels.put(labelsAt, passage.text);
            };
        }
    }
}
