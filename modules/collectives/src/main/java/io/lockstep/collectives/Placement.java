package io.lockstep.collectives;

/**
 * Where the ranks are.
 *
 * @param hosts how many have ranks
 * @param fullest ranks on the host that has most
 * @param ringFlows connections of the ring rank to rank + 1 that leave the host which most of them leave
 */
public record Placement(int worldSize, int hosts, int fullest, int ringFlows) {}
