package io.lockstep.engine;

/** What an element of an input is. Activations are all float32. */
public enum ElementType {
    FLOAT32,
    /** Class numbers and indices. */
    INT32;

    /** Of either. */
    public static final int BYTES = 4;
}
