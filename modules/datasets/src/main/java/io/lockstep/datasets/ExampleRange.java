package io.lockstep.datasets;

/**
 * A contiguous run of examples or positions.
 *
 * @param start the first
 * @param end the one after the last
 */
public record ExampleRange(int start, int end) {
    public ExampleRange {
        if (start < 0 || end < start) {
            throw new IllegalArgumentException("range [" + start + ", " + end + ")");
        }
    }

    public static ExampleRange all(int examples) {
        return new ExampleRange(0, examples);
    }

    /** The first {@code limit} of {@code examples}, or all where there are fewer. */
    public static ExampleRange first(int examples, int limit) {
        return new ExampleRange(0, Math.min(examples, limit));
    }

    /**
     * One rank's part of {@code examples} in order: sizes differ by at most one, the first {@code examples % worldSize}
     * ranks have the longer ones, and with fewer examples than ranks the last parts are empty.
     */
    public static ExampleRange shard(int examples, int rank, int worldSize) {
        checkRank(rank, worldSize);
        return new ExampleRange(shardStart(examples, rank, worldSize), shardStart(examples, rank + 1, worldSize));
    }

    public int size() {
        return end - start;
    }

    public static void checkRank(int rank, int worldSize) {
        if (worldSize < 1 || rank < 0 || rank >= worldSize) {
            throw new IllegalArgumentException("rank " + rank + " of " + worldSize);
        }
    }

    private static int shardStart(int examples, int rank, int worldSize) {
        return rank * (examples / worldSize) + Math.min(rank, examples % worldSize);
    }
}
