package io.lockstep.collectives;

import java.util.EnumMap;
import java.util.Map;

/**
 * Predicts how long each all-reduce takes, and picks the fastest: time = steps x alpha + bytes x beta, the formulas of
 * the module's README.
 *
 * @param alphaSeconds of one step between the two ranks that are farthest apart
 * @param betaSeconds of one byte sent and added
 * @param localAlphaSeconds the same within a host, for the hierarchical algorithm
 * @param localBetaSeconds within a host
 */
record CostModel(double alphaSeconds, double betaSeconds, double localAlphaSeconds, double localBetaSeconds) {
    /** Halving-doubling writes every partial sum to memory and reads it again for the next step; a ring forwards it. */
    private static final double UNPIPELINED = 1.15;

    /** Shared memory, measured; what is assumed where nothing is probed. */
    static CostModel sharedMemory() {
        return new CostModel(1.5e-6, 0.12e-9, 1.5e-6, 0.12e-9);
    }

    Algorithm fastest(long bytes, int worldSize, int hosts, int segmentBytes) {
        return costs(bytes, worldSize, hosts, segmentBytes).entrySet().stream()
                .min(Map.Entry.comparingByValue())
                .orElseThrow()
                .getKey();
    }

    /** Seconds by algorithm, for those that can serve the size. */
    Map<Algorithm, Double> costs(long bytes, int worldSize, int hosts, int segmentBytes) {
        Map<Algorithm, Double> costs = new EnumMap<>(Algorithm.class);
        int n = worldSize;
        int core = Integer.highestOneBit(n);
        double rounds = Integer.numberOfTrailingZeros(core);
        double fold = core == n ? 0 : 2 * (alphaSeconds + bytes * betaSeconds);
        if (bytes <= segmentBytes) {
            // the frames to all peers leave one after another, but wait for each other only once
            costs.put(Algorithm.FLAT, alphaSeconds * (1 + (n - 2) / 4.0) + (n - 1) * bytes * betaSeconds);
        }
        costs.put(Algorithm.RECURSIVE_DOUBLING, rounds * (alphaSeconds + bytes * betaSeconds) + fold);
        costs.put(
                Algorithm.HALVING_DOUBLING,
                2 * rounds * alphaSeconds + 2.0 * (core - 1) / core * bytes * betaSeconds * UNPIPELINED + fold);
        costs.put(Algorithm.RING, ring(alphaSeconds, betaSeconds, bytes, n));
        if (hosts > 1 && hosts < n) {
            double perHost = Math.ceil((double) n / hosts);
            costs.put(
                    Algorithm.HIERARCHICAL,
                    2 * ((perHost - 1) * localAlphaSeconds + bytes * localBetaSeconds)
                            + ring(alphaSeconds, betaSeconds, bytes, hosts));
        }
        return costs;
    }

    private static double ring(double alpha, double beta, long bytes, int n) {
        return 2 * (n - 1) * alpha + 2.0 * (n - 1) / n * bytes * beta;
    }
}
