package io.lockstep.datasets;

import java.io.IOException;

/** A data set cannot be had. The message is one line for the person who asked for it: what, where, and what to do. */
public class DatasetException extends IOException {
    public DatasetException(String message) {
        super(message);
    }

    public DatasetException(String message, Throwable cause) {
        super(message, cause);
    }
}
