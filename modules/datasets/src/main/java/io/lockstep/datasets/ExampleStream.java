package io.lockstep.datasets;

import java.io.IOException;

/** One pass over a share of a {@link StreamedDataset}. One thread. */
public interface ExampleStream extends AutoCloseable {
    /**
     * Writes the next example.
     *
     * @param place of the example in the batch
     * @return false, with nothing written, after the last
     */
    boolean next(Batch into, int place) throws IOException;

    /**
     * Passes over examples without making them, as far as that is cheaper than reading them.
     *
     * @param examples at most so many
     * @return how many were passed over; the others are read and dropped
     */
    default long skip(long examples) throws IOException {
        return 0;
    }

    @Override
    void close() throws IOException;
}
