package io.lockstep.datasets.fetch;

import io.lockstep.datasets.DatasetException;

/** A data set could not be fetched. What was received so far is kept where it is of use. */
public final class FetchException extends DatasetException {
    FetchException(String message) {
        super(message);
    }

    FetchException(String message, Throwable cause) {
        super(message, cause);
    }
}
