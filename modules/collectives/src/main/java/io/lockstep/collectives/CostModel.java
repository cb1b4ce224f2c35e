package io.lockstep.collectives;

/**
 * Predicts how long each all-reduce takes, and picks the fastest: the formulas of the module's README over the costs of
 * the two classes of links. A choice depends on the costs, the size and the placement of the ranks, on nothing else: with
 * the same costs another run chooses alike, and so sums in the same order.
 *
 * <p>Ranks of one host share its link to the others, so where ranks are on several hosts every step is taken to cross
 * them, with as many vectors side by side as the fullest host has ranks; of the ring and the hierarchical algorithm more
 * is known.
 *
 * @param memory within a host
 * @param network between hosts
 */
public record CostModel(LinkCost memory, LinkCost network) {
    /** Halving-doubling writes every partial sum to memory and reads it again for the next step; a ring forwards it. */
    private static final double UNPIPELINED = 1.15;

    private static final Algorithm[] CANDIDATES = {
        Algorithm.FLAT, Algorithm.RECURSIVE_DOUBLING, Algorithm.HALVING_DOUBLING, Algorithm.RING, Algorithm.HIERARCHICAL
    };

    /**
     * Shared memory as measured (modules/benchmarks/RESULTS.md), and a network between 1 and 10 Gbit/s: the same on all
     * machines, so that runs repeat each other.
     */
    public static CostModel nominal() {
        return new CostModel(new LinkCost(0.6, 0.09), new LinkCost(30, 5.0));
    }

    /** {@code memory 0.6 us + 0.09 ns/B, network 30.0 us + 5.0 ns/B}; {@link #parse} reads back the same. */
    @Override
    public String toString() {
        return "memory " + memory + ", network " + network;
    }

    /** @throws IllegalArgumentException when the text is not as {@link #toString} writes it */
    public static CostModel parse(String text) {
        String[] parts = text.strip().split(", network ");
        if (parts.length != 2 || !parts[0].startsWith("memory ")) {
            throw new IllegalArgumentException("'" + text + "' are no costs; the nominal ones are '" + nominal() + "'");
        }
        return new CostModel(LinkCost.parse(parts[0].substring("memory ".length())), LinkCost.parse(parts[1]));
    }

    public Algorithm fastest(long bytes, Placement placement, int segmentBytes) {
        Algorithm fastest = Algorithm.RING;
        for (Algorithm candidate : CANDIDATES) {
            boolean possible = candidate != Algorithm.FLAT || bytes <= segmentBytes;
            if (possible && seconds(candidate, bytes, placement) < seconds(fastest, bytes, placement)) {
                fastest = candidate;
            }
        }
        return fastest;
    }

    /** Infinite for what cannot serve. */
    double seconds(Algorithm algorithm, long bytes, Placement placement) {
        int n = placement.worldSize();
        int hosts = placement.hosts();
        int core = Integer.highestOneBit(n);
        double rounds = Integer.numberOfTrailingZeros(core);
        int folds = core == n ? 0 : 2;
        LinkCost link = hosts == 1 ? memory : network;
        double side = hosts == 1 ? 1 : placement.fullest();
        return switch (algorithm) {
            case FLAT -> {
                // the frames to all peers leave one after another, but wait for each other only once
                int peers = hosts == 1 ? n - 1 : n - placement.fullest();
                yield link.seconds(1 + (n - 2) / 4.0, peers * side * bytes);
            }
            case RECURSIVE_DOUBLING -> link.seconds(rounds + folds, (rounds + folds) * side * bytes);
            case HALVING_DOUBLING -> {
                double moved = 2.0 * (core - 1) / core * UNPIPELINED + folds;
                yield link.seconds(2 * rounds + folds, moved * side * bytes);
            }
            case RING -> ring(link, n, hosts == 1 ? 1 : placement.ringFlows(), bytes);
            case HIERARCHICAL ->
                hosts == 1 || hosts == n
                        ? Double.POSITIVE_INFINITY
                        : memory.seconds(2 * (placement.fullest() - 1), 2.0 * bytes) + ring(network, hosts, 1, bytes);
            case CENTRAL, AUTO -> Double.POSITIVE_INFINITY;
        };
    }

    private static double ring(LinkCost link, int n, int flows, long bytes) {
        return link.seconds(2 * (n - 1), 2.0 * (n - 1) / n * flows * bytes);
    }
}
