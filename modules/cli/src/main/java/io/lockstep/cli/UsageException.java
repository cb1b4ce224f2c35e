package io.lockstep.cli;

/** The call or the configuration is wrong: one line for stderr, exit status 2. */
public final class UsageException extends RuntimeException {
    UsageException(String message) {
        super(message);
    }

    UsageException(String message, Throwable cause) {
        super(message, cause);
    }
}
