package io.lockstep.collectives;

/** A rule was broken: two ranks called different collectives, lengths or orders. A bug in the caller; do not retry. */
public final class MismatchedCollectiveException extends CollectiveException {
    public MismatchedCollectiveException(String message) {
        super(message, null);
    }
}
