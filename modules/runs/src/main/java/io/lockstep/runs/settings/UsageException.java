package io.lockstep.runs.settings;

/** The call or the configuration is wrong: one line for stderr, exit status 2. */
public final class UsageException extends RuntimeException {
    public UsageException(String message) {
        super(message);
    }

    public UsageException(String message, Throwable cause) {
        super(message, cause);
    }
}
