package io.lockstep.cli;

import io.lockstep.collectives.Algorithm;
import io.lockstep.collectives.GroupOptions;
import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.Rendezvous;
import io.lockstep.collectives.Tuning;
import io.lockstep.spark.GroupFactory;
import io.lockstep.transport.aeron.AeronProcessGroups;
import io.lockstep.transport.aeron.TransportOptions;
import io.lockstep.transport.aeron.TransportOptions.IntraHost;

/**
 * Opens groups on the executors: shared memory within a host, UDP between hosts.
 *
 * @param udpOnly UDP within a host too
 * @param central one rank sends to all others itself, as DataParallel does, instead of through a chain of ranks
 */
record AeronGroups(boolean udpOnly, boolean central) implements GroupFactory {
    @Override
    public ProcessGroup open(GroupOptions options, Rendezvous rendezvous) {
        // One order of summation: by the cost model's choice, which is measured, another run's bits could differ.
        Tuning tuning = new Tuning(Algorithm.RING, Algorithm.CENTRAL, central ? Algorithm.CENTRAL : Algorithm.RING);
        TransportOptions transport = TransportOptions.defaults().withTuning(tuning);
        return AeronProcessGroups.open(
                options, rendezvous, udpOnly ? transport.withIntraHost(IntraHost.UDP) : transport);
    }
}
