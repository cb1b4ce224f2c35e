package io.lockstep.datasets;

/**
 * Data cannot be read that was there when the run began: a file was deleted, cut short, or has changed. Nothing is wrong with
 * the ranks or with what connects them, and starting them again would not help.
 */
public final class DataFaultException extends RuntimeException {
    public DataFaultException(String message, Throwable cause) {
        super(message, cause);
    }
}
