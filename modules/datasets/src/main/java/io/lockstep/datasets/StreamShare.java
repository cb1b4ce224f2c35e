package io.lockstep.datasets;

/**
 * Which examples of a {@link StreamedDataset} a rank reads, and in what order.
 *
 * @param seed of the order
 * @param epoch passes over the examples before this one
 * @param worldSize ranks that share the examples
 */
public record StreamShare(long seed, long epoch, int rank, int worldSize) {
    public StreamShare {
        ExampleRange.checkRank(rank, worldSize);
    }
}
