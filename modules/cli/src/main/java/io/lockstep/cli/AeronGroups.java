package io.lockstep.cli;

import io.lockstep.collectives.GroupOptions;
import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.Rendezvous;
import io.lockstep.spark.GroupFactory;
import io.lockstep.transport.aeron.AeronProcessGroups;
import io.lockstep.transport.aeron.TransportOptions;
import io.lockstep.transport.aeron.TransportOptions.IntraHost;

/**
 * Opens groups on the executors: shared memory within a host, UDP between hosts.
 *
 * @param udpOnly UDP within a host too
 */
record AeronGroups(boolean udpOnly) implements GroupFactory {
    @Override
    public ProcessGroup open(GroupOptions options, Rendezvous rendezvous) {
        TransportOptions transport = TransportOptions.defaults();
        return AeronProcessGroups.open(
                options, rendezvous, udpOnly ? transport.withIntraHost(IntraHost.UDP) : transport);
    }
}
