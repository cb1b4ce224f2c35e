package io.lockstep.runs.networks;

import io.lockstep.datasets.ImageShape;
import io.lockstep.networks.Freezing;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.DistributionSettings;
import io.lockstep.runs.settings.NetworkBuilder;
import io.lockstep.runs.settings.UsageException;
import java.util.List;
import java.util.Optional;

/** Builds a network some of whose layers keep their parameters. */
record FreezingBuilder(NetworkBuilder network, List<String> layers) implements NetworkBuilder {
    /** As the settings say. */
    static NetworkBuilder of(NetworkBuilder network, Configuration configuration) {
        List<String> layers = configuration.get(DistributionSettings.FREEZE);
        return layers.isEmpty() ? network : new FreezingBuilder(network, layers);
    }

    /**
     * DL4J 1.0.0-M2.1 finds no gradient for layers between frozen ones, and its frozen batch norm reads arrays that are gone.
     *
     * @param obstacle why the compiled runtime does not run the network, if so
     * @throws UsageException if layers are to be frozen all the same
     */
    static void requireCompiled(Configuration configuration, Optional<String> obstacle) {
        if (!configuration.get(DistributionSettings.FREEZE).isEmpty()) {
            throw new UsageException(
                    "freeze needs Lockstep's own engine: " + obstacle.orElse("leave runtime = auto, and run on CPUs"));
        }
    }

    @Override
    public NetworkDefinition build(ImageShape shape, int classes, long seed) {
        try {
            return Freezing.freeze(network.build(shape, classes, seed), layers);
        } catch (IllegalArgumentException e) {
            throw new UsageException("freeze: " + e.getMessage(), e);
        }
    }
}
