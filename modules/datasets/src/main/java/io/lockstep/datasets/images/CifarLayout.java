package io.lockstep.datasets.images;

import java.util.List;
import java.util.Set;

/**
 * Which files CIFAR's publisher makes a set of, and what a record is.
 *
 * <pre>
 *   CIFAR-10   | label | 1024 red | 1024 green | 1024 blue |                   rows from the top
 *   CIFAR-100  | coarse label | fine label | 1024 red | 1024 green | 1024 blue |
 * </pre>
 */
enum CifarLayout {
    CIFAR_10(
            "CIFAR-10 binary",
            List.of("data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"),
            "test_batch.bin",
            List.of("batches.meta.txt"),
            10_000,
            10_000),
    /** A class is a fine label. */
    CIFAR_100(
            "CIFAR-100 binary",
            List.of("train.bin"),
            "test.bin",
            List.of("coarse_label_names.txt", "fine_label_names.txt"),
            50_000,
            10_000);

    final String title;
    final List<String> trainFiles;
    final String testFile;
    /** A name a line, for each of a record's labels; the last is of the classes. */
    final List<String> labelNames;

    /** Records in each of the publisher's training files, and in its test file. */
    final long publishedTrain;

    final long publishedTest;

    CifarLayout(
            String title,
            List<String> trainFiles,
            String testFile,
            List<String> labelNames,
            long publishedTrain,
            long publishedTest) {
        this.title = title;
        this.trainFiles = trainFiles;
        this.testFile = testFile;
        this.labelNames = labelNames;
        this.publishedTrain = publishedTrain;
        this.publishedTest = publishedTest;
    }

    int labelBytes() {
        return labelNames.size();
    }

    int recordBytes() {
        return labelBytes() + CifarFormat.SHAPE.size();
    }

    /** Whether a folder with these files can be nothing else; {@code train.bin} alone has many meanings. */
    boolean recognises(Set<String> files) {
        return this == CIFAR_10
                ? files.contains(testFile) || trainFiles.stream().anyMatch(files::contains)
                : labelNames.stream().anyMatch(files::contains)
                        || files.contains(testFile) && files.containsAll(trainFiles);
    }
}
