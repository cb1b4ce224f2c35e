package io.lockstep.training;

import java.util.Arrays;

/**
 * What a batch gave.
 *
 * @param labels one an example, or one for each of its steps
 * @param lossSum sum over the labels, without regularisation (natural logarithm)
 * @param correct labels that are the most probable class
 * @param measures for each of {@link Replica#measures} a sum, and of how many; empty where nothing was measured
 */
public record BatchResult(int labels, double lossSum, int correct, double[] measures) {
    private static final double[] NO_MEASURES = {};
    public static final BatchResult EMPTY = new BatchResult(0, 0, 0);

    public BatchResult(int labels, double lossSum, int correct) {
        this(labels, lossSum, correct, NO_MEASURES);
    }

    BatchResult plus(BatchResult other) {
        return new BatchResult(
                labels + other.labels, lossSum + other.lossSum, correct + other.correct, sum(measures, other.measures));
    }

    static double[] sum(double[] a, double[] b) {
        if (a.length == 0 || b.length == 0) {
            return a.length == 0 ? b : a;
        }
        double[] sum = a.clone();
        Arrays.setAll(sum, i -> a[i] + b[i]);
        return sum;
    }
}
