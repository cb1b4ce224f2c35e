package io.lockstep.spark;

/** A rank went away or did not answer: nothing is wrong with the program, and it may be run again. */
public final class RankLostException extends JobFailedException {
    private final boolean withItsExecutor;
    private final boolean departing;

    RankLostException(String message, Throwable cause, boolean withItsExecutor, boolean departing) {
        super(message, cause);
        this.withItsExecutor = withItsExecutor;
        this.departing = departing;
    }

    /** Whether Spark lost the rank's executor too; otherwise its peers alone missed it. */
    public boolean withItsExecutor() {
        return withItsExecutor;
    }

    /** Whether the rank said so before, as its executor was told to end: that is still there, and will soon be gone. */
    public boolean departing() {
        return departing;
    }
}
