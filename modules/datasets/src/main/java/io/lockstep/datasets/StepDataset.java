package io.lockstep.datasets;

import java.util.List;

/** Part of a split of a source whose examples are numbers of a vocabulary, one a step. */
abstract sealed class StepDataset extends Dataset
        permits GeneratedPairs.Pairs, MaskedText.Blocks, Passages.Part, TextDataset {
    private final DataSource source;
    private final ExampleRange range;

    StepDataset(DataSource source, ExampleRange range) {
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
