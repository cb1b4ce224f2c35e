package io.lockstep.runs.masters;

import java.time.Duration;

/**
 * What DL4J's masters need to know beside the run.
 *
 * @param workers each with one network, in an executor of its own
 * @param averagingPeriod local steps between averagings; of parameter averaging
 * @param averageUpdaterState rather than starting momentum and the like anew after each averaging; of parameter averaging
 * @param labelSmoothing share of each label's probability that is spread over all classes
 * @param network that the mesh of gradient sharing listens in: {@link #LOOPBACK}, or one like 10.1.0.0/16, in which every
 *     host has an address
 * @param slotTimeout how long to wait for executors
 * @param deadline the longest that all workers together may tell of no step before the run is given up
 */
public record MasterOptions(
        int workers,
        int averagingPeriod,
        boolean averageUpdaterState,
        double labelSmoothing,
        String network,
        Duration slotTimeout,
        Duration deadline) {
    public static final String LOOPBACK = "127.0.0.0/8";

    public MasterOptions {
        if (averagingPeriod < 1) {
            throw new IllegalArgumentException("the averaging period must be at least 1 step, not " + averagingPeriod);
        }
    }
}
