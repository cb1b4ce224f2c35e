package io.lockstep.cli;

import io.lockstep.datasets.Storage;
import io.lockstep.spark.HadoopStorage;
import io.lockstep.training.CheckpointStore;
import io.lockstep.training.RunEvent;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;

/**
 * The saved network that a run begins with, {@code init-from}: found before Spark starts, and copied into the run's folder, as
 * the other run may go on and drop the checkpoint.
 *
 * @param path of the file, or empty; of a run that goes on, the copy
 */
record InitialModel(String path, boolean resume, Configuration configuration, HadoopStorage storage) {
    /** Within the run folder. */
    static final String COPY = "initial.zip";

    /**
     * @param resume whether the run goes on, with what it began with
     * @throws UsageException if it is not there, or a run that goes on is to begin with another
     */
    static InitialModel of(Configuration configuration, boolean resume, HadoopStorage storage) throws IOException {
        String asked = configuration.get(Settings.INIT_FROM);
        if (resume) {
            String before =
                    RunFolder.configuration(configuration.get(Settings.RUN_DIR)).get(Settings.INIT_FROM);
            if (!asked.equals(before)) {
                throw new UsageException("init-from is for a new run; this one began "
                        + (before.isEmpty() ? "without" : "with " + before));
            }
        }
        try {
            String path = resume || asked.isEmpty() ? asked : file(storage.qualify(asked), storage);
            return new InitialModel(path, resume, configuration, storage);
        } catch (FileNotFoundException e) {
            throw new UsageException("init-from: " + e.getMessage(), e);
        }
    }

    private static String file(String path, HadoopStorage storage) throws IOException {
        if (!path.endsWith(".zip")) {
            var store = new CheckpointStore(storage, path + "/checkpoints", 1, System.err::println);
            long step =
                    store.choose("newest", CheckpointStore.Best.NONE).state().step();
            return store.path(step) + "/" + CheckpointStore.MODEL;
        }
        if (!storage.exists(path)) {
            throw new FileNotFoundException(path + ": no such file");
        }
        return path;
    }

    /** From here on the configuration names the copy. */
    void keepIn(RunFolder folder) throws IOException {
        if (resume || path.isEmpty()) {
            return;
        }
        try (InputStream in = storage.open(path)) {
            folder.put(COPY, in.readAllBytes());
        }
        configuration.put(Settings.INIT_FROM.name(), Storage.join(folder.path(), COPY));
    }

    /** An event for people: with where the network came from, instead of the copy. */
    RunEvent named(RunEvent event) {
        return event instanceof RunEvent.BeganWith began ? new RunEvent.BeganWith(path, began.anew()) : event;
    }
}
