package io.lockstep.datasets;

/** The two parts of a data set: one to learn from, one to judge by. */
public enum Split {
    TRAIN,
    TEST
}
