package io.lockstep.networks;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.Field;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Columns that change what a loss adds up, by names that have a meaning ({@link Batch}). A network that did not read one of them
 * would train on something else than the data say.
 */
public final class LossColumns {
    private static final Set<String> NAMES = Set.of(Batch.WEIGHTS, Batch.MASK, Batch.MIXED_LABELS, Batch.MIXED_SHARES);

    private LossColumns() {}

    /** Whether a column has such a name. */
    public static boolean has(String column) {
        return NAMES.contains(column);
    }

    /** Those among the columns of a data set. */
    public static Set<String> among(List<Field> fields) {
        return fields.stream().map(Field::name).filter(NAMES::contains).collect(Collectors.toSet());
    }

    static Field.Type typeOf(String column) {
        return column.equals(Batch.MIXED_LABELS) ? Field.Type.INT32 : Field.Type.FLOAT32;
    }
}
