package io.lockstep.training.run;

import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.Dataset;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.LoaderOptions;
import io.lockstep.datasets.Normalization;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.StreamedDataset;
import io.lockstep.datasets.catalog.DataCatalog;
import io.lockstep.datasets.loading.BatchLoader;
import io.lockstep.datasets.loading.Epochs;
import io.lockstep.datasets.loading.Sampler;
import io.lockstep.datasets.storage.Storage;
import io.lockstep.training.run.RunOptions.DataOptions;
import java.io.IOException;
import java.util.Optional;

/**
 * What one rank has of a run's data: the whole training set, in memory or in blocks on its disk, as any rank may draw any
 * example of an epoch, or a share of a stream; and its shard of the test set.
 */
public final class RunData {
    private final DataSource source;
    private final Dataset training; // null: a stream
    private final Shard testShard;

    private RunData(DataSource source, Dataset training, Shard testShard) {
        this.source = source;
        this.training = training;
        this.testShard = testShard;
    }

    /** A rank's share of a set. */
    @FunctionalInterface
    public interface Shard {
        /** Each example once, in order, as it is; what a network draws for one depends on its place in the whole set. */
        BatchLoader loader(int batch, LoaderOptions options);
    }

    /** @param threads to read with */
    public static RunData read(DataOptions data, Storage storage, int rank, int worldSize, int threads)
            throws IOException {
        DataSource source = source(data, storage, threads);
        return new RunData(source, training(source, data), testShard(source, data, rank, worldSize));
    }

    /**
     * The training set in memory.
     *
     * @throws IllegalStateException if the data is a stream
     */
    public Dataset training() {
        if (training == null) {
            throw new IllegalStateException(source.name() + " is a stream, of which no examples are in memory");
        }
        return training;
    }

    public Shard testShard() {
        return testShard;
    }

    public ImageShape shape() {
        return source.shape();
    }

    public int classes() {
        return source.classes();
    }

    /** Of the training set's channels; tests use it too. */
    public Normalization normalization() {
        return normalization(source, training);
    }

    /**
     * How the run's steps go over the training set.
     *
     * @param steps of the run; 0: as many as its epochs have
     * @throws IllegalArgumentException if the run is counted in epochs of a stream whose length nobody knows
     */
    Epochs epochs(long seed, int globalBatch, long steps) {
        if (training != null) {
            return new Sampler(seed, training.examples(), globalBatch);
        }
        int examples = Math.max(0, source.examples(Split.TRAIN));
        if (examples == 0 && steps == 0) {
            throw new IllegalArgumentException("nobody knows how many examples " + source.name()
                    + " has, so its epochs cannot be counted; set steps");
        }
        return Epochs.ofStream(examples, globalBatch, steps);
    }

    /** A rank's training batches from a step on, in the order that {@link #epochs} of the same numbers tells. */
    BatchLoader loader(Epochs epochs, long seed, int rank, int worldSize, long firstStep, LoaderOptions options) {
        return epochs instanceof Sampler sampler
                ? BatchLoader.training(training(), sampler, rank, worldSize, firstStep, options)
                : BatchLoader.training(
                        source.stream(Split.TRAIN), seed, epochs.globalBatch(), rank, worldSize, firstStep, options);
    }

    private static Dataset training(DataSource source, DataOptions data) throws IOException {
        return source.stream(Split.TRAIN) != null
                ? null
                : source.drawn(Split.TRAIN, first(source.examples(Split.TRAIN), data.trainExamples()));
    }

    /** What a network that was trained on this data wants examples to be scaled by. */
    static Normalization normalization(DataOptions data, Storage storage, int threads) throws IOException {
        DataSource source = source(data, storage, threads);
        Optional<Normalization> known = source.knownNormalization();
        return known.isPresent() ? known.get() : normalization(source, training(source, data));
    }

    private static Normalization normalization(DataSource source, Dataset training) {
        return training == null ? Normalization.unit(source.shape().channels()) : training.normalization();
    }

    static Shard testShard(DataSource source, DataOptions data, int rank, int worldSize) throws IOException {
        StreamedDataset stream = source.stream(Split.TEST);
        if (stream != null) {
            return (batch, options) -> BatchLoader.evaluation(stream, rank, worldSize, batch, options);
        }
        int tested = first(source.examples(Split.TEST), data.testExamples()).size();
        ExampleRange range = ExampleRange.shard(tested, rank, worldSize);
        Dataset examples = source.drawn(Split.TEST, range);
        return (batch, options) -> BatchLoader.evaluation(examples, batch, options, range.start());
    }

    static DataSource source(DataOptions data, Storage storage, int threads) throws IOException {
        return data.own() != null
                ? data.own()
                : new DataCatalog(storage, data.home(), data.formats().withThreads(threads)).resolve(data.name());
    }

    private static ExampleRange first(int examples, int limit) {
        return limit > 0 ? ExampleRange.first(examples, limit) : ExampleRange.all(examples);
    }
}
