package io.lockstep.spark.frames;

/** A DataFrame cannot be made into examples. The message is one line for a person: which column, which row, what to do. */
public final class UnfitFrameException extends RuntimeException {
    public UnfitFrameException(String message) {
        super(message);
    }

    public UnfitFrameException(String message, Throwable cause) {
        super(message, cause);
    }
}
