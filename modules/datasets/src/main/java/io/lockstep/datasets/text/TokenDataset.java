package io.lockstep.datasets.text;

import io.lockstep.datasets.Batch;
import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.Dataset;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.ExampleWriter;
import io.lockstep.datasets.Field;
import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.LoaderOptions;
import io.lockstep.datasets.Normalization;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.util.List;

/** Part of a split of a source whose examples are numbers of a vocabulary, one a time step. */
abstract sealed class TokenDataset implements Dataset
        permits GeneratedPairs.Pairs, MaskedText.MaskedBlocks, Passages.Chosen, TextDataset {
    private final DataSource source;
    private final ExampleRange range;

    TokenDataset(DataSource source, ExampleRange range) {
        this.source = source;
        this.range = range;
    }

    @Override
    public final String name() {
        return source.name();
    }

    @Override
    public final ImageShape shape() {
        return source.shape();
    }

    @Override
    public final int examples() {
        return range.size();
    }

    @Override
    public final List<String> classNames() {
        return source.classNames();
    }

    @Override
    public final int labelsOfExample() {
        return source.labelsOfExample();
    }

    /** None: numbers of a vocabulary have no scale. */
    @Override
    public final Normalization normalization() {
        return Normalization.unit(1);
    }

    @Override
    public final List<Field> fields() {
        return source.fields();
    }

    @Override
    public final ExampleWriter writer(long seed, LoaderOptions options, boolean training) {
        StepWriter writer = writer(seed, training);
        int labels = labelsOfExample();
        return (example, epoch, into, place) -> writer.write(
                example, epoch, into.column(Batch.FEATURES).floats(), place * steps(), into.labels(), place * labels);
    }

    /** One thread's. */
    abstract StepWriter writer(long seed, boolean training);

    /** Writes the numbers of an example's steps, and its labels, from a place of either on. */
    @FunctionalInterface
    interface StepWriter {
        void write(int example, long epoch, FloatBuffer features, int featuresAt, IntBuffer labels, int labelsAt);
    }

    final int steps() {
        return shape().height();
    }

    /** Of an example, in its split. */
    final int place(int example) {
        if (example < 0 || example >= examples()) {
            throw new IndexOutOfBoundsException("example " + example + " of " + examples() + " in " + name());
        }
        return range.start() + example;
    }
}
