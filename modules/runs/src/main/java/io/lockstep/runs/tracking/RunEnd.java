package io.lockstep.runs.tracking;

/** How a run ended. */
public enum RunEnd {
    FINISHED,
    FAILED,
    /** The driver was told to stop. */
    KILLED
}
