package io.lockstep.datasets;

import java.io.IOException;
import java.util.List;

/**
 * A labelled set that is known but not yet in memory: what {@code --data} resolves to ({@link DataCatalog}).
 *
 * <p>Opening one has checked that its files are there. Immutable; any thread may call.
 */
public interface DataSource {
    /** For people: {@code cifar10}, {@code shapes}, or the last name of a path. */
    String name();

    /** For people: {@code CIFAR-10 binary}, {@code MNIST idx}, {@code generated}, {@code text, by character}. */
    String format();

    /** Of one example; see {@link Dataset#shape}. */
    ImageShape shape();

    /** One a class, in the order of the labels. */
    List<String> classNames();

    int examples(Split split);

    /** Numbers that a step of text may have, from 0; 0 for pictures. */
    default int vocabulary() {
        return 0;
    }

    /** See {@link Dataset#labelsOfExample}. */
    default int labelsOfExample() {
        return 1;
    }

    /**
     * Reads part of a split into memory, and holds nothing but that part.
     *
     * @throws DatasetException with a message for people, when a file is missing or malformed
     */
    Dataset read(Split split, ExampleRange range) throws IOException;

    /**
     * Reads all files once and keeps nothing, to find before a run what opening could not see: labels that are no class,
     * content that ends early, or goes on where it should end. Where everything was looked at on opening, does nothing.
     *
     * @throws DatasetException with a message for people
     */
    default void verify() throws IOException {}

    default int classes() {
        return classNames().size();
    }
}
