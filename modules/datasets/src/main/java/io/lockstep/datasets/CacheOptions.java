package io.lockstep.datasets;

import java.io.Serializable;
import java.nio.file.Path;

/**
 * Where files that lie on a cluster's storage are kept on the disk of the host that reads them.
 *
 * @param folder empty: {@code lockstep-cache-USER} in the temporary folder
 * @param limitBytes of all that is kept; 0: half of what the disk has for it
 */
public record CacheOptions(String folder, long limitBytes) implements Serializable {
    public static final CacheOptions DEFAULT = new CacheOptions("", 0);

    public CacheOptions {
        if (limitBytes < 0) {
            throw new IllegalArgumentException("a cache of " + limitBytes + " bytes");
        }
    }

    /** The folder, on the host that asks. */
    public Path path() {
        return folder.isEmpty()
                ? Path.of(
                        System.getProperty("java.io.tmpdir"),
                        "lockstep-cache-" + System.getProperty("user.name", "nobody"))
                : Path.of(folder);
    }
}
