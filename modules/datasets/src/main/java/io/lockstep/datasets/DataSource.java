package io.lockstep.datasets;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * A labelled set that is known but not yet in memory: what {@code --data} resolves to ({@link
 * io.lockstep.datasets.catalog.DataCatalog}).
 *
 * <p>Opening one has checked that its files are there. Immutable; any thread may call.
 */
public interface DataSource {
    /** Of {@link #examples}. */
    int UNKNOWN = -1;

    /**
     * Sets of a program's own.
     *
     * @param train {@link java.io.Serializable}, as it travels to executors; so is the test set
     * @throws IllegalArgumentException if it is not, or examples of the two have other fields
     */
    static DataSource of(Dataset train, Dataset test) {
        return new GivenData(train, null, test);
    }

    /** The same of a stream to train on, whose end nobody knows. */
    static DataSource of(StreamedDataset train, Dataset test) {
        return new GivenData(null, train, test);
    }

    /** For people: {@code cifar10}, {@code shapes}, or the last name of a path. */
    String name();

    /** For people: {@code CIFAR-10 binary}, {@code MNIST idx}, {@code generated}, {@code text, by character}. */
    String format();

    /** What an example has; see {@link Dataset#fields}. Known before anything is read. */
    List<Field> fields();

    /** Of one example; see {@link Dataset#shape}. */
    default ImageShape shape() {
        return ImageShape.ofFeatures(fields());
    }

    /** One a class, in the order of the labels; none where labels are no classes. */
    default List<String> classNames() {
        return List.of();
    }

    /** Of a split; {@link #UNKNOWN} of a stream whose end nobody knows. */
    int examples(Split split);

    /** Numbers that a step of text may have, from 0; 0 for pictures. */
    default int vocabulary() {
        return 0;
    }

    /** Whether examples lie in shards, of which hosts keep copies. */
    default boolean isSharded() {
        return false;
    }

    /** Whether examples are pictures that are normalised and can be augmented. */
    default boolean hasPictures() {
        return false;
    }

    /** Training examples of each class, in the order of the labels, as far as they are known without reading them; empty: they are not. */
    default int[] trainClassCounts() {
        return new int[0];
    }

    /** See {@link Dataset#normalization}, where it is known before anything is read; empty elsewhere. */
    default Optional<Normalization> knownNormalization() {
        return Optional.empty();
    }

    /** See {@link Dataset#labelsOfExample}. */
    default int labelsOfExample() {
        return Field.labelsOf(fields());
    }

    /**
     * Reads part of a split into memory, and holds nothing but that part. Not called of a stream.
     *
     * @throws DatasetException with a message for people, when a file is missing or malformed
     */
    Dataset read(Split split, ExampleRange range) throws IOException;

    /**
     * What a run draws examples of a part of a split from: as {@link #read}, but examples need not be in memory, and a training
     * example may be another each time it is drawn.
     */
    default Dataset drawn(Split split, ExampleRange range) throws IOException {
        return read(split, range);
    }

    /** A split whose examples can only be read one after the other; null where they can be asked for by number. */
    default StreamedDataset stream(Split split) {
        return null;
    }

    /**
     * Reads all files once and keeps nothing, to find before a run what opening could not see: labels that are no class,
     * content that ends early, or goes on where it should end. Where everything was looked at on opening, does nothing.
     *
     * @throws DatasetException with a message for people
     */
    default void verify() throws IOException {}

    /** Reads all files once, as {@link #verify} does, and says what was found instead of throwing. */
    default DataSurvey survey() throws IOException {
        return DataSurvey.NOTHING;
    }

    default int classes() {
        return classNames().size();
    }
}
