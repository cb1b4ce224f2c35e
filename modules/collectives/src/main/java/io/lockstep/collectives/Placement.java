package io.lockstep.collectives;

import io.lockstep.collectives.algorithms.Links;
import java.util.stream.IntStream;

/**
 * Where the ranks are.
 *
 * @param hosts how many have ranks
 * @param fullest ranks on the host that has most
 * @param ringFlows connections of the ring rank to rank + 1 that leave the host which most of them leave
 */
record Placement(int worldSize, int hosts, int fullest, int ringFlows) {
    static Placement of(Links links) {
        int worldSize = links.worldSize();
        int[] ranks = new int[worldSize];
        int[] flows = new int[worldSize];
        for (int rank = 0; rank < worldSize; rank++) {
            int host = links.hostOf(rank);
            ranks[host]++;
            flows[host] += links.hostOf((rank + 1) % worldSize) == host ? 0 : 1;
        }
        return new Placement(
                worldSize,
                (int) IntStream.of(ranks).filter(count -> count > 0).count(),
                IntStream.of(ranks).max().orElseThrow(),
                IntStream.of(flows).max().orElseThrow());
    }
}
