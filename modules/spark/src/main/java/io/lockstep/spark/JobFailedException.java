package io.lockstep.spark;

/** The ranks did not finish. The message is for a person: the rank, its host, and what stopped it. */
public class JobFailedException extends RuntimeException {
    public JobFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
