package io.lockstep.runs.settings;

import io.lockstep.datasets.ImageShape;
import io.lockstep.networks.NetworkDefinition;
import java.io.Serializable;

/** Builds a run's network, with all that the settings say of it read and checked. Travels to the executors. */
@FunctionalInterface
public interface NetworkBuilder extends Serializable {
    /**
     * @param shape of an example
     * @param seed of the initial parameters
     * @throws UsageException if it is not for such data
     */
    NetworkDefinition build(ImageShape shape, int classes, long seed);
}
