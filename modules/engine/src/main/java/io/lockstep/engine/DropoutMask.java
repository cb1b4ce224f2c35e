package io.lockstep.engine;

/**
 * Which elements dropout keeps: a hash of (seed, node, element), so that backward finds the same without storing it, and
 * neither the number of threads nor the backend matters.
 */
public final class DropoutMask {
    private DropoutMask() {}

    /**
     * @param node index in the graph
     * @param element of the node's whole batch
     * @param retain probability of being kept
     */
    public static boolean keeps(long seed, int node, long element, double retain) {
        return (hash(seed, node, element) >>> 11) * 0x1.0p-53 < retain;
    }

    /** SplitMix64 (Steele et al. 2014), jumped to. */
    private static long hash(long seed, int node, long element) {
        return mix(mix(seed + node * 0xD1342543DE82EF95L) + element * 0x9E3779B97F4A7C15L);
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
