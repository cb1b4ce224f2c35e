package io.lockstep.datasets;

import java.io.IOException;
import java.util.List;

/**
 * A labelled image set that is known but not yet in memory: what {@code --data} resolves to ({@link DataCatalog}).
 *
 * <p>Opening one has checked that its files are there and of the right length. Immutable; any thread may call.
 */
public interface ImageSource {
    /** For people: {@code cifar10}, {@code shapes}, or the last name of a path. */
    String name();

    /** For people: {@code CIFAR-10 binary}, {@code MNIST idx}, {@code generated}. */
    String format();

    ImageShape shape();

    /** One a class, in the order of the labels. */
    List<String> classNames();

    int examples(Split split);

    /**
     * Reads part of a split into memory, and holds nothing but that part.
     *
     * @throws DatasetException with a message for people, when a file is missing or malformed
     */
    ImageDataset read(Split split, ExampleRange range) throws IOException;

    default ImageDataset read(Split split) throws IOException {
        return read(split, ExampleRange.all(examples(split)));
    }

    default int classes() {
        return classNames().size();
    }
}
