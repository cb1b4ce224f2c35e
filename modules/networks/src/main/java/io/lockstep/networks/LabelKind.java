package io.lockstep.networks;

/** What the column of labels holds that an output of a network is told. */
public enum LabelKind {
    /** int32: an example's class, or one of each step or pixel, where -1 is for none. */
    CLASSES,
    /**
     * float32: the numbers that the output is to give, in the order (steps, numbers) or (height, width, channels): quantities to
     * predict, marks of several labels, probabilities of classes.
     */
    VALUES
}
