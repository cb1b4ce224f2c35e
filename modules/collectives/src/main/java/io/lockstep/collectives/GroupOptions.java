package io.lockstep.collectives;

import java.time.Duration;
import java.util.Objects;

/**
 * What a rank must know to join a group. Everything that is not here comes from the rendezvous.
 *
 * @param rank this process's rank, in [0, worldSize)
 * @param worldSize number of ranks
 * @param attempt fencing epoch: frames of another attempt are dropped
 * @param key 32 secret bytes, the same on all ranks of the attempt and on nobody else; drawn afresh for each group, or
 *     with another attempt: over UDP two groups with the same key and attempt would seal with the same nonces. The group
 *     copies it.
 * @param bindAddress the one local address to bind and to give to the other ranks, for instance {@code 10.0.0.2}
 * @param deadline of each collective, and of forming the group
 * @param security whether frames between hosts are encrypted
 */
public record GroupOptions(
        int rank, int worldSize, int attempt, byte[] key, String bindAddress, Duration deadline, Security security) {
    public GroupOptions {
        if (worldSize < 1 || rank < 0 || rank >= worldSize) {
            throw new IllegalArgumentException("rank " + rank + " of worldSize " + worldSize);
        }
        Objects.requireNonNull(bindAddress, "bindAddress");
        Objects.requireNonNull(security, "security");
        if (deadline.isNegative() || deadline.isZero()) {
            throw new IllegalArgumentException("deadline must be positive, was " + deadline);
        }
        if (key.length != 32) {
            throw new IllegalArgumentException("key must have 32 bytes, had " + key.length);
        }
        key = key.clone();
    }

    /** How frames that cross a network are protected. Within a host a private directory protects them. */
    public enum Security {
        /** Encrypted and authenticated (AES-256-GCM), fenced against replay. */
        ON,
        /** Neither; only by explicit choice. */
        OFF
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "GroupOptions[rank=" + rank + ", worldSize=" + worldSize + ", attempt=" + attempt + ", bindAddress="
                + bindAddress + ", deadline=" + deadline + ", security=" + security + "]";
    }
}
