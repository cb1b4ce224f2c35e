package io.lockstep.datasets.shards;

import io.lockstep.datasets.Normalization;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * What the numbers of a column are like, in parts: a picture (C, H, W) has one for each channel, a row (F) of up to a thousand
 * numbers one for each of them, and everything else is one part. Sums of bytes and of their squares are exact.
 */
final class ColumnStatistics implements Serializable {
    private static final long serialVersionUID = 1;
    private static final int MOST_PARTS = 1024;

    private final int partElements;
    private long examples;
    private final double[] sums;
    private final double[] squares;
    private final double[] least;
    private final double[] greatest;

    private ColumnStatistics(int parts, int partElements) {
        this.partElements = partElements;
        sums = new double[parts];
        squares = new double[parts];
        least = new double[parts];
        greatest = new double[parts];
        Arrays.fill(least, Double.POSITIVE_INFINITY);
        Arrays.fill(greatest, Double.NEGATIVE_INFINITY);
    }

    /** Of no examples yet. */
    static ColumnStatistics of(ShardColumn column) {
        List<Integer> shape = column.field().shape();
        int elements = column.field().elements();
        int parts = shape.size() == 3 || shape.size() == 1 ? shape.get(0) : 1;
        parts = parts < 1 || parts > MOST_PARTS ? 1 : parts;
        return new ColumnStatistics(parts, elements / parts);
    }

    /** Of as many parts as there are sums. */
    static ColumnStatistics of(ShardColumn column, long examples, List<double[]> figures) {
        ColumnStatistics read = of(column);
        read.examples = examples;
        double[][] mine = read.figures();
        for (int i = 0; i < mine.length; i++) {
            System.arraycopy(figures.get(i), 0, mine[i], 0, mine[i].length);
        }
        return read;
    }

    /** Sums, sums of squares, the least and the greatest, of each part. */
    double[][] figures() {
        return new double[][] {sums, squares, least, greatest};
    }

    int parts() {
        return sums.length;
    }

    long examples() {
        return examples;
    }

    void addFloats(float[] values, int offset) {
        int at = offset;
        for (int part = 0; part < sums.length; part++) {
            double sum = 0;
            double square = 0;
            for (int end = at + partElements; at < end; at++) {
                double value = values[at];
                sum += value;
                square += value * value;
                least[part] = Math.min(least[part], value);
                greatest[part] = Math.max(greatest[part], value);
            }
            sums[part] += sum;
            squares[part] += square;
        }
        examples++;
    }

    void addInts(int[] values, int offset) {
        int at = offset;
        for (int part = 0; part < sums.length; part++) {
            for (int end = at + partElements; at < end; at++) {
                double value = values[at];
                sums[part] += value;
                squares[part] += value * value;
                least[part] = Math.min(least[part], value);
                greatest[part] = Math.max(greatest[part], value);
            }
        }
        examples++;
    }

    void addBytes(byte[] values, int offset) {
        int at = offset;
        for (int part = 0; part < sums.length; part++) {
            long sum = 0;
            long square = 0;
            int low = 255;
            int high = 0;
            for (int end = at + partElements; at < end; at++) {
                int value = values[at] & 0xff;
                sum += value;
                square += value * value;
                low = Math.min(low, value);
                high = Math.max(high, value);
            }
            sums[part] += sum;
            squares[part] += square;
            least[part] = Math.min(least[part], low);
            greatest[part] = Math.max(greatest[part], high);
        }
        examples++;
    }

    void add(ColumnStatistics other) {
        examples += other.examples;
        for (int part = 0; part < sums.length; part++) {
            sums[part] += other.sums[part];
            squares[part] += other.squares[part];
            least[part] = Math.min(least[part], other.least[part]);
            greatest[part] = Math.max(greatest[part], other.greatest[part]);
        }
    }

    /** Of bytes, in parts that are channels. One without variation gets a standard deviation of 1. */
    Normalization normalization() {
        float[] mean = new float[sums.length];
        float[] std = new float[sums.length];
        double count = (double) examples * partElements;
        for (int part = 0; part < sums.length; part++) {
            double average = sums[part] / count;
            double variance = squares[part] / count - average * average;
            mean[part] = (float) (average / 255);
            std[part] = variance > 1e-9 ? (float) (Math.sqrt(variance) / 255) : 1;
        }
        return new Normalization(mean, std);
    }
}
