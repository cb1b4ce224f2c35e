package io.lockstep.collectives;

import java.util.concurrent.locks.LockSupport;

/**
 * How a thread waits for a peer: first it spins, then it gives its processor to whoever wants it, then it sleeps, longer
 * and longer. Cores are for computing: a wait that lasts sleeps an eighth of what it has waited so far, so a peer that
 * comes late is noticed at most an eighth later.
 */
final class Patience {
    private final int spins;
    private final long yieldNanos;
    private final long longestSleepNanos;
    private int rounds;
    private long sinceNanos;

    /** @param spins rounds of spinning, of some 50 ns each; few where ranks outnumber processors */
    Patience(int spins, long yieldNanos, long longestSleepNanos) {
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
     * @return whether the wait has become long enough to look around
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
            return false;
        }
        LockSupport.parkNanos(this, Math.min(longestSleepNanos, Math.max(50_000, waited / 8)));
        return true;
    }
}
