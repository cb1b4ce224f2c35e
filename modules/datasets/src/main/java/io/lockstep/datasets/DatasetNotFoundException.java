package io.lockstep.datasets;

/** The name is unknown, or nothing lies where the data should be: the call is wrong, not the data. */
public final class DatasetNotFoundException extends DatasetException {
    public DatasetNotFoundException(String message) {
        super(message);
    }

    public DatasetNotFoundException(String message, Throwable cause) {
        super(message, cause);
    }
}
