package io.lockstep.datasets;

import java.util.Arrays;

/**
 * {@code (byte / 255 - mean[c]) / std[c]} for each channel.
 *
 * <p>Taken from the training set once, then part of the run's configuration: a rank that evaluates holds a shard of the
 * test set only and must use the same numbers.
 *
 * @param mean one a channel, in [0, 1]
 * @param std one a channel, above 0
 */
public record Normalization(float[] mean, float[] std) {
    /** Of CIFAR-10's training set: the figures in common use. {@link Dataset#normalization} has a set's own. */
    public static final Normalization CIFAR10 =
            new Normalization(new float[] {0.4914f, 0.4822f, 0.4465f}, new float[] {0.2470f, 0.2435f, 0.2616f});

    /** Of MNIST's training set: the figures in common use. */
    public static final Normalization MNIST = new Normalization(new float[] {0.1307f}, new float[] {0.3081f});

    public Normalization {
        if (mean.length == 0 || mean.length != std.length) {
            throw new IllegalArgumentException(mean.length + " means, " + std.length + " standard deviations");
        }
        for (float s : std) {
            if (!(s > 0)) {
                throw new IllegalArgumentException("standard deviation " + s + " in " + Arrays.toString(std));
            }
        }
        mean = mean.clone();
        std = std.clone();
    }

    /**
     * Measured, exactly: sums of bytes and of their squares are whole numbers. A channel without variation gets a standard
     * deviation of 1.
     *
     * @param sums of each channel, and then of each channel's squares
     * @param count values of a channel
     */
    public static Normalization ofBytes(long[] sums, long count) {
        float[] mean = new float[sums.length / 2];
        float[] std = new float[sums.length / 2];
        for (int c = 0; c < mean.length; c++) {
            double average = sums[c] / (double) count;
            double variance = sums[mean.length + c] / (double) count - average * average;
            mean[c] = (float) (average / 255);
            std[c] = variance > 1e-9 ? (float) (Math.sqrt(variance) / 255) : 1;
        }
        return new Normalization(mean, std);
    }

    /** Bytes to [0, 1], no more. */
    public static Normalization unit(int channels) {
        float[] std = new float[channels];
        Arrays.fill(std, 1);
        return new Normalization(new float[channels], std);
    }

    public int channels() {
        return mean.length;
    }

    @Override
    public float[] mean() {
        return mean.clone();
    }

    @Override
    public float[] std() {
        return std.clone();
    }

    /** The value of every byte in every channel: (channels, 256). */
    public float[][] tables() {
        float[][] tables = new float[mean.length][256];
        for (int c = 0; c < mean.length; c++) {
            for (int value = 0; value < 256; value++) {
                tables[c][value] = (value / 255f - mean[c]) / std[c];
            }
        }
        return tables;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Normalization that && Arrays.equals(mean, that.mean) && Arrays.equals(std, that.std);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(mean) + Arrays.hashCode(std);
    }

    @Override
    public String toString() {
        return "mean " + Arrays.toString(mean) + ", std " + Arrays.toString(std);
    }
}
