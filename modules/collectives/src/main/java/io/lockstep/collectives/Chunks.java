package io.lockstep.collectives;

/**
 * Splits a vector of {@code length} elements into {@code worldSize} contiguous chunks whose sizes differ by at most
 * one; the first {@code length % worldSize} chunks are the longer ones. With length below worldSize the last chunks are
 * empty.
 */
public record Chunks(long length, int worldSize) {
    public Chunks {
        if (length < 0 || worldSize < 1) {
            throw new IllegalArgumentException("length " + length + ", worldSize " + worldSize);
        }
    }

    /** First element of chunk {@code index}; {@code start(worldSize)} is the length. */
    public long start(int index) {
        long base = length / worldSize;
        long longer = length % worldSize;
        return index * base + Math.min(index, longer);
    }

    /** Elements of chunk {@code index}. */
    public long size(int index) {
        return start(index + 1) - start(index);
    }
}
