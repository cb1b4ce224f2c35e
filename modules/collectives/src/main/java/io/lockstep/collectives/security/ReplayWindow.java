package io.lockstep.collectives.security;

import java.util.Arrays;

/**
 * Which counters of a peer were seen: exact for the last {@value #COUNTERS}, older ones count as seen (RFC 4303,
 * section 3.4.3, with a longer window, because a full socket buffer holds thousands of datagrams).
 */
final class ReplayWindow {
    static final int COUNTERS = 8192;

    private final long[] seen = new long[COUNTERS / Long.SIZE];
    private long highest;

    /** Whether a datagram with this counter may be new. */
    boolean mayBeNew(long counter) {
        if (counter <= 0 || counter <= highest - COUNTERS) {
            return false;
        }
        return counter > highest || (seen[word(counter)] & bit(counter)) == 0;
    }

    /** Marks a counter, once its datagram is known to be authentic. */
    void mark(long counter) {
        if (counter - highest >= COUNTERS) {
            Arrays.fill(seen, 0);
        } else {
            for (long passed = highest + 1; passed <= counter; passed++) {
                seen[word(passed)] &= ~bit(passed);
            }
        }
        seen[word(counter)] |= bit(counter);
        highest = Math.max(highest, counter);
    }

    private static int word(long counter) {
        return (int) (counter % COUNTERS) / Long.SIZE;
    }

    private static long bit(long counter) {
        return 1L << (counter % Long.SIZE);
    }
}
