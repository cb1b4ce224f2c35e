package io.lockstep.runs.tracking;

/** A kind of tracking. A jar on the driver's class path names its class as a service of this type. */
public interface Tracking {
    /** What the setting {@code tracking} begins with, before a colon. */
    String word();

    /** A target that means the same from every working folder: what the run's configuration keeps. */
    String absolute(String target);

    /**
     * A tracker that has not told anybody anything yet.
     *
     * @throws IllegalArgumentException if the run's target is none that there could be, saying what is wrong
     */
    Tracker open(TrackedRun run);
}
