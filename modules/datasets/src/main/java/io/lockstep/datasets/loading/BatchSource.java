package io.lockstep.datasets.loading;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.Field;
import java.io.IOException;
import java.util.List;

/** What a loader's thread makes batches from, step after step. */
interface BatchSource extends AutoCloseable {
    /** Of {@link #endStep}: nobody knows until it is reached. */
    long UNKNOWN = -1;

    List<Field> fields();

    /** Examples of the longest batch. */
    int largestBatch();

    /** One after the last step; {@link Long#MAX_VALUE} where there is no last. */
    long endStep();

    /**
     * Writes the examples of a step and presents them. Steps are asked for in order.
     *
     * @return false, if there are none: only where the end is unknown
     */
    boolean fill(long step, Batch batch) throws IOException;

    /** Whether it reads what earlier steps have read, which may take long. Any thread may ask. */
    default boolean isCatchingUp() {
        return false;
    }

    /** Examples that batches of steps before one are without, as they could not be read; each is told once. Any thread may ask. */
    default List<UnreadExample> leftOut(long beforeStep) {
        return List.of();
    }

    @Override
    default void close() throws IOException {}
}
