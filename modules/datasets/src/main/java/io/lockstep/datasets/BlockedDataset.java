package io.lockstep.datasets;

/**
 * A set that is read in blocks of consecutive examples, as it is too large to be held in memory. The order of an epoch is made
 * so that a few blocks are needed at a time:
 *
 * <pre>
 *   blocks in a random order   | 3 7 | 0 5 | 2 6 | 4 1 |
 *   windows                    |  0  |  1  |  2  |  3  |      the examples of a window's blocks are shuffled together
 * </pre>
 *
 * <p>One window is drawn from while the next one is read, so that two are in memory. A set that is one window is shuffled as
 * a whole, like any other.
 */
public interface BlockedDataset extends Dataset {
    int blocks();

    /**
     * The first example of a block, which ends where the next one begins; none is empty.
     *
     * @param block for {@link #blocks}, the number of examples
     */
    int firstExample(int block);

    /**
     * Blocks whose examples are shuffled together, at most. It belongs to the set: if it depended on the memory at hand, two
     * ranks could have two orders.
     */
    int window();

    /**
     * Reads a block that will be needed soon, unless it is in memory.
     *
     * @throws DataFaultException if it cannot be read
     */
    void load(int block);
}
