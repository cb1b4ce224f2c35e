package io.lockstep.datasets.storage;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where data is read from and checkpoints go: the local disk ({@link LocalStorage}), or any Hadoop file system.
 *
 * <p>Paths are strings with {@code /} between names, and may start with a scheme ({@code hdfs://nn/user/me}). Any
 * thread may call.
 */
public interface Storage {
    /** @throws FileNotFoundException naming the path */
    InputStream open(String path) throws IOException;

    /** Creates missing parent folders; replaces a file of that name. What was written is durable after close. */
    OutputStream create(String path) throws IOException;

    boolean exists(String path) throws IOException;

    /**
     * What lies directly in a folder, by name; all of it, with what {@link #isHidden} is true of.
     *
     * @throws FileNotFoundException naming the path
     */
    List<Entry> list(String folder) throws IOException;

    /** Deletes a file or a folder with all in it; does nothing where there is none. */
    void delete(String path) throws IOException;

    /** Where a path is on this host's disk; empty if it is elsewhere. */
    default Optional<Path> localPath(String path) throws IOException {
        return Optional.empty();
    }

    /**
     * Whether a file or folder of that name is no data, by the convention of Spark and Hadoop: what systems and editors leave
     * beside it ({@code _SUCCESS}, {@code _temporary}, {@code .DS_Store}, a Mac's {@code ._} companions).
     *
     * @param name without the folder
     */
    static boolean isHidden(String name) {
        return name.startsWith("_") || name.startsWith(".");
    }

    static String join(String folder, String name) {
        return folder.endsWith("/") ? folder + name : folder + "/" + name;
    }

    /**
     * @param name without the folder
     * @param bytes length of a file; 0 for a folder
     */
    record Entry(String name, long bytes, boolean isFolder) {}
}
