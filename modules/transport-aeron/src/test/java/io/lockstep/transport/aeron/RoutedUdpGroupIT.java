package io.lockstep.transport.aeron;

import io.lockstep.collectives.group.ProcessGroupContract;
import io.lockstep.collectives.group.Route;
import io.lockstep.collectives.group.World;

/** Shared memory and Aeron in one group. */
class RoutedUdpGroupIT extends ProcessGroupContract {
    @Override
    protected World open(int worldSize) {
        return TwoHosts.open(worldSize, Route.UDP);
    }

    /** Through the kernel every byte costs, and what more ranks send each other is no longer than what two do. */
    @Override
    protected int longest(int worldSize) {
        return worldSize == 2 ? super.longest(worldSize) : 1_100_000;
    }
}
