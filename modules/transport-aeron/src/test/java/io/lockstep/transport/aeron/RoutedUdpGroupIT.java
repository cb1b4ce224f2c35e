package io.lockstep.transport.aeron;

import io.lockstep.collectives.ProcessGroupContract;
import io.lockstep.collectives.World;

/** Shared memory and Aeron in one group. */
class RoutedUdpGroupIT extends ProcessGroupContract {
    @Override
    protected World open(int worldSize) {
        return TwoHosts.open(worldSize, Route.UDP);
    }
}
