package io.lockstep.collectives.schedules;

import java.util.concurrent.Semaphore;
import java.util.function.Predicate;

/** A thread of a schedule. */
final class Task {
    enum State {
        RUNNABLE,
        BLOCKED,
        /** As a process that was killed or stopped: it never runs again. */
        STOPPED,
        FINISHED
    }

    final Thread thread;
    final Semaphore turn = new Semaphore(0);
    State state = State.RUNNABLE;
    /** What it waits for: a monitor, itself when parked, a task; null when it sleeps. */
    Object waitsFor;

    long wakeNanos;
    boolean permit;
    boolean interrupted;
    double priority;
    int initializing;
    int operationsToLive = Integer.MAX_VALUE;
    Predicate<Thread> deathOf;
    String at = "start";

    Task(Thread thread) {
        this.thread = thread;
    }
}
