package io.lockstep.collectives;

/** Element-wise, in float32. */
public enum Reduction {
    SUM,
    MAX
}
