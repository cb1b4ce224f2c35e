package io.lockstep.cli;

import io.lockstep.datasets.ImageShape;
import io.lockstep.networks.NetworkDefinition;
import java.io.Serializable;
import java.util.Map;

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

    /** The same under other settings. */
    NetworkSource under(Configuration changed);

    /** Whether it is a program's, which no setting builds. */
    boolean own();

    /**
     * How a person goes on with a run of it.
     *
     * @param master URL of Spark's, or empty for the local cluster that bin/lockstep starts by itself
     * @param settings that have to have another value from there on
     */
    String resumeCall(String runDir, String master, Map<String, String> settings);
}
