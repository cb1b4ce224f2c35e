package io.lockstep.runs.networks;

import io.lockstep.datasets.storage.Storage;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.dl4j.SavedNetwork;
import io.lockstep.runs.folder.RunFolder;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.DistributionSettings;
import io.lockstep.runs.settings.FolderSettings;
import io.lockstep.runs.settings.UsageException;
import io.lockstep.spark.HadoopStorage;
import io.lockstep.training.RunEvent;
import io.lockstep.training.checkpoint.CheckpointStore;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * The saved network that a run begins with, {@code init-from}: found and compared with the run's own before Spark starts, and
 * copied into the run's folder, as the other run may go on and drop the checkpoint.
 *
 * @param path of the file, or empty; of a run that goes on, the copy
 */
public record InitialModel(String path, boolean resume, Configuration configuration, HadoopStorage storage) {
    /**
     * @param resume whether the run goes on, with what it began with
     * @throws UsageException if it is not there, or a run that goes on is to begin with another
     */
    public static InitialModel of(Configuration configuration, boolean resume, HadoopStorage storage)
            throws IOException {
        String asked = configuration.get(DistributionSettings.INIT_FROM);
        if (resume) {
            return ofResumed(asked, configuration, storage);
        }
        try {
            String path = asked.isEmpty() ? asked : file(storage.qualify(asked), storage);
            return new InitialModel(path, false, configuration, storage);
        } catch (FileNotFoundException e) {
            throw new UsageException("init-from: " + e.getMessage(), e);
        }
    }

    /** The call that began the run may be repeated with resume, so what it named is the copy's other name. */
    private static InitialModel ofResumed(String asked, Configuration configuration, HadoopStorage storage)
            throws IOException {
        String folder = configuration.get(FolderSettings.RUN_DIR);
        String before = RunFolder.configuration(folder).get(DistributionSettings.INIT_FROM);
        String origin = origin(folder, storage);
        boolean same = asked.isEmpty()
                || asked.equals(before)
                || !before.isEmpty() && storage.qualify(asked).equals(storage.qualify(before))
                || storage.qualify(asked).equals(origin);
        if (!same) {
            String what = origin.isEmpty() ? before : origin;
            throw new UsageException("init-from is for a new run; this one began "
                    + (what.isEmpty() ? "without" : "with " + what) + ", not with " + asked);
        }
        configuration.derive(DistributionSettings.INIT_FROM, before);
        return new InitialModel(before, true, configuration, storage);
    }

    /** Empty where the run began without, or was begun before this was kept. */
    private static String origin(String folder, HadoopStorage storage) throws IOException {
        String file = Storage.join(folder, RunFolder.INITIAL_MODELS_ORIGIN);
        if (!storage.exists(file)) {
            return "";
        }
        try (InputStream in = storage.open(file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).trim();
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

    /** @throws UsageException if the file holds no network, or one that has next to nothing in common with this */
    public void requireFits(NetworkDefinition network) throws IOException {
        if (resume || path.isEmpty()) {
            return;
        }
        try (InputStream in = storage.open(path)) {
            SavedNetwork.requireInCommon(in, network);
        } catch (IOException e) {
            throw new UsageException("init-from: cannot begin with " + path + ": " + e.getMessage(), e);
        }
    }

    /** From here on the configuration names the copy. */
    public void keepIn(RunFolder folder) throws IOException {
        if (resume || path.isEmpty()) {
            return;
        }
        String asked = storage.qualify(configuration.get(DistributionSettings.INIT_FROM));
        try (InputStream in = storage.open(path)) {
            folder.put(RunFolder.INITIAL_MODEL, in.readAllBytes());
        }
        folder.put(RunFolder.INITIAL_MODELS_ORIGIN, asked.getBytes(StandardCharsets.UTF_8));
        configuration.derive(DistributionSettings.INIT_FROM, Storage.join(folder.path(), RunFolder.INITIAL_MODEL));
    }

    /** An event for people: with where the network came from, instead of the copy. */
    public RunEvent named(RunEvent event) {
        return event instanceof RunEvent.BeganWith began ? new RunEvent.BeganWith(path, began.anew()) : event;
    }
}
