package io.lockstep.training;

/**
 * What a batch gave.
 *
 * @param examples in the batch; where an example has a label for each of its steps, labels
 * @param lossSum sum over the examples or labels, without regularisation (natural logarithm)
 * @param correct of those, how many have their label as the most probable class
 */
public record BatchResult(int examples, double lossSum, int correct) {
    public static final BatchResult EMPTY = new BatchResult(0, 0, 0);

    BatchResult plus(BatchResult other) {
        return new BatchResult(examples + other.examples, lossSum + other.lossSum, correct + other.correct);
    }
}
