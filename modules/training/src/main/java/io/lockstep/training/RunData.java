package io.lockstep.training;

import io.lockstep.datasets.BatchLoader;
import io.lockstep.datasets.DataCatalog;
import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.Dataset;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.LoaderOptions;
import io.lockstep.datasets.Normalization;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.Storage;
import io.lockstep.training.RunOptions.DataOptions;
import java.io.IOException;

/**
 * What one rank holds in memory: the whole training set, as any rank may draw any example of an epoch, and its
 * shard of the test set.
 *
 * @param normalization of the training set's channels; tests use it too
 */
public record RunData(Dataset training, Shard testShard, Normalization normalization) {
    /**
     * A rank's share of a set.
     *
     * @param firstExample place of its first example in the whole set
     */
    public record Shard(Dataset examples, int firstExample) {
        /** Each example once, in order, as it is; what a network draws for one depends on its place in the whole set. */
        public BatchLoader loader(int batch, LoaderOptions options) {
            return BatchLoader.evaluation(examples, batch, options, firstExample);
        }
    }

    public static RunData read(DataOptions data, Storage storage, int rank, int worldSize) throws IOException {
        Dataset training = training(data, storage);
        return new RunData(training, testShard(data, storage, rank, worldSize), training.normalization());
    }

    private static Dataset training(DataOptions data, Storage storage) throws IOException {
        DataSource source = source(data, storage);
        return source.read(Split.TRAIN, first(source.examples(Split.TRAIN), data.trainExamples()));
    }

    /** What a network that was trained on this data wants examples to be scaled by. */
    static Normalization normalization(DataOptions data, Storage storage) throws IOException {
        return training(data, storage).normalization();
    }

    static Shard testShard(DataOptions data, Storage storage, int rank, int worldSize) throws IOException {
        DataSource source = source(data, storage);
        int tested = first(source.examples(Split.TEST), data.testExamples()).size();
        ExampleRange shard = ExampleRange.shard(tested, rank, worldSize);
        return new Shard(source.read(Split.TEST, shard), shard.start());
    }

    private static DataSource source(DataOptions data, Storage storage) throws IOException {
        return new DataCatalog(storage, data.home(), data.texts()).resolve(data.name());
    }

    private static ExampleRange first(int examples, int limit) {
        return limit > 0 ? ExampleRange.first(examples, limit) : ExampleRange.all(examples);
    }
}
