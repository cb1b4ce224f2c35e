package io.lockstep.spark;

/** A rank went away or did not answer: nothing is wrong with the program, and it may be run again. */
public final class RankLostException extends JobFailedException {
    private final boolean withItsExecutor;

    RankLostException(String message, Throwable cause, boolean withItsExecutor) {
        super(message, cause);
        this.withItsExecutor = withItsExecutor;
    }

    /** Whether Spark lost the rank's executor too; otherwise its peers alone missed it. */
    public boolean withItsExecutor() {
        return withItsExecutor;
    }
}
