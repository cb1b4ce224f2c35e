package io.lockstep.collectives.algorithms;

import io.lockstep.collectives.algorithms.Duplex.Arrival;

/**
 * Recursive doubling (Thakur, Rabenseifner and Gropp 2005): in step i each rank exchanges its whole vector with the rank
 * whose number differs in bit i, and both add. After log2 n steps all have everything: the fewest steps that any
 * schedule of pairs can have, at the price of log2 n times the bytes. For small vectors in larger worlds.
 *
 * <p>Both partners add the same two vectors, and addition commutes, so both get the same bits; by induction so do all.
 * What a rank sends it first rounds to the wire's type for itself too. Other worlds than powers of two: {@link Fold}.
 */
public final class RecursiveDoubling {
    private RecursiveDoubling() {}

    /** log2 n steps of the whole vector, two more where n is no power of two. */
    public static void allReduce(Links links, Operand vector) {
        if (Fold.in(links, vector)) {
            for (int bit = 1; bit < Fold.core(links.worldSize()); bit *= 2) {
                int peer = links.rank() ^ bit;
                vector.kernel().round(vector.floats(), vector.at(), vector.count());
                Duplex.exchange(links, vector, peer, 0, vector.count(), peer, 0, vector.count(), Arrival.REDUCE);
            }
            vector.kernel().round(vector.floats(), vector.at(), vector.count());
        }
        Fold.out(links, vector);
    }
}
