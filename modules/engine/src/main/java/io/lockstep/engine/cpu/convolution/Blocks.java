package io.lockstep.engine.cpu.convolution;

import io.lockstep.kernels.WinogradPasses;

/** How Winograd's transformed tiles and weights are cut, and laid out. */
final class Blocks {
    private static final int CACHE_LINE = 64;

    private Blocks() {}

    /** The largest divisor of a number of channels that is a multiple of a vector's, and not above the limit if possible. */
    static int largest(int channels, long atMost) {
        int best = WinogradPasses.CHANNELS;
        for (int block = best; block <= Math.min(channels, atMost); block += WinogradPasses.CHANNELS) {
            if (channels % block == 0) {
                best = block;
            }
        }
        return best;
    }

    /**
     * A distance of points whose lines do not all fall into the same few sets of a cache.
     *
     * @param bytes of a point, whole lines
     */
    static int spread(int bytes) {
        return bytes + CACHE_LINE;
    }
}
