package io.lockstep.training;

import java.io.Serializable;
import java.util.Locale;

/**
 * A figure by which a network is judged: computed from sums that add up over batches and over ranks, so that any number of
 * ranks comes to what one rank comes to. Immutable; {@link Metrics} has those that there are.
 */
public interface Metric extends Serializable {
    /** Of {@link #value}: which is better? */
    enum Direction {
        HIGHER_IS_BETTER,
        LOWER_IS_BETTER
    }

    /** How a person reads it. */
    enum Unit {
        /** From 0 to 1, read in percent. */
        SHARE,
        NUMBER
    }

    /** As files name it, behind {@code test_}: {@code accuracy}, {@code mae}. */
    String word();

    /** As people read it: {@code accuracy}, {@code mean absolute error}. */
    String title();

    Direction direction();

    Unit unit();

    /**
     * The sums of one batch, always as many for one network.
     *
     * @return null if the answers do not have what this metric looks at
     */
    double[] sums(Answers answers);

    /** From the sums over everything; NaN where they are of nothing. */
    double value(double[] sums);

    /** {@code accuracy 91.25 %}, {@code mean absolute error 0.1234}. */
    default String shown(double value) {
        return unit() == Unit.SHARE
                ? String.format(Locale.ROOT, "%s %.2f %%", title(), 100 * value)
                : String.format(Locale.ROOT, "%s %.4f", title(), value);
    }
}
