package io.lockstep.training;

/**
 * What a batch gave.
 *
 * @param labels one an example, or one for each of its steps
 * @param lossSum sum over the labels, without regularisation (natural logarithm)
 * @param correct labels that are the most probable class
 */
public record BatchResult(int labels, double lossSum, int correct) {
    public static final BatchResult EMPTY = new BatchResult(0, 0, 0);

    BatchResult plus(BatchResult other) {
        return new BatchResult(labels + other.labels, lossSum + other.lossSum, correct + other.correct);
    }
}
