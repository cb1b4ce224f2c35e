package io.lockstep.collectives;

/** A collective that did not complete. Two kinds: the world broke, or a rule was broken. */
public abstract sealed class CollectiveException extends RuntimeException
        permits PeerLostException, MismatchedCollectiveException, GroupClosedException {
    CollectiveException(String message, Throwable cause) {
        super(message, cause);
    }
}
