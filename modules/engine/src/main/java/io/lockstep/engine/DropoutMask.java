package io.lockstep.engine;

/**
 * Which elements dropout keeps: a hash of (seed, node, element), so that backward finds the same without storing it, and
 * neither the number of threads nor the backend matters.
 */
public final class DropoutMask {
    private DropoutMask() {}

    /**
     * @param node its {@link Graph.Node#stream}
     * @param element of the node's whole batch
     * @param retain probability of being kept
     */
    public static boolean keeps(long seed, int node, long element, double retain) {
        return uniform(seed, node, element) < retain;
    }

    /**
     * DropConnect's: 1 / retain for a weight that is kept, 0 for one that is not; another stream than {@link #keeps}.
     *
     * @param parameter of the node, from 0
     */
    public static double weightFactor(long seed, int node, long parameter, double retain) {
        return keeps(seed ^ 0x5DEECE66DL, ~node, parameter, retain) ? 1 / retain : 0;
    }

    /** A weight's in attention: 1 / retain where it is kept, otherwise 0; as for {@link #keeps}. */
    public static double attentionFactor(long seed, int node, long weight, double retain) {
        return keeps(seed, node, weight, retain) ? 1 / retain : 0;
    }

    /** In [0, 1). */
    public static double uniform(long seed, int node, long element) {
        return (hash(seed, node, element) >>> 11) * 0x1.0p-53;
    }

    /** Normal with mean 0 and variance 1 (Box and Muller 1958); another stream than {@link #keeps}. */
    public static double gaussian(long seed, int node, long element) {
        long bits = hash(~seed, node, element);
        double radius = Math.sqrt(-2 * Math.log(((bits >>> 11) + 1) * 0x1.0p-53));
        return radius * Math.cos(2 * Math.PI * (mix(bits) >>> 11) * 0x1.0p-53);
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
