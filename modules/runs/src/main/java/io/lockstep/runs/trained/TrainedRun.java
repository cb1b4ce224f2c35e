package io.lockstep.runs.trained;

import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.ExampleRange;
import io.lockstep.datasets.Normalization;
import io.lockstep.datasets.Split;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.runs.folder.RunFolder;
import io.lockstep.runs.networks.Networks;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.DataSettings;
import io.lockstep.runs.settings.DistributionSettings;
import io.lockstep.runs.settings.FolderSettings;
import io.lockstep.runs.settings.RuntimeSettings;
import io.lockstep.runs.settings.UsageException;
import io.lockstep.runs.spark.SparkJobs;
import io.lockstep.spark.HadoopStorage;
import io.lockstep.training.Replica;
import io.lockstep.training.ReplicaFactory;
import io.lockstep.training.checkpoint.Checkpoint;
import io.lockstep.training.checkpoint.CheckpointStore;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Optional;
import org.apache.spark.SparkConf;

/**
 * A run of which there is a checkpoint, for what uses its network in this process, without Spark.
 *
 * @param source the data that it was trained on
 */
public record TrainedRun(Configuration configuration, HadoopStorage storage, String runDir, DataSource source) {

    /** @throws UsageException if there is no run, or its data is not there */
    public static TrainedRun open(String runDir) throws IOException {
        return open(runDir, RunFolder.configuration(runDir), SparkJobs.storage(new SparkConf()));
    }

    /** @param configuration the run's, with what the call changes of it */
    public static TrainedRun open(String runDir, Configuration configuration, HadoopStorage storage)
            throws IOException {
        Networks.check(configuration);
        SparkJobs.resolveData(configuration, storage);
        return new TrainedRun(configuration, storage, runDir, SparkJobs.openData(configuration, storage));
    }

    /**
     * Other data that the network can be asked about.
     *
     * @throws UsageException if it is of another kind
     */
    public DataSource other(String data) throws IOException {
        Configuration changed = configuration.copy();
        changed.put(DataSettings.DATA.name(), data);
        SparkJobs.resolveData(changed, storage);
        DataSource found = SparkJobs.openData(changed, storage);
        requireSameKind(found, data);
        return found;
    }

    /**
     * Data of another shape the network may even run on, and of other classes it does: its answers would be counted against
     * what they do not mean.
     *
     * @param name of the data, as it was asked for
     * @throws UsageException if shapes or classes differ, or classes are in another order, naming both
     */
    public void requireSameKind(DataSource data, String name) {
        if (!data.shape().equals(source.shape())
                || data.vocabulary() != source.vocabulary()
                || data.labelsOfExample() != source.labelsOfExample()
                || data.classes() != source.classes()) {
            throw new UsageException("--data " + name + " has " + data.classes() + " classes of " + data.shape()
                    + ", the network was trained on " + source.classes() + " of " + source.shape());
        }
        for (int label = 0; label < data.classes(); label++) {
            String theirs = data.classNames().get(label);
            String own = source.classNames().get(label);
            if (!theirs.equals(own)) {
                throw new UsageException("--data " + name + " calls class " + label + " '" + theirs + "', which is '"
                        + own + "' in the data that the network was trained on");
            }
        }
    }

    public String model() {
        return configuration.get(DataSettings.MODEL);
    }

    public NetworkDefinition network() {
        return Networks.zoo()
                .under(configuration)
                .build(source.shape(), source.classes(), configuration.get(DistributionSettings.SEED));
    }

    /** Whether two networks play against each other. */
    public boolean isGame() {
        return network().adversarial() != null;
    }

    /**
     * The one that the settings ask for.
     *
     * @throws UsageException if it is not there
     */
    public Checkpoint checkpoint() throws IOException {
        try {
            return new CheckpointStore(storage, storage.qualify(runDir) + "/checkpoints", 1, System.err::println)
                    .choose(
                            configuration.get(FolderSettings.CHECKPOINT),
                            FolderSettings.best(configuration, network().task()));
        } catch (FileNotFoundException e) {
            throw new UsageException(e.getMessage(), e);
        }
    }

    /**
     * The network with a checkpoint's parameters; the caller closes it.
     *
     * @param batch most examples at once
     */
    public Replica load(Checkpoint checkpoint, int batch, int threads) throws IOException {
        var setup = new ReplicaFactory.Setup(
                source.shape(),
                source.classes(),
                batch,
                0,
                threads,
                notice -> System.err.println("lockstep: " + notice));
        Replica replica = Networks.replicas(Networks.zoo().under(configuration), RuntimeSettings.of(configuration))
                .create(setup);
        try {
            replica.load(new ByteArrayInputStream(checkpoint.model()));
            return replica;
        } catch (IOException | RuntimeException e) {
            replica.close();
            throw e;
        }
    }

    /** What its examples were scaled by. */
    public Normalization normalization() throws IOException {
        Optional<Normalization> known = source.knownNormalization();
        if (known.isPresent()) {
            return known.get();
        }
        int examples = source.examples(Split.TRAIN);
        int limit = configuration.get(DataSettings.TRAIN_EXAMPLES);
        return source.drawn(Split.TRAIN, limit > 0 ? ExampleRange.first(examples, limit) : ExampleRange.all(examples))
                .normalization();
    }
}
