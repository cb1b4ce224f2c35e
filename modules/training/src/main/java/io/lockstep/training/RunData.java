package io.lockstep.training;

import io.lockstep.datasets.DataCatalog;
import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.Dataset;
import io.lockstep.datasets.ExampleRange;
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
public record RunData(Dataset training, Dataset testShard, Normalization normalization) {
    public static RunData read(DataOptions data, Storage storage, int rank, int worldSize) throws IOException {
        DataSource source = new DataCatalog(storage, data.home(), data.texts()).resolve(data.name());
        Dataset training = source.read(Split.TRAIN, first(source.examples(Split.TRAIN), data.trainExamples()));
        int tested = first(source.examples(Split.TEST), data.testExamples()).size();
        Dataset test = source.read(Split.TEST, ExampleRange.shard(tested, rank, worldSize));
        return new RunData(training, test, training.normalization());
    }

    private static ExampleRange first(int examples, int limit) {
        return limit > 0 ? ExampleRange.first(examples, limit) : ExampleRange.all(examples);
    }
}
