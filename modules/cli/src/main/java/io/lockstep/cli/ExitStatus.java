package io.lockstep.cli;

/** What a command's exit status tells. */
final class ExitStatus {
    static final int DONE = 0;

    /** The run failed: what, where, and how to go on. */
    static final int FAILED = 1;

    /** The call or the configuration is wrong. */
    static final int USAGE = 2;

    private ExitStatus() {}
}
