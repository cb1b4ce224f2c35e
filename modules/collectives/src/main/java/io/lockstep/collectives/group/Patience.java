package io.lockstep.collectives.group;

import io.lockstep.collectives.transport.Transport;
import java.time.Duration;

/**
 * How a thread waits for a peer: first it spins, then it gives its processor to whoever wants it, then it sleeps, longer
 * and longer. Cores are for computing: a wait that lasts sleeps an eighth of what it has waited so far, so a peer that
 * comes late is noticed at most an eighth later.
 */
final class Patience {
    private static final long SHORTEST_SLEEP_NANOS = 50_000;
    private static final long LOOK_NANOS = 1_000_000;

    private final Transport transport;
    private final int spins;
    private final long yieldNanos;
    private final long longestSleepNanos;
    private int rounds;
    private long sinceNanos;
    private long lookedNanos;

    /**
     * @param spins rounds of spinning
     * @param yieldNanos how long to go on by giving up the processor only
     */
    Patience(Transport transport, int spins, long yieldNanos, long longestSleepNanos) {
        this.transport = transport;
        this.spins = spins;
        this.yieldNanos = yieldNanos;
        this.longestSleepNanos = longestSleepNanos;
    }

    /** As is good for what carries the bytes, and for the processors that there are. */
    static Patience with(Transport transport) {
        int processors = Runtime.getRuntime().availableProcessors();
        long longestSleepNanos = Duration.ofMillis(1).toNanos();
        if (transport.wakes()) {
            // a round asks the sockets, which takes microseconds; the kernel wakes this thread when there is something
            return new Patience(transport, processors > 1 ? 10 : 0, 0, longestSleepNanos);
        }
        return new Patience(
                transport, processors > 1 ? 200 : 0, Duration.ofMillis(1).toNanos(), longestSleepNanos);
    }

    /** Something moved. */
    void reset() {
        rounds = 0;
    }

    /**
     * Waits a moment.
     *
     * @return whether it is time to look around; once a millisecond at most
     */
    boolean pause() {
        if (rounds < spins) {
            rounds++;
            Thread.onSpinWait();
            return false;
        }
        long now = System.nanoTime();
        if (rounds == spins) {
            rounds++;
            sinceNanos = now;
        }
        long waited = now - sinceNanos;
        if (waited < yieldNanos) {
            Thread.yield();
        } else {
            transport.await(Math.min(longestSleepNanos, Math.max(SHORTEST_SLEEP_NANOS, waited / 8)));
        }
        if (now - lookedNanos < LOOK_NANOS) {
            return false;
        }
        lookedNanos = now;
        return waited > LOOK_NANOS;
    }
}
