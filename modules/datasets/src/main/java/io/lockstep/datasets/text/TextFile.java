package io.lockstep.datasets.text;

import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.Field;
import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.MalformedDatasetException;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.TextOptions;
import io.lockstep.datasets.storage.Storage;
import io.lockstep.datasets.storage.TextBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * A UTF-8 text by characters. The first 90 % are for training and the rest for testing, as nanoGPT's preparation of tiny
 * Shakespeare has it (its data/shakespeare_char/prepare.py).
 */
public final class TextFile implements DataSource {
    private final String name;
    private final Vocabulary vocabulary;
    private final int[] numbers;
    private final int length;

    private TextFile(String name, String text, int length) {
        this.name = name;
        this.length = length;
        vocabulary = Vocabulary.of(text);
        numbers = vocabulary.encode(text);
    }

    /**
     * Reads the whole file: the vocabulary is all of it.
     *
     * @param length steps of an example
     */
    static TextFile open(Storage storage, String path, String name, int length) throws IOException {
        String text;
        try {
            ByteBuffer bytes = ByteBuffer.wrap(TextBytes.read(storage, path));
            text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw new MalformedDatasetException(path + " is no UTF-8 text", e);
        }
        TextFile file = new TextFile(name, text, length);
        file.requireSomethingToLearn(path);
        return file;
    }

    private void requireSomethingToLearn(String path) throws MalformedDatasetException {
        if (vocabulary.codePoints().contains(0)) {
            throw new MalformedDatasetException(path + " is no UTF-8 text: it has bytes of 0, as binary files and texts"
                    + " in UTF-16 have; convert it to UTF-8");
        }
        if (vocabulary.size() == 1) {
            throw new MalformedDatasetException(path + " has one character only, '" + vocabulary.decode(0) + "', "
                    + numbers.length + " times: what comes next is never in question. A text has at least two");
        }
        if (examples(Split.TRAIN) < 1 || examples(Split.TEST) < 1) {
            throw new MalformedDatasetException(path + " is too short: " + numbers.length
                    + " characters give no training and test sequences of " + length
                    + "; lower sequence-length, or take a longer text");
        }
    }

    public Vocabulary characters() {
        return vocabulary;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String format() {
        return "text, by character";
    }

    @Override
    public List<Field> fields() {
        return Field.ofSteps(shape().height(), labelsOfExample());
    }

    @Override
    public ImageShape shape() {
        return new ImageShape(1, length, 1);
    }

    @Override
    public List<String> classNames() {
        return vocabulary.names();
    }

    private int[] part(Split split) {
        int cut = TextOptions.training(numbers.length);
        return split == Split.TRAIN ? Arrays.copyOf(numbers, cut) : Arrays.copyOfRange(numbers, cut, numbers.length);
    }

    @Override
    public int vocabulary() {
        return vocabulary.size();
    }

    @Override
    public int labelsOfExample() {
        return length;
    }

    @Override
    public int examples(Split split) {
        return TextDataset.examples(part(split).length, length);
    }

    @Override
    public TextDataset read(Split split, ExampleRange range) {
        return new TextDataset(this, part(split), range);
    }
}
