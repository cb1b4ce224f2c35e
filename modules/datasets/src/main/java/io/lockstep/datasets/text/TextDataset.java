package io.lockstep.datasets.text;

import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.SplitMix64;

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
final class TextDataset extends TokenDataset {
    private static final long SHIFT_STREAM = 4;

    private final int[] numbers;

    /** @param numbers of the split */
    TextDataset(TextFile source, int[] numbers, ExampleRange range) {
        super(source, range);
        this.numbers = numbers;
    }

    /** Blocks of a text, any shift below T leaving them and the last label inside. */
    static int examples(int characters, int length) {
        return Math.max(0, (characters - length) / length);
    }

    @Override
    public int[] classCounts() {
        int[] counts = new int[classes()];
        for (int example = 0; example < examples(); example++) {
            for (int t = 1; t <= steps(); t++) {
                counts[numbers[place(example) * steps() + t]]++;
            }
        }
        return counts;
    }

    @Override
    StepWriter writer(long seed, boolean training) {
        SplitMix64 random = new SplitMix64();
        int length = steps();
        return (example, epoch, features, featuresAt, labels, labelsAt) -> {
            int shift = training ? random.start(seed, SHIFT_STREAM, epoch).nextInt(length) : 0;
            int start = place(example) * length + shift;
            for (int t = 0; t < length; t++) {
                features.put(featuresAt + t, numbers[start + t]);
                labels.put(labelsAt + t, numbers[start + t + 1]);
            }
        };
    }
}
