package io.lockstep.datasets;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * What {@code data describe} prints.
 *
 * @param trainClassCounts examples of each class, in the order of the labels
 * @param normalization of the training set; of the test set where there is no training set
 */
public record DatasetDescription(
        String name,
        String format,
        ImageShape shape,
        List<String> classNames,
        int[] trainClassCounts,
        int[] testClassCounts,
        Normalization normalization) {

    /** Reads everything. */
    public static DatasetDescription of(ImageSource source) throws IOException {
        int[] testCounts = source.read(Split.TEST).classCounts();
        boolean hasTrain = source.examples(Split.TRAIN) > 0;
        ImageDataset train = source.read(Split.TRAIN);
        ImageDataset measured = hasTrain ? train : source.read(Split.TEST);
        return new DatasetDescription(
                source.name(),
                source.format(),
                source.shape(),
                source.classNames(),
                train.classCounts(),
                testCounts,
                measured.examples() == 0 ? Normalization.unit(source.shape().channels()) : Normalization.of(measured));
    }

    public int trainExamples() {
        return Arrays.stream(trainClassCounts).sum();
    }

    public int testExamples() {
        return Arrays.stream(testClassCounts).sum();
    }
}
