package io.lockstep.collectives;

import io.lockstep.collectives.transport.Transport;

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
