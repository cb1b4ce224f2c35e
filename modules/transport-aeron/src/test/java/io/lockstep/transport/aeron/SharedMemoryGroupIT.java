package io.lockstep.transport.aeron;

import io.lockstep.collectives.GroupOptions.Security;
import io.lockstep.collectives.LocalRendezvous;
import io.lockstep.collectives.group.ProcessGroupContract;
import io.lockstep.collectives.group.ProcessGroups;
import io.lockstep.collectives.group.Route;
import io.lockstep.collectives.group.TransportOptions;
import io.lockstep.collectives.group.World;

class SharedMemoryGroupIT extends ProcessGroupContract {
    @Override
    protected World open(int worldSize) {
        TransportOptions shared = TransportOptions.defaults().withIntraHost(Route.SHARED_MEMORY);
        return new World(LocalRendezvous.form(
                worldSize, Security.ON, (options, rendezvous) -> ProcessGroups.open(options, rendezvous, shared)));
    }
}
