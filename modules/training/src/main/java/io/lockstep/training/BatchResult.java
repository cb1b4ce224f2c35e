package io.lockstep.training;

/**
 * What a batch gave.
 *
 * @param examples in the batch
 * @param lossSum sum over the examples, without regularisation (natural logarithm)
 * @param correct examples whose most probable class is their label
 */
public record BatchResult(int examples, double lossSum, int correct) {
    public static final BatchResult EMPTY = new BatchResult(0, 0, 0);

    BatchResult plus(BatchResult other) {
        return new BatchResult(examples + other.examples, lossSum + other.lossSum, correct + other.correct);
    }
}
