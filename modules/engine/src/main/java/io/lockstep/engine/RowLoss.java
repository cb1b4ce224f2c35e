package io.lockstep.engine;

import java.util.List;

/**
 * A loss that is a sum over rows: over vectors, steps of sequences or pixels of images, whichever its predictions are. It
 * says what it computes of one row, and every backend has one node for all of them, so that a new one is a new record and
 * nothing else.
 *
 * <p>After predictions and targets, which are of the same steps or pixels, come any number of weights, each one number an
 * example or a row; a row counts as much as their product. A row of weight 0 counts for nothing.
 */
public interface RowLoss extends Loss {
    /** How many inputs after the predictions are targets. */
    default int targets() {
        return 1;
    }

    @Override
    default int fewestInputs() {
        return predictions() + targets();
    }

    @Override
    default int mostInputs() {
        return Integer.MAX_VALUE;
    }

    /**
     * Made once for a plan, whose threads share it.
     *
     * @param inputs of an example: predictions, then targets
     * @param training false in evaluation, where labels are not smoothed
     */
    Row row(List<Shape> inputs, boolean training);

    /** One row's arithmetic. */
    interface Row {
        /**
         * @param x the row's numbers: predictions, then targets
         * @param slopes receives the derivative of the loss by each number of the predictions
         * @param sums receives what the row gives to each of {@link Loss#sums}; what {@link Loss#COUNT} counts stands there
         */
        void run(double[][] x, double[][] slopes, double[] sums);
    }

    @Override
    default Shape outputOf(List<Shape> inputs) {
        Shape first = inputs.get(0);
        int read = predictions() + targets();
        for (Shape each : inputs.subList(0, read)) {
            if (each.pixels() != first.pixels()) {
                throw new IllegalArgumentException("predictions and targets of as many steps or pixels are wanted, not "
                        + inputs.subList(0, read));
            }
        }
        for (Shape each : inputs.subList(read, inputs.size())) {
            requireWeights(each, first);
        }
        requireRows(inputs.subList(0, read));
        return first;
    }

    /**
     * @param inputs predictions, then targets
     * @throws IllegalArgumentException if their channels do not fit; as a rule they are equally many
     */
    default void requireRows(List<Shape> inputs) {
        Shape first = inputs.get(0);
        if (!inputs.stream().allMatch(each -> each.channels() == first.channels())) {
            throw new IllegalArgumentException("predictions and targets of as many numbers are wanted, not " + inputs);
        }
    }

    private static void requireWeights(Shape weights, Shape rows) {
        if (weights.channels() != 1 || (weights.pixels() != 1 && weights.pixels() != rows.pixels())) {
            throw new IllegalArgumentException(
                    "weights are one number an example, or one of each step or pixel of " + rows + ", not " + weights);
        }
    }

    @Override
    default List<Operation.Input> inputsOfPass(Shape predictions) {
        return Columns.withWeights(Columns.targets(predictions), predictions);
    }
}
