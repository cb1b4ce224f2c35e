package io.lockstep.training;

import io.lockstep.datasets.DataCatalog;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.ImageDataset;
import io.lockstep.datasets.ImageSource;
import io.lockstep.datasets.Normalization;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.Storage;
import io.lockstep.training.RunOptions.DataOptions;
import java.io.IOException;

/**
 * What one rank holds in memory, as bytes: the whole training set, as any rank may draw any example of an epoch, and its
 * shard of the test set.
 *
 * @param normalization of the training set's channels; tests use it too
 */
record RunData(ImageDataset training, ImageDataset testShard, Normalization normalization) {
    static RunData read(DataOptions data, Storage storage, int rank, int worldSize) throws IOException {
        ImageSource source = new DataCatalog(storage, data.home()).resolve(data.name());
        ImageDataset training = source.read(Split.TRAIN, first(source.examples(Split.TRAIN), data.trainExamples()));
        int tested = first(source.examples(Split.TEST), data.testExamples()).size();
        ImageDataset test = source.read(Split.TEST, ExampleRange.shard(tested, rank, worldSize));
        return new RunData(training, test, Normalization.of(training));
    }

    private static ExampleRange first(int examples, int limit) {
        return limit > 0 ? ExampleRange.first(examples, limit) : ExampleRange.all(examples);
    }
}
