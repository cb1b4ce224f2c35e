package io.lockstep.datasets;

import java.nio.FloatBuffer;
import java.nio.IntBuffer;
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

    /** Writes one example into a batch. */
    interface Assembler {
        /**
         * @param featuresAt where the features go, in floats
         * @param labelsAt where the labels go
         */
        void assemble(int example, long epoch, FloatBuffer features, int featuresAt, IntBuffer labels, int labelsAt);

        /** Whether other examples are mixed into those that are asked for. */
        default boolean mixes() {
            return false;
        }

        /** What was mixed into the example that was assembled last. */
        default void putMixture(Mixture mixture, int at) {
            throw new UnsupportedOperationException("nothing is mixed");
        }
    }
}
