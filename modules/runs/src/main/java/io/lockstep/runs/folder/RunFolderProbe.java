package io.lockstep.runs.folder;

import io.lockstep.datasets.storage.Storage;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.FolderSettings;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.Path;

/**
 * Tries whether a run's folder can be written as training writes it: makes what is missing of it, and a small file in
 * it. Closing takes away what was made, and nothing that others have put there.
 *
 * <p>Several processes may try at once, with names that differ; whoever finds the folder missing takes it away, so none
 * closes before all have written: {@link #fault}.
 */
public final class RunFolderProbe implements AutoCloseable {
    private static final int BYTES = 1 << 16;

    private final Storage storage;
    private final String folder;
    private final String file;
    /** Folders that were not there, the innermost first. */
    private final List<String> missing = new ArrayList<>();

    /**
     * @param folder absolute
     * @param name of the file, after {@code .doctor-}
     */
    public RunFolderProbe(Storage storage, String folder, String name) {
        this.storage = storage;
        this.folder = folder;
        file = file(name);
    }

    /** The folder of the run, or that of all runs where its name will come from the time. */
    public static String folder(Configuration configuration) {
        String folder = configuration.get(FolderSettings.RUN_DIR);
        return folder.isEmpty() ? "runs" : folder;
    }

    private String file(String name) {
        return Storage.join(folder, ".doctor-" + name);
    }

    public void write() throws IOException {
        for (Path at = new Path(folder); at != null && !storage.exists(at.toString()); at = at.getParent()) {
            missing.add(at.toString());
        }
        try (OutputStream out = storage.create(file)) {
            out.write(new byte[BYTES]);
        }
    }

    /**
     * Writes, looks for the driver's file, and takes away what it has made; a collective.
     *
     * @param drivers name of the file that the driver has written
     * @param barrier returns when all ranks have called it
     * @return what is wrong, in one line; null where nothing is
     */
    public String fault(String drivers, Runnable barrier) {
        List<String> faults = new ArrayList<>();
        attempt(faults, () -> {
            write();
            requireThere(drivers);
        });
        try {
            barrier.run(); // no folder goes while another rank is about to write in it
            attempt(faults, () -> storage.delete(file));
            barrier.run(); // and none stays because another rank's file is still in it
        } finally {
            attempt(faults, this::close);
        }
        return faults.isEmpty() ? null : faults.get(0);
    }

    private interface Attempt {
        void run() throws IOException;
    }

    private static void attempt(List<String> faults, Attempt attempt) {
        try {
            attempt.run();
        } catch (IOException | RuntimeException e) {
            faults.add(reason(e));
        }
    }

    /** Rank 0 writes no checkpoint where it does not find the driver's mark: {@code CheckpointStore.claim}. */
    private void requireThere(String drivers) throws IOException {
        if (!storage.exists(file(drivers))) {
            throw new IOException("it can be written, but what the driver has written there is not there: on this host"
                    + " it is another folder");
        }
    }

    /** The message, with its kind where it is no more than a path. */
    public static String reason(Exception failure) {
        boolean pathOnly = failure instanceof FileSystemException named && named.getReason() == null;
        return pathOnly || failure.getMessage() == null
                ? failure.getClass().getSimpleName() + ": " + failure.getMessage()
                : failure.getMessage();
    }

    @Override
    public void close() throws IOException {
        storage.delete(file);
        missing.forEach(this::removeIfEmpty);
    }

    private void removeIfEmpty(String made) {
        try {
            if (storage.list(made).isEmpty()) {
                storage.delete(made);
            }
        } catch (IOException | UncheckedIOException e) {
            return; // another rank was quicker; and a run does not mind an empty folder
        }
    }
}
