package io.lockstep.collectives.algorithms;

import io.lockstep.collectives.algorithms.Duplex.Arrival;

/**
 * Recursive halving and doubling (Rabenseifner 2004).
 *
 * <p>Halving: with the farthest partner first (bit n/2, then n/4, ..., 1) a rank splits what it still has to sum in two,
 * sends the half that the partner keeps and adds what it gets to its own half. After log2 n steps it holds the whole sum
 * of an n-th. Doubling goes back the same way, each step handing on all that is known. So bytes are those of a ring, in
 * 2 log2 n steps instead of 2 (n-1): for vectors in between, and large worlds.
 *
 * <p>Every element is summed in one place and copied from there: all ranks end with the same bits. Other worlds than
 * powers of two: {@link Fold}.
 */
public final class HalvingDoubling {
    private HalvingDoubling() {}

    /** 2 log2 n steps, 2 (n-1)/n of the vector; and twice the vector more where n is no power of two. */
    public static void allReduce(Links links, Operand vector) {
        if (Fold.in(links, vector)) {
            halve(links, vector, 0, vector.count(), Fold.core(links.worldSize()) / 2);
        }
        Fold.out(links, vector);
    }

    /** Sums [from, to) over the ranks that differ from this one in the bits up to {@code bit}. */
    private static void halve(Links links, Operand vector, long from, long to, int bit) {
        if (bit == 0) {
            vector.kernel().round(vector.floats(), vector.byteAt(from), (int) (to - from));
            return;
        }
        int peer = links.rank() ^ bit;
        long middle = from + (to - from + 1) / 2;
        boolean lower = (links.rank() & bit) == 0;
        long keepFrom = lower ? from : middle;
        long keepTo = lower ? middle : to;
        long giveFrom = lower ? middle : from;
        long giveTo = lower ? to : middle;
        Duplex.exchange(
                links, vector, peer, giveFrom, giveTo - giveFrom, peer, keepFrom, keepTo - keepFrom, Arrival.REDUCE);
        halve(links, vector, keepFrom, keepTo, bit / 2);
        Duplex.exchange(
                links, vector, peer, keepFrom, keepTo - keepFrom, peer, giveFrom, giveTo - giveFrom, Arrival.TAKE);
    }
}
