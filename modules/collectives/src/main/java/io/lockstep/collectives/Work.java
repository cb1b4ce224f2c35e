package io.lockstep.collectives;

/** An outstanding collective. A {@code Work} is never dropped: somebody awaits it. */
public interface Work {
    boolean isDone();

    /**
     * Returns when the buffer holds the result. It never waits longer than the group's deadline for each collective
     * ahead of it in the queue.
     *
     * @throws CollectiveException what ended it, with the ranks named; the buffer's content is then undefined
     */
    void await();

    /** Nanoseconds from start to end on the communication thread; defined once done. */
    long durationNanos();

    static Work completed() {
        return CompletedWork.INSTANCE;
    }
}
