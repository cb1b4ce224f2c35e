package io.lockstep.collectives.schedules;

/** Thrown in every task that is left when the run is over or has failed. */
final class Abort extends Error {
    private static final long serialVersionUID = 1;

    Abort() {
        super("the schedule is over", null, false, false);
    }
}
