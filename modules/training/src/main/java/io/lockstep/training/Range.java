package io.lockstep.training;

/** Elements {@code start} (inclusive) to {@code end} (exclusive) of a flat vector. */
public record Range(long start, long end) {
    public Range {
        if (start < 0 || end < start) {
            throw new IllegalArgumentException("[" + start + ", " + end + ")");
        }
    }

    public long size() {
        return end - start;
    }
}
