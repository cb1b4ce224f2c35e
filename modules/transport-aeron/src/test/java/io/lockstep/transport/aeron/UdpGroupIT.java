package io.lockstep.transport.aeron;

import io.lockstep.collectives.GroupOptions.Security;
import io.lockstep.collectives.LocalRendezvous;
import io.lockstep.collectives.group.ProcessGroupContract;
import io.lockstep.collectives.group.ProcessGroups;
import io.lockstep.collectives.group.Route;
import io.lockstep.collectives.group.TransportOptions;
import io.lockstep.collectives.group.World;

class UdpGroupIT extends ProcessGroupContract {
    @Override
    protected World open(int worldSize) {
        TransportOptions udp = TransportOptions.defaults().withIntraHost(Route.UDP);
        return new World(LocalRendezvous.form(
                worldSize, Security.ON, (options, rendezvous) -> ProcessGroups.open(options, rendezvous, udp)));
    }

    /** Through the kernel every byte costs, and what more ranks send each other is no longer than what two do. */
    @Override
    protected int longest(int worldSize) {
        return worldSize == 2 ? super.longest(worldSize) : 1_100_000;
    }
}
