package io.lockstep.runs.settings;

import io.lockstep.collectives.Algorithm;
import io.lockstep.collectives.GroupOptions;
import io.lockstep.collectives.PortRange;
import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.Rendezvous;
import io.lockstep.collectives.Tuning;
import io.lockstep.collectives.group.ProcessGroups;
import io.lockstep.collectives.group.Route;
import io.lockstep.collectives.group.TransportOptions;
import io.lockstep.spark.GroupFactory;
import java.time.Duration;

/**
 * Opens groups on the executors.
 *
 * @param allReduce the algorithm of gradients' sums
 * @param measured whether links are measured when a group is formed
 * @param transport the route everywhere, but for {@code AUTO}
 * @param ports where ranks listen for those of other hosts
 * @param silence after which a rank that gives no sign of life is lost
 * @param central one rank sends to all others itself, as DataParallel does, instead of through a chain of ranks
 */
public record RankGroups(
        RankSettings.Transport transport,
        Algorithm allReduce,
        boolean measured,
        Duration silence,
        boolean central,
        PortRange ports)
        implements GroupFactory {
    @Override
    public ProcessGroup open(GroupOptions options, Rendezvous rendezvous) {
        Tuning tuning = Tuning.defaults()
                .withAllReduce(allReduce)
                .withSilence(silence)
                .withRooted(Algorithm.CENTRAL, central ? Algorithm.CENTRAL : Algorithm.RING);
        tuning = measured ? tuning.withMeasuredCosts() : tuning;
        return ProcessGroups.open(options, rendezvous, routes().withTuning(tuning));
    }

    public TransportOptions routes() {
        TransportOptions defaults = TransportOptions.defaults().withPorts(ports);
        return switch (transport) {
            case AUTO -> defaults;
            case TCP -> defaults.withIntraHost(Route.TCP);
            case UDP -> defaults.withIntraHost(Route.UDP);
        };
    }
}
