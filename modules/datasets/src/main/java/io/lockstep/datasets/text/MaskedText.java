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
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * A text by bytes, of which some are hidden: Devlin et al. 2019, section 3.1, task 1, on the alphabet of ByT5 (Xue et al.
 * 2022), which is the same for all texts.
 *
 * <pre>
 *   bytes      T h e   k i n g   i s
 *   features   T h # k i q g   i s       # is {@link #MASK}
 *   labels     - - e - - n - - - -       of what was chosen; - is none
 * </pre>
 *
 * <p>{@link #hidden} steps of each block are chosen. Of those eight in ten become {@link #MASK}, one in ten a byte from
 * elsewhere in the text, and one in ten stays as it is. In training blocks start at another place in each epoch, as in
 * {@link TextDataset}. What is chosen is a function of (seed, epoch, block), in tests of the block alone.
 */
public final class MaskedText implements DataSource {
    /** In place of a byte that is hidden. */
    public static final int MASK = 256;
    /** Numbers of a step: bytes and {@link #MASK}. */
    public static final int VOCABULARY = 257;

    private static final double HIDDEN_SHARE = 0.15;
    /** See {@link io.lockstep.datasets.Batch}. */
    private static final int NO_LABEL = -1;

    private static final long SHIFT_STREAM = 6;
    private static final long CHOICE_STREAM = 7;

    private final String name;
    private final byte[] training;
    private final byte[] test;
    private final int length;

    private MaskedText(String name, byte[] training, byte[] test, int length) throws DatasetException {
        this.name = name;
        this.training = training;
        this.test = test;
        this.length = length;
        if (examples(Split.TRAIN) < 1 || examples(Split.TEST) < 1) {
            throw new MalformedDatasetException(name + " is too short: " + (training.length + test.length)
                    + " bytes give no training and test sequences of " + length
                    + "; lower sequence-length, or take a longer text");
        }
    }

    /**
     * The first nine tenths of a file for training, the rest for testing.
     *
     * @param length steps of an example
     */
    static MaskedText open(Storage storage, String path, String name, int length) throws IOException {
        byte[] bytes = TextBytes.read(storage, path);
        int cut = TextOptions.training(bytes.length);
        return new MaskedText(name, Arrays.copyOf(bytes, cut), Arrays.copyOfRange(bytes, cut, bytes.length), length);
    }

    /** The same parts of several texts, one after the other: what tests the passages is not learned from. */
    static MaskedText of(Passages passages, int length) throws DatasetException {
        return new MaskedText(passages.name(), passages.bytes(Split.TRAIN), passages.bytes(Split.TEST), length);
    }

    /** Steps that are to be guessed in an example of {@code steps}. */
    public static int hidden(int steps) {
        return Math.max(1, (int) Math.round(HIDDEN_SHARE * steps));
    }

    /** Bytes as text: printable ASCII as it is, others as hexadecimal numbers. */
    static List<String> byteNames() {
        return IntStream.range(0, 256)
                .mapToObj(b -> b > ' ' && b < 127 ? Character.toString(b) : String.format(Locale.ROOT, "0x%02x", b))
                .toList();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String format() {
        return "text, by byte, " + hidden(length) + " of " + length + " hidden";
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
        return byteNames();
    }

    @Override
    public int vocabulary() {
        return VOCABULARY;
    }

    @Override
    public int labelsOfExample() {
        return length;
    }

    @Override
    public int examples(Split split) {
        return TextDataset.examples(bytes(split).length, length);
    }

    private byte[] bytes(Split split) {
        return split == Split.TRAIN ? training : test;
    }

    @Override
    public Dataset read(Split split, ExampleRange range) {
        return new MaskedBlocks(this, range, bytes(split));
    }

    /** Part of a split. */
    static final class MaskedBlocks extends TokenDataset {
        private final byte[] text;

        private MaskedBlocks(MaskedText source, ExampleRange range, byte[] text) {
            super(source, range);
            this.text = text;
        }

        @Override
        public int[] classCounts() {
            int[] counts = new int[classes()];
            for (int example = 0; example < examples(); example++) {
                for (int t = 0; t < steps(); t++) {
                    counts[text[place(example) * steps() + t] & 0xff]++;
                }
            }
            return counts;
        }

        @Override
        StepWriter writer(long seed, boolean training) {
            return new Hiding(seed, training);
        }

        /** One thread's. */
        private final class Hiding implements StepWriter {
            private final long seed;
            private final boolean training;
            private final SplitMix64 random = new SplitMix64();
            private final int[] order = new int[steps()];

            Hiding(long seed, boolean training) {
                this.seed = seed;
                this.training = training;
            }

            @Override
            public void write(
                    int example, long epoch, FloatBuffer features, int featuresAt, IntBuffer labels, int labelsAt) {
                int length = steps();
                int block = place(example);
                int shift = training ? random.start(seed, SHIFT_STREAM, epoch).nextInt(length) : 0;
                int at = block * length + shift;
                for (int t = 0; t < length; t++) {
                    features.put(featuresAt + t, text[at + t] & 0xff);
                    labels.put(labelsAt + t, NO_LABEL);
                }
                random.start(seed + CHOICE_STREAM, training ? epoch : -1, block);
                for (int i = 0; i < hidden(length); i++) {
                    int t = choose(i);
                    labels.put(labelsAt + t, text[at + t] & 0xff);
                    features.put(featuresAt + t, instead(text[at + t]));
                }
            }

            /** Step i of a random order: Durstenfeld's shuffle, as far as it is needed. */
            private int choose(int i) {
                if (i == 0) {
                    Arrays.setAll(order, t -> t);
                }
                int other = i + random.nextInt(order.length - i);
                int chosen = order[other];
                order[other] = order[i];
                order[i] = chosen;
                return chosen;
            }

            private int instead(byte own) {
                int tenth = random.nextInt(10);
                if (tenth < 8) {
                    return MASK;
                }
                return (tenth == 8 ? text[random.nextInt(text.length)] : own) & 0xff;
            }
        }
    }
}
