package io.lockstep.collectives.algorithms;

import io.lockstep.collectives.algorithms.Duplex.Arrival;

/**
 * Makes a power of two of any world: with p the largest power of two up to n, each rank p + i first gives its vector to
 * rank i, which adds it, and in the end gets the result from there. Two more steps of the whole vector.
 */
final class Fold {
    private Fold() {}

    /** Largest power of two up to {@code worldSize}. */
    static int core(int worldSize) {
        return Integer.highestOneBit(worldSize);
    }

    /** Returns whether this rank is in the core and goes on. */
    static boolean in(Links links, Operand vector) {
        int core = core(links.worldSize());
        int rank = links.rank();
        if (rank >= core) {
            Duplex.send(links, vector, rank - core);
            return false;
        }
        if (rank + core < links.worldSize()) {
            Duplex.receive(links, vector, rank + core, Arrival.REDUCE);
        }
        return true;
    }

    static void out(Links links, Operand vector) {
        int core = core(links.worldSize());
        int rank = links.rank();
        if (rank >= core) {
            Duplex.receive(links, vector, rank - core, Arrival.TAKE);
        } else if (rank + core < links.worldSize()) {
            Duplex.send(links, vector, rank + core);
        }
    }
}
