package io.lockstep.datasets;

import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.List;

/**
 * Text as blocks of T numbers, each labelled with the character that follows it.
 *
 * <pre>
 *   numbers   | 7 2 9 0 | 4 1 8 3 | 6 5 2 2 | 9 1      T = 4
 *   example 1             4 1 8 3
 *   its labels            1 8 3 6
 *   shift 2         9 0   4 1 | 8 3 ...                in training, an epoch's blocks all start so much later
 * </pre>
 *
 * <p>An epoch of training reads each character about once, cut into blocks at other places than the epoch before: the
 * shift is a function of (seed, epoch), the same on every rank.
 */
public final class TextDataset extends Dataset {
    private static final long SHIFT_STREAM = 4;

    private final String name;
    private final Vocabulary vocabulary;
    private final int[] numbers;
    private final int length;
    private final int first;
    private final int examples;

    /** @param length T */
    TextDataset(String name, Vocabulary vocabulary, int[] numbers, int length, ExampleRange range) {
        this.name = name;
        this.vocabulary = vocabulary;
        this.numbers = numbers;
        this.length = length;
        first = range.start();
        examples = range.size();
    }

    /** Blocks of a text, any shift below T leaving them and the last label inside. */
    static int examples(int characters, int length) {
        return Math.max(0, (characters - length) / length);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public ImageShape shape() {
        return new ImageShape(1, length, 1);
    }

    @Override
    public int examples() {
        return examples;
    }

    @Override
    public List<String> classNames() {
        return vocabulary.names();
    }

    @Override
    public int labelsOfExample() {
        return length;
    }

    @Override
    public int[] classCounts() {
        int[] counts = new int[classes()];
        for (int i = 0; i < examples * length; i++) {
            counts[numbers[first * length + i + 1]]++;
        }
        return counts;
    }

    /** None: numbers of characters have no scale. */
    @Override
    public Normalization normalization() {
        return Normalization.unit(1);
    }

    @Override
    Assembler assembler(long seed, LoaderOptions options, boolean training) {
        SplitMix64 random = new SplitMix64();
        return (example, epoch, features, featuresAt, labels, labelsAt) -> {
            int shift = training ? random.start(seed, SHIFT_STREAM, epoch).nextInt(length) : 0;
            assemble(example, shift, features, featuresAt, labels, labelsAt);
        };
    }

    private void assemble(
            int example, int shift, FloatBuffer features, int featuresAt, IntBuffer labels, int labelsAt) {
        if (example < 0 || example >= examples) {
            throw new IndexOutOfBoundsException("example " + example + " of " + examples + " in " + name);
        }
        int start = (first + example) * length + shift;
        for (int t = 0; t < length; t++) {
            features.put(featuresAt + t, numbers[start + t]);
            labels.put(labelsAt + t, numbers[start + t + 1]);
        }
    }
}
