package io.lockstep.training;

import java.util.Arrays;

/**
 * What a pass over a batch gave.
 *
 * @param labels what the loss is a sum over: examples, or steps or pixels of them
 * @param lossSum sum over the labels, without regularisation (natural logarithm)
 * @param measures for each of {@link Replica#measures} a sum, and of how many; empty where nothing was measured
 */
public record BatchResult(int labels, double lossSum, double[] measures) {
    private static final double[] NO_MEASURES = {};
    public static final BatchResult EMPTY = new BatchResult(0, 0, NO_MEASURES);

    /** Of a replica that measures nothing beside the loss. */
    public BatchResult(int labels, double lossSum) {
        this(labels, lossSum, NO_MEASURES);
    }

    /** @param correct labels that are the most probable class: the measure {@code accuracy} */
    public BatchResult(int labels, double lossSum, int correct) {
        this(labels, lossSum, new double[] {correct, labels});
    }

    /** @param more measures behind {@code accuracy} */
    public BatchResult(int labels, double lossSum, int correct, double[] more) {
        this(labels, lossSum, withAccuracy(correct, labels, more));
    }

    private static double[] withAccuracy(int correct, int labels, double[] more) {
        double[] all = new double[2 + more.length];
        all[0] = correct;
        all[1] = labels;
        System.arraycopy(more, 0, all, 2, more.length);
        return all;
    }

    /**
     * Of a replica that tells classes, and whose loss may be a sum over something else.
     *
     * @param counted labels of classes, of which some are correct
     */
    public static BatchResult ofClasses(int labels, double lossSum, int correct, int counted) {
        return new BatchResult(labels, lossSum, new double[] {correct, counted});
    }

    /** Of a replica whose first measure is {@code accuracy}. */
    public int correct() {
        return measures.length == 0 ? 0 : (int) measures[0];
    }

    public BatchResult plus(BatchResult other) {
        return new BatchResult(labels + other.labels, lossSum + other.lossSum, sum(measures, other.measures));
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
