package io.lockstep.networks.differential;

import io.lockstep.networks.NetworkDefinition;

/**
 * A network that a seed determines.
 *
 * @param rate learning rate of each of its updaters
 * @param noisy whether a training pass is random
 * @param weighted whether the loss that DL4J tells is not the sum of the labels' losses
 */
record RandomNetwork(long seed, NetworkDefinition definition, double rate, boolean noisy, boolean weighted, int batch) {
    /** Draws until DL4J accepts a network: kernels may be larger than what they look at, and the like. */
    static RandomNetwork of(long seed) {
        for (int attempt = 0; ; attempt++) {
            RandomGraph graph = new RandomGraph(seed * 1000 + attempt);
            try {
                return graph.network(seed);
            } catch (RuntimeException e) {
                if (attempt == 300) {
                    throw new IllegalStateException("no network of seed " + seed + " is accepted by DL4J", e);
                }
            }
        }
    }
}
