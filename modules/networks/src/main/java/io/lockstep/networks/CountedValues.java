package io.lockstep.networks;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.Column;
import java.nio.FloatBuffer;
import java.util.Set;

/**
 * Which values the columns may hold that say what counts: a mask has 0 and 1, and weights are finite and not negative. Every
 * replica asks this of each batch that it takes, as values are known only there; it allocates nothing.
 *
 * <p>Another mask would be read as weights by some losses and not by others, and a negative weight teaches the opposite of what
 * an example says.
 */
public final class CountedValues {
    private final Set<String> masks;

    CountedValues(Set<String> masks) {
        this.masks = masks;
    }

    /** @throws IllegalArgumentException naming the column, the example, its value and what to do */
    public void require(Batch batch) {
        for (int i = 0; i < batch.columns().size(); i++) { // no iterator: this is asked in every step
            Column column = batch.columns().get(i);
            if (masks.contains(column.name()) || column.name().equals(Batch.MASK)) {
                requireMask(batch, column);
            } else if (column.name().equals(Batch.WEIGHTS)) {
                requireWeights(batch, column);
            }
        }
    }

    private static void requireMask(Batch batch, Column column) {
        FloatBuffer values = column.floats();
        for (int i = 0; i < values.limit(); i++) {
            float value = values.get(i);
            if (value != 0 && value != 1) {
                throw refusal(
                        batch,
                        column,
                        i,
                        "a mask has 0 where a label or step does not count and 1 where it does; to"
                                + " count examples more or less, give them a column '" + Batch.WEIGHTS + "'");
            }
        }
    }

    private static void requireWeights(Batch batch, Column column) {
        FloatBuffer values = column.floats();
        for (int i = 0; i < values.limit(); i++) {
            float value = values.get(i);
            if (!(value >= 0 && value <= Float.MAX_VALUE)) {
                throw refusal(
                        batch,
                        column,
                        i,
                        "a weight is a finite number of 0 or more; give an example that is not to"
                                + " count the weight 0");
            }
        }
    }

    private static IllegalArgumentException refusal(Batch batch, Column column, int at, String rule) {
        int example = at / column.elements();
        String within = column.elements() == 1 ? "" : " (number " + at % column.elements() + " of it)";
        return new IllegalArgumentException("column '" + column.name() + "' has a "
                + column.floats().get(at) + " for example " + example + within + " of a batch, which is example "
                + (batch.firstExample() + example) + " in the order of this pass; " + rule);
    }
}
