package io.lockstep.runs.settings;

import java.util.Map;

/** Where a run's network comes from. On the driver; {@link NetworkBuilder} is what travels. */
public interface NetworkSource {
    /** @throws UsageException for settings that it cannot be trained with */
    void check(Configuration configuration);

    /**
     * The network under these settings.
     *
     * @throws UsageException for settings that it cannot be built with
     */
    NetworkBuilder under(Configuration configuration);

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
