package io.lockstep.runs.networks;

import io.lockstep.datasets.storage.Storage;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.dl4j.InitialParameters;
import io.lockstep.networks.weights.WeightFiles;
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
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The saved network that a run begins with, {@code init-from}: found and compared with the run's own before Spark starts, and
 * copied into the run's folder, as the other run may go on and drop the checkpoint. Of other frameworks' weights the copy has
 * Lockstep's names, so that ranks need not know theirs.
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
        if (path.endsWith(".zip") || WeightFiles.isNamedSo(path)) {
            if (!storage.exists(path)) {
                throw new FileNotFoundException(path + ": no such file");
            }
            return path;
        }
        String weights = WeightFiles.inFolder(storage, path);
        if (weights != null) {
            return weights;
        }
        var store = new CheckpointStore(storage, path + "/checkpoints", 1, System.err::println);
        long step = store.choose("newest", CheckpointStore.Best.NONE).state().step();
        return store.path(step) + "/" + CheckpointStore.MODEL;
    }

    /**
     * @return notes for people
     * @throws UsageException if the file holds no network, or one that has next to nothing in common with this
     */
    public List<String> requireFits(NetworkDefinition network) throws IOException {
        if (resume || path.isEmpty()) {
            return List.of();
        }
        try {
            return WeightFiles.isNamedSo(path) ? requireWeightsFit(network) : requireZipFits(network);
        } catch (IOException e) {
            throw new UsageException("init-from: cannot begin with " + path + ": " + e.getMessage(), e);
        }
    }

    private List<String> requireZipFits(NetworkDefinition network) throws IOException {
        try (InputStream in = storage.open(path)) {
            InitialParameters.requireInCommon(in, network);
        }
        return List.of();
    }

    private List<String> requireWeightsFit(NetworkDefinition network) throws IOException {
        String misfits = InitialParameters.requireFits(
                WeightFiles.open(storage, path),
                network,
                Networks.weightNames(configuration),
                configuration.get(DistributionSettings.INIT_STRICT));
        return misfits.isEmpty() ? List.of() : List.of("init-from: " + path + " fits in part: " + misfits);
    }

    /** From here on the configuration names the copy. */
    public void keepIn(RunFolder folder, NetworkDefinition network) throws IOException {
        if (resume || path.isEmpty()) {
            return;
        }
        String asked = storage.qualify(configuration.get(DistributionSettings.INIT_FROM));
        boolean weights = WeightFiles.isNamedSo(path);
        String copy = Storage.join(folder.path(), weights ? RunFolder.INITIAL_WEIGHTS : RunFolder.INITIAL_MODEL);
        try (OutputStream out = storage.create(copy)) {
            if (weights) {
                InitialParameters.translate(
                        WeightFiles.open(storage, path), network, Networks.weightNames(configuration), out);
            } else {
                try (InputStream in = storage.open(path)) {
                    in.transferTo(out);
                }
            }
        }
        folder.put(RunFolder.INITIAL_MODELS_ORIGIN, asked.getBytes(StandardCharsets.UTF_8));
        configuration.derive(DistributionSettings.INIT_FROM, copy);
    }

    /** An event for people: with where the network came from, instead of the copy. */
    public RunEvent named(RunEvent event) {
        return event instanceof RunEvent.BeganWith began ? new RunEvent.BeganWith(path, began.anew()) : event;
    }
}
