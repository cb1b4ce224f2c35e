package io.lockstep.datasets.catalog;

import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.DataSurvey;
import io.lockstep.datasets.Dataset;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.Normalization;
import io.lockstep.datasets.Split;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * What {@code data describe} prints.
 *
 * @param normalization of the training set; of the test set where there is no training set; null where the set cannot be
 *     read
 */
public record DatasetDescription(
        String name,
        String format,
        ImageShape shape,
        List<String> classNames,
        Counts train,
        Counts test,
        Normalization normalization) {
    /**
     * What there is of a split.
     *
     * @param ofClasses examples (of text: characters) of each class, in the order of the labels
     */
    public record Counts(int examples, int[] ofClasses) {
        private static Counts of(Dataset data) throws IOException {
            return new Counts(data.examples(), data.classCounts());
        }
    }

    public int trainExamples() {
        return train.examples;
    }

    public int testExamples() {
        return test.examples;
    }

    public int[] trainClassCounts() {
        return train.ofClasses;
    }

    public int[] testClassCounts() {
        return test.ofClasses;
    }

    /**
     * Reads everything.
     *
     * @param survey the source's own
     */
    public static DatasetDescription of(DataSource source, DataSurvey survey) throws IOException {
        if (!survey.readable()) {
            return of(source, counted(survey.trainClassCounts()), counted(survey.testClassCounts()), null);
        }
        Dataset train = source.read(Split.TRAIN, ExampleRange.all(source.examples(Split.TRAIN)));
        Dataset test = source.read(Split.TEST, ExampleRange.all(source.examples(Split.TEST)));
        Dataset measured = train.examples() > 0 ? train : test;
        Normalization normalization =
                measured.examples() == 0 ? Normalization.unit(source.shape().channels()) : measured.normalization();
        return of(source, Counts.of(train), Counts.of(test), normalization);
    }

    private static DatasetDescription of(DataSource source, Counts train, Counts test, Normalization normalization) {
        return new DatasetDescription(
                source.name(), source.format(), source.shape(), source.classNames(), train, test, normalization);
    }

    private static Counts counted(int[] ofClasses) {
        return new Counts(Arrays.stream(ofClasses).sum(), ofClasses);
    }
}
