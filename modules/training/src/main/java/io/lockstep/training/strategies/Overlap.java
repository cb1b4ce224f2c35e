package io.lockstep.training.strategies;

/**
 * What of an all-reduce is left to wait for, if backward finishes the gradient's bytes at an even rate and buckets are
 * reduced one after the other:
 *
 * <pre>
 *   backward    |--b0--|----b1----|----b2----|
 *   reduce             |  b0  |   |   b1   | |   b2   |
 *                                            |exposed |
 * </pre>
 *
 * @param gradientBytes in all
 * @param bucketBytes of each; the first one is a quarter of it
 * @param backwardNanos of backward alone
 */
record Overlap(long gradientBytes, long bucketBytes, double backwardNanos, Link link) {
    /** Of forward and backward together: a convolution's backward has twice the arithmetic of its forward. */
    static final double SHARE_OF_BACKWARD = 2.0 / 3;

    double exposedNanos() {
        double reduced = 0;
        long done = 0;
        long size = Math.max(1, bucketBytes / 4);
        while (done < gradientBytes) {
            long bytes = Math.min(size, gradientBytes - done);
            done += bytes;
            double ready = backwardNanos * done / gradientBytes;
            reduced = Math.max(ready, reduced) + link.nanos(bytes);
            size = bucketBytes;
        }
        return reduced - backwardNanos;
    }
}
