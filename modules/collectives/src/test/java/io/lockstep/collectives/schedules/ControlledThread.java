package io.lockstep.collectives.schedules;

/** What rewritten code makes where it asks for a thread: one that waits for its turn, from its first step to its last. */
public class ControlledThread extends Thread {
    public ControlledThread(Runnable target) {
        super(target);
    }

    public ControlledThread(Runnable target, String name) {
        super(target, name);
    }

    @Override
    public final void run() {
        Schedule.runControlled(super::run);
    }
}
