package io.lockstep.datasets;

import java.util.List;

/** Labelled examples in memory. Immutable; any thread may call. */
public abstract sealed class Dataset permits ImageDataset, StepDataset {
    Dataset() {}

    public abstract String name();

    /** Of one example. A text of T steps is (1, T, 1): one number in each of T rows. */
    public abstract ImageShape shape();

    public abstract int examples();

    /** One a class, in the order of the labels. */
    public abstract List<String> classNames();

    public final int classes() {
        return classNames().size();
    }

    /** Labels of an example: 1, or one for each step. */
    public abstract int labelsOfExample();

    /** Labels of each class. */
    public abstract int[] classCounts();

    /** What training and test examples are normalised by, measured on this set. */
    public abstract Normalization normalization();

    /**
     * What writes examples into batches; one thread's.
     *
     * @param training false: every example as it is
     */
    abstract Assembler assembler(long seed, LoaderOptions options, boolean training);

    /** Writes examples into batches. */
    interface Assembler {
        /** Of the batches that it writes into. */
        List<Field> fields();

        /** @param place of the example in the batch */
        void assemble(int example, long epoch, Batch into, int place);
    }
}
