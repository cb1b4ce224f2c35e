package io.lockstep.datasets;

import java.util.List;

/** Writes examples into batches, for one thread. */
@FunctionalInterface
public interface ExampleWriter {
    /**
     * Writes every column of one example, for instance by {@link Column#putFloats}.
     *
     * @param epoch passes over the set before this one
     * @param into a batch with the set's fields
     * @param place of the example in the batch
     */
    void write(int example, long epoch, Batch into, int place);

    /**
     * The columns that it writes.
     *
     * @param ofSet the set's
     */
    default List<Field> fields(List<Field> ofSet) {
        return ofSet;
    }

    /** How it writes pictures; where the network wants them otherwise, the loader moves them. */
    default FeatureLayout layout() {
        return FeatureLayout.NCHW;
    }
}
