package io.lockstep.spark;

/** The cluster cannot run that many ranks at once. */
public final class TooFewSlotsException extends RuntimeException {
    TooFewSlotsException(String message) {
        super(message);
    }
}
