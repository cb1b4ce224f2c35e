package io.lockstep.transport.aeron;

import io.lockstep.collectives.ProcessGroupContract;
import io.lockstep.collectives.World;

/** Shared memory and TCP in one group. */
class RoutedTcpGroupIT extends ProcessGroupContract {
    @Override
    protected World open(int worldSize) {
        return TwoHosts.open(worldSize, Route.TCP);
    }
}
