package io.lockstep.datasets.text;

import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.Dataset;
import io.lockstep.datasets.DatasetException;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.Field;
import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.SplitMix64;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * {@code reverse} and {@code sort}: sequences of S digits and what they become, for encoder-decoders.
 *
 * <pre>
 *   features   3 1 4 1 5 | start 5 1 4 1     the source; behind it what a decoder reads: the answer, one step late
 *   labels                 5 1 4 1 3         of the decoder's steps
 * </pre>
 *
 * Numbers: 0 is the start, a digit d is d + 1. An example is a function of (task, split, index) alone.
 */
public final class GeneratedPairs implements DataSource {
    private static final long PAIR_STREAM = 5;
    private static final int DIGITS = 10;
    private static final int TRAIN_EXAMPLES = 20_000;
    private static final int TEST_EXAMPLES = 2_000;

    /** What becomes of the digits. */
    public enum Task {
        REVERSE,
        SORT;

        public String dataName() {
            return name().toLowerCase(Locale.ROOT);
        }

        int[] answer(int[] digits) {
            int[] answer = digits.clone();
            if (this == SORT) {
                Arrays.sort(answer);
            } else {
                for (int i = 0; i < answer.length; i++) {
                    answer[i] = digits[digits.length - 1 - i];
                }
            }
            return answer;
        }
    }

    private final Task task;
    private final int digits;

    /** @param steps of an example, source and decoder together: an even number */
    public GeneratedPairs(Task task, int steps) throws DatasetException {
        if (steps % 2 != 0) {
            throw new DatasetException(task.dataName() + " has as many digits in an answer as in its question:"
                    + " sequence-length must be even, not " + steps);
        }
        this.task = task;
        digits = steps / 2;
    }

    @Override
    public String name() {
        return task.dataName();
    }

    @Override
    public String format() {
        return "generated";
    }

    @Override
    public List<Field> fields() {
        return Field.ofSteps(shape().height(), labelsOfExample());
    }

    @Override
    public ImageShape shape() {
        return new ImageShape(1, 2 * digits, 1);
    }

    @Override
    public List<String> classNames() {
        List<String> names = new ArrayList<>(List.of("start"));
        for (int d = 0; d < DIGITS; d++) {
            names.add(String.valueOf(d));
        }
        return names;
    }

    @Override
    public int vocabulary() {
        return classes();
    }

    @Override
    public int labelsOfExample() {
        return digits;
    }

    @Override
    public int examples(Split split) {
        return split == Split.TRAIN ? TRAIN_EXAMPLES : TEST_EXAMPLES;
    }

    @Override
    public Dataset read(Split split, ExampleRange range) {
        return new Pairs(this, split, range);
    }

    private int[] digits(Split split, int example) {
        SplitMix64 random = new SplitMix64().start(PAIR_STREAM + task.ordinal(), split.ordinal(), example);
        int[] drawn = new int[digits];
        Arrays.setAll(drawn, i -> random.nextInt(DIGITS));
        return drawn;
    }

    /** Examples made as they are asked for. */
    static final class Pairs extends TokenDataset {
        private final GeneratedPairs source;
        private final Split split;

        private Pairs(GeneratedPairs source, Split split, ExampleRange range) {
            super(source, range);
            this.source = source;
            this.split = split;
        }

        @Override
        public int[] classCounts() {
            int[] counts = new int[classes()];
            for (int i = 0; i < examples(); i++) {
                for (int digit : source.digits(split, place(i))) {
                    counts[digit + 1]++;
                }
            }
            return counts;
        }

        @Override
        StepWriter writer(long seed, boolean training) {
            return this::write;
        }

        private void write(
                int example, long epoch, FloatBuffer features, int featuresAt, IntBuffer labels, int labelsAt) {
            int[] digits = source.digits(split, place(example));
            int[] answer = source.task.answer(digits);
            for (int i = 0; i < digits.length; i++) {
                features.put(featuresAt + i, digits[i] + 1);
                features.put(featuresAt + digits.length + i, i == 0 ? 0 : answer[i - 1] + 1);
                labels.put(labelsAt + i, answer[i] + 1);
            }
        }
    }
}
