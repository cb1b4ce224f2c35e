package io.lockstep.collectives;

/** What a world of one rank returns. */
enum CompletedWork implements Work {
    INSTANCE;

    @Override
    public boolean isDone() {
        return true;
    }

    @Override
    public void await() {
        // nothing is outstanding
    }

    @Override
    public long durationNanos() {
        return 0;
    }
}
