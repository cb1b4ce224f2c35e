package io.lockstep.cli;

import io.lockstep.datasets.ImageShape;
import io.lockstep.networks.NetworkDefinition;
import java.io.Serializable;

/** Where a run's network comes from. Travels to the executors. */
interface NetworkSource extends Serializable {
    /**
     * @param shape of an example
     * @param seed of the initial parameters
     * @throws UsageException if it is not for such data
     */
    NetworkDefinition build(ImageShape shape, int classes, long seed);

    /** @throws UsageException for settings that it cannot be trained with */
    void check(Configuration configuration);

    /** How a person goes on with a run of it. */
    String resumeCall(String runDir);
}
