package io.lockstep.datasets.fetch;

import java.time.Duration;

/**
 * @param connectTimeout for a connection, and then again for the answer's header
 * @param stallTimeout the longest time without a byte
 * @param attempts in all at one file; each goes on where the last one broke off
 */
record FetchOptions(Duration connectTimeout, Duration stallTimeout, int attempts) {
    static final FetchOptions DEFAULTS = new FetchOptions(Duration.ofSeconds(20), Duration.ofSeconds(30), 4);

    FetchOptions {
        if (connectTimeout.isNegative() || connectTimeout.isZero()) {
            throw new IllegalArgumentException("connect timeout " + connectTimeout);
        }
        if (stallTimeout.isNegative() || stallTimeout.isZero()) {
            throw new IllegalArgumentException("stall timeout " + stallTimeout);
        }
        if (attempts < 1) {
            throw new IllegalArgumentException(attempts + " attempts");
        }
    }
}
