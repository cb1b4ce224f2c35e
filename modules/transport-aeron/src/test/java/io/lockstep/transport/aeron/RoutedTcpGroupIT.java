package io.lockstep.transport.aeron;

import io.lockstep.collectives.group.ProcessGroupContract;
import io.lockstep.collectives.group.Route;
import io.lockstep.collectives.group.World;

/** Shared memory and TCP in one group. */
class RoutedTcpGroupIT extends ProcessGroupContract {
    @Override
    protected World open(int worldSize) {
        return TwoHosts.open(worldSize, Route.TCP);
    }

    /** Through the kernel every byte costs, and what more ranks send each other is no longer than what two do. */
    @Override
    protected int longest(int worldSize) {
        return worldSize == 2 ? super.longest(worldSize) : 1_100_000;
    }
}
