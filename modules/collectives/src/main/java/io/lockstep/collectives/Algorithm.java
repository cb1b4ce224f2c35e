package io.lockstep.collectives;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The message schedules of an all-reduce; the module's README compares them. */
public enum Algorithm {
    /** The one that the cost model predicts to be fastest for the size and the world at hand. */
    AUTO,
    /** Everybody sends to everybody; vectors of one frame only. */
    FLAT,
    /** Recursive doubling: log2 n exchanges of the whole vector. */
    RECURSIVE_DOUBLING,
    /** Recursive halving, then doubling: log2 n exchanges each, of halves, quarters and so on. */
    HALVING_DOUBLING,
    /** Segmented, pipelined ring. */
    RING,
    /** Rank 0 adds and hands out. */
    CENTRAL,
    /** Within each host, then between hosts, then within each host. */
    HIERARCHICAL;

    /**
     * From {@code recursive-doubling} and its like.
     *
     * @throws IllegalArgumentException when there is none of that name
     */
    public static Algorithm parse(String text) {
        return Stream.of(values())
                .filter(algorithm -> algorithm.toString().equals(text.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("algorithm '" + text + "': allowed are "
                        + Stream.of(values()).map(Algorithm::toString).collect(Collectors.joining(", "))));
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
