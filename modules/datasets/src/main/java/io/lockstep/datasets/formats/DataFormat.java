package io.lockstep.datasets.formats;

import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.storage.Storage;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * A form that data sets have in files: how one is told from others, and how it is opened. To add one: a class that implements
 * this, and a line in {@link io.lockstep.datasets.catalog.DataFormats}. Immutable; any thread may call.
 */
public interface DataFormat {
    /** Whose sets and which files, for a list: {@code MNIST's train-images-idx3-ubyte(.gz) and so on}. */
    String whatIsRead();

    /**
     * The sets of this format that lie in a folder. A set is found by files that nothing else has, not by what is missing:
     * where two formats find one, nobody knows which is meant.
     */
    List<FoundSet> find(DataFolder folder) throws IOException;

    /** What makes a folder look like this format that is not; goes on behind the folder's name. Empty if it does not. */
    default Optional<String> nearMiss(DataFolder folder) {
        return Optional.empty();
    }

    /** A file that is a set by itself. */
    default Optional<SingleFile> singleFile() {
        return Optional.empty();
    }

    /** Names that publishers give to folders of this format. */
    default List<String> publishedFolders() {
        return List.of();
    }

    /**
     * @param noun for messages: {@code a text file}
     * @param ending of its name, in lower case, with the dot
     */
    record SingleFile(String noun, String ending, Opener opener) {
        /** Opens the file of a path. */
        @FunctionalInterface
        public interface Opener {
            /** @param name that the source shall have */
            DataSource open(Storage storage, String path, String name, FormatOptions options) throws IOException;
        }
    }
}
