package io.lockstep.runs.settings;

import io.lockstep.collectives.GroupOptions.Security;
import io.lockstep.spark.BarrierJob;
import io.lockstep.spark.Slots;
import io.lockstep.spark.TooFewSlotsException;
import java.time.Duration;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * How the ranks of a job are started, meet, and are started again: read once on the driver.
 *
 * @param fewestWorkers to begin or to go on with
 * @param retries how often a run goes on by itself without a new checkpoint in between
 * @param deadline of each collective, and of forming the group
 * @param slotTimeout how long slots may be missing
 * @param security of what crosses the network between ranks
 * @param network that ranks of different hosts talk over; empty: the address that Spark advertises
 */
public record RankSettings(
        int workers,
        int fewestWorkers,
        int retries,
        Duration deadline,
        Duration slotTimeout,
        Security security,
        String network,
        RankGroups groups) {
    /** The words of the setting {@code transport}. */
    enum Transport {
        /** Shared memory within a host, TCP between hosts. */
        AUTO,
        TCP,
        UDP
    }

    public static RankSettings of(Configuration configuration) {
        int workers = configuration.get(DistributionSettings.WORKERS);
        return new RankSettings(
                workers,
                configuration.isChanged(CommunicationSettings.MIN_WORKERS)
                        ? configuration.get(CommunicationSettings.MIN_WORKERS)
                        : workers,
                configuration.get(CommunicationSettings.RETRIES),
                configuration.get(CommunicationSettings.DEADLINE),
                configuration.get(CommunicationSettings.SLOT_TIMEOUT),
                configuration.get(CommunicationSettings.SECURITY).equals("off") ? Security.OFF : Security.ON,
                configuration.get(CommunicationSettings.NETWORK),
                new RankGroups(
                        configuration.get(CommunicationSettings.TRANSPORT),
                        configuration.get(CommunicationSettings.ALL_REDUCE),
                        configuration.get(CommunicationSettings.LINK_COSTS).equals("measured"),
                        configuration.get(CommunicationSettings.SILENCE),
                        StrategySettings.of(configuration).central(),
                        configuration.get(CommunicationSettings.PORTS)));
    }

    /**
     * Waits for slots.
     *
     * @return how many workers to begin with
     * @throws TooFewSlotsException if there are too few
     */
    public int awaitSlots(JavaSparkContext spark) {
        return Slots.await(spark.sc(), fewestWorkers, workers, slotTimeout);
    }

    /** @param now workers that there are slots for */
    public BarrierJob.Options options(int now) {
        return new BarrierJob.Options(now, deadline, slotTimeout, security, network);
    }
}
