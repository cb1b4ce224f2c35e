package io.lockstep.collectives;

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
    HIERARCHICAL
}
