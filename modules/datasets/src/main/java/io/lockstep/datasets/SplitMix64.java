package io.lockstep.datasets;

/**
 * A small random generator whose numbers are part of the contract: the same on every JVM, platform and release. Steele,
 * Lea and Flood 2014, "Fast splittable pseudorandom number generators", figure 16.
 *
 * <p>Keyed rather than seeded: what is drawn for (seed, epoch, example) needs nothing drawn before it.
 */
public final class SplitMix64 {
    private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

    private long state;

    /** Starts the sequence of this key. */
    public SplitMix64 start(long seed, long a, long b) {
        state = mix(mix(mix(seed + GOLDEN_GAMMA) + GOLDEN_GAMMA + a) + GOLDEN_GAMMA + b);
        return this;
    }

    public long nextLong() {
        state += GOLDEN_GAMMA;
        return mix(state);
    }

    /** Uniform in [0, bound), with a bias below 2^-32. */
    public int nextInt(int bound) {
        // the high word of a 63-bit fraction times the bound
        return (int) Math.multiplyHigh(nextLong() >>> 1, (long) bound << 1);
    }

    /** Uniform in [0, 1), a multiple of 2^-53. */
    double nextDouble() {
        return (nextLong() >>> 11) * 0x1.0p-53;
    }

    /** Uniform in [low, high). */
    public double nextDouble(double low, double high) {
        return low + nextDouble() * (high - low);
    }

    /**
     * Nearly normal, of mean 0 and variance 1: the sum of twelve uniform numbers less their mean. It ends at 6 standard
     * deviations, and needs no function that platforms compute differently.
     */
    public double nextGaussian() {
        long sum = 0;
        for (int i = 0; i < 3; i++) {
            long four = nextLong();
            sum += (four & 0xffff) + (four >>> 16 & 0xffff) + (four >>> 32 & 0xffff) + (four >>> 48);
        }
        return (sum - 12 * 0xffff / 2.0) / (1 << 16);
    }

    /** Of the distribution Beta(alpha, alpha), alpha in (0, 1]: Johnk 1964. The same on every platform. */
    public double nextBeta(double alpha) {
        while (true) {
            double x = StrictMath.pow(nextDouble(), 1 / alpha);
            double y = StrictMath.pow(nextDouble(), 1 / alpha);
            if (x + y <= 1 && x + y > 0) {
                return x / (x + y);
            }
        }
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
