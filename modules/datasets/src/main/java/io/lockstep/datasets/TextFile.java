package io.lockstep.datasets;

import java.io.IOException;
import java.io.InputStream;
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
        try (InputStream in = storage.open(path)) {
            ByteBuffer bytes = ByteBuffer.wrap(in.readAllBytes());
            text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        } catch (CharacterCodingException e) {
            throw new MalformedDatasetException(path + " is no UTF-8 text", e);
        }
        TextFile file = new TextFile(name, text, length);
        if (file.vocabulary.size() < 2 || file.examples(Split.TRAIN) < 1 || file.examples(Split.TEST) < 1) {
            throw new MalformedDatasetException(path + " is too short: " + file.numbers.length
                    + " characters give no training and test sequences of " + length);
        }
        return file;
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
