package io.lockstep.collectives;

/** The group was closed on this rank while the collective was outstanding, or before it was called. */
public final class GroupClosedException extends CollectiveException {
    public GroupClosedException(String message) {
        super(message, null);
    }

    public GroupClosedException(String message, Throwable cause) {
        super(message, cause);
    }
}
