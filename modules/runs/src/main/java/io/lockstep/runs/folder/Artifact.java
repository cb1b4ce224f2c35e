package io.lockstep.runs.folder;

import io.lockstep.datasets.storage.Storage;
import java.io.IOException;
import java.io.InputStream;

/**
 * A file of the run's folder.
 *
 * @param path within the folder: {@code plots/loss.png}
 */
public record Artifact(Storage storage, String folder, String path) {
    public InputStream open() throws IOException {
        return storage.open(Storage.join(folder, path));
    }
}
