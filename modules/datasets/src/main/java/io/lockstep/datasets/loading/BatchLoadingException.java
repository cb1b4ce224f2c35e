package io.lockstep.datasets.loading;

/** No next batch: its thread failed (the cause says how), or was not ready in time. */
public final class BatchLoadingException extends RuntimeException {
    public BatchLoadingException(String message) {
        super(message);
    }

    public BatchLoadingException(String message, Throwable cause) {
        super(message, cause);
    }
}
