package io.lockstep.cli;

import io.lockstep.collectives.GroupOptions;
import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.Rendezvous;
import io.lockstep.spark.GroupFactory;
import io.lockstep.transport.aeron.AeronProcessGroups;
import io.lockstep.transport.aeron.Route;
import io.lockstep.transport.aeron.TransportOptions;

/**
 * Opens groups on the executors.
 *
 * @param transport {@code auto}: shared memory within a host, TCP between hosts; else the route everywhere
 */
record AeronGroups(String transport) implements GroupFactory {
    @Override
    public ProcessGroup open(GroupOptions options, Rendezvous rendezvous) {
        TransportOptions routes = TransportOptions.defaults();
        return AeronProcessGroups.open(
                options, rendezvous, transport.equals("auto") ? routes : routes.withIntraHost(Route.parse(transport)));
    }
}
