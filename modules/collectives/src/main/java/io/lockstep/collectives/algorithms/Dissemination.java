package io.lockstep.collectives.algorithms;

/**
 * Barrier by dissemination (Hensgen, Finkel and Manber 1988): in round i rank r tells rank r + 2^i that all of the 2^i
 * ranks up to r have arrived, and hears the same from r - 2^i. After ceil(log2 n) rounds it has heard of everybody, for
 * any n.
 */
public final class Dissemination {
    private Dissemination() {}

    /** ceil(log2 n) steps of empty frames. */
    public static void barrier(Links links) {
        int worldSize = links.worldSize();
        for (int distance = 1; distance < worldSize; distance *= 2) {
            int to = (links.rank() + distance) % worldSize;
            int from = Math.floorMod(links.rank() - distance, worldSize);
            links.claim(to, 0);
            links.send(to);
            links.receive(from, 0);
            links.release(from);
        }
    }
}
