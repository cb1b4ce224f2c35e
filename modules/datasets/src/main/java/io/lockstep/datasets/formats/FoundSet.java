package io.lockstep.datasets.formats;

import io.lockstep.datasets.DataSource;
import java.io.IOException;
import java.util.Optional;

/**
 * A set that a format has found in a folder.
 *
 * @param what of the folder it is, for messages: {@code the idx files of emnist-letters}
 * @param itself how it is named alone, where the folder holds others too
 */
public record FoundSet(String what, Optional<Alone> itself, Opener opener) {
    /**
     * @param noun {@code the text}
     * @param path {@code folder/input.txt}
     */
    public record Alone(String noun, String path) {}

    /** Opens the set; the folder has been looked at. */
    @FunctionalInterface
    public interface Opener {
        DataSource open() throws IOException;
    }

    /** One that only its folder names. */
    public static FoundSet ofFolder(String what, Opener opener) {
        return new FoundSet(what, Optional.empty(), opener);
    }

    /** One that has a name of its own beside others in its folder. */
    public static FoundSet named(String what, String noun, String path, Opener opener) {
        return new FoundSet(what, Optional.of(new Alone(noun, path)), opener);
    }
}
