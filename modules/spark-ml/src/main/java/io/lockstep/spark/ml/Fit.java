package io.lockstep.spark.ml;

import io.lockstep.datasets.Field;
import io.lockstep.datasets.Normalization;
import io.lockstep.datasets.storage.Storage;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.OutputFeed;
import io.lockstep.runs.Lockstep;
import io.lockstep.runs.folder.RunFolder;
import io.lockstep.runs.folder.Summary;
import io.lockstep.runs.networks.Networks;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.DistributionSettings;
import io.lockstep.runs.settings.FolderSettings;
import io.lockstep.runs.settings.TableSettings;
import io.lockstep.runs.spark.LocalCluster;
import io.lockstep.runs.spark.SparkJobs;
import io.lockstep.spark.HadoopStorage;
import io.lockstep.spark.frames.FrameColumns;
import io.lockstep.training.checkpoint.Checkpoint;
import io.lockstep.training.checkpoint.CheckpointStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One training of an estimator, from a DataFrame to a network. */
final class Fit {
    private static final Logger LOG = LoggerFactory.getLogger(LockstepEstimator.class);
    private static final String RUN = "run";
    private static final String CHECKPOINTS = "checkpoints";
    /** Examples that a run without rows to validate on is tested on: it must be tested on some. */
    private static final int TESTED = 512;

    private static final int MOST_STEPS_OF_A_REPORT = 1000;

    private final LockstepEstimator stage;
    private final Dataset<Row> frame;
    private final Examples examples;
    private final HadoopStorage storage;

    Fit(LockstepEstimator stage, Dataset<Row> frame) {
        this.stage = stage;
        this.frame = frame;
        examples = new Examples(stage, frame.schema());
        storage = SparkJobs.storage(frame.sparkSession().sparkContext().conf());
    }

    TrainedNetwork run() {
        FrameColumns columns = FrameColumns.of(frame, examples.request());
        NetworkInputs inputs = new NetworkInputs(examples.network(), columns.fields());
        try {
            return run(folder(), columns, inputs);
        } catch (IOException e) {
            throw new UncheckedIOException(stage.uid() + ": " + e.getMessage(), e);
        }
    }

    private TrainedNetwork run(String folder, FrameColumns columns, NetworkInputs inputs) throws IOException {
        TrainedNetwork trained;
        try {
            trained = train(folder, columns, inputs);
        } catch (IOException | RuntimeException e) {
            try {
                clean(folder, false);
            } catch (IOException beside) { // what the fit failed of is what one must know
                e.addSuppressed(beside);
            }
            throw e;
        }
        clean(folder, true);
        return trained;
    }

    private boolean keeps() {
        return !stage.getRunDir().isEmpty();
    }

    /** Of this fit alone, where all executors reach it. */
    private String folder() throws IOException {
        String name = stage.uid() + "-" + UUID.randomUUID().toString().substring(0, 8);
        if (keeps()) {
            return storage.qualify(Storage.join(stage.getRunDir(), name));
        }
        var conf = frame.sparkSession().sparkContext().conf();
        String temporary = LocalCluster.isMasterOf(conf)
                ? "file:"
                        + conf.get("spark.local.dir", System.getProperty("java.io.tmpdir"))
                                .split(",")[0]
                : ".lockstep"; // of the user's home folder on the cluster's storage
        return storage.qualify(Storage.join(temporary, name));
    }

    /** What a run that failed has learned stays: a later one may begin with it. */
    private void clean(String folder, boolean done) throws IOException {
        storage.delete(Storage.join(folder, "data"));
        String run = Storage.join(folder, RUN);
        boolean learned = storage.exists(Storage.join(run, CHECKPOINTS))
                && checkpoints(run).newestState().isPresent();
        if (!learned || done && !keeps()) {
            storage.delete(folder);
        } else if (!done) {
            LOG.warn(
                    "{}: the run's folder stays; set(\"init-from\", \"{}\") begins with what it has learned",
                    stage.uid(),
                    run);
        }
    }

    private CheckpointStore checkpoints(String run) {
        return new CheckpointStore(storage, Storage.join(run, CHECKPOINTS), 1, LOG::warn);
    }

    private TrainedNetwork train(String folder, FrameColumns columns, NetworkInputs inputs) throws IOException {
        LOG.info("{}: writing the rows to {}", stage.uid(), folder);
        boolean validates = stage.isSet(stage.validationIndicatorCol());
        FrameSource data = FrameSource.write(
                frame,
                columns,
                validates ? stage.getValidationIndicatorCol() : null,
                storage,
                Storage.join(folder, "data"),
                stage.uid());
        data.requireRows();
        NetworkDefinition definition = inputs.definition(); // null of the zoo's
        Configuration configuration = configuration(definition, data);
        var history = new EpochHistory(stage.uid(), validates);
        String runDir = Storage.join(folder, RUN);
        Lockstep lockstep = Lockstep.on(frame.sparkSession().sparkContext());
        configuration.given().forEach(lockstep::set);
        if (definition != null) {
            lockstep.network(definition);
        }
        lockstep.data(data.withCache(TableSettings.cache(configuration)))
                .runDir(runDir)
                .listener(history::take);
        Summary summary;
        int workers = configuration.get(DistributionSettings.WORKERS);
        try (FitQueue.Turn turn = FitQueue.of(frame.sparkSession().sparkContext())
                .await(workers, () -> LOG.info("{}: waiting for other fits, which use the slots", stage.uid()))) {
            summary = lockstep.train();
        }
        return trained(columns, data, definition, runDir, summary, history);
    }

    /** What the parameters ask for. */
    private Configuration configuration(NetworkDefinition definition, FrameSource data) {
        Configuration configuration = new Configuration();
        put(configuration, "workers", stage.getNumWorkers());
        put(configuration, "epochs", stage.getMaxIter());
        put(configuration, "global-batch", stage.getBatchSize());
        put(configuration, "seed", stage.getSeed() & Long.MAX_VALUE);
        put(configuration, "strategy", stage.getStrategy());
        if (examples.network().zoo() != null) {
            put(configuration, "model", examples.network().zoo());
        }
        if (stage.isSet(stage.stepSize())) {
            put(configuration, "learning-rate", stage.getStepSize());
        } else if (definition != null && definition.baseRate().isPresent()) {
            put(configuration, "learning-rate", definition.baseRate().getAsDouble());
        }
        if (stage.getNumEarlyStoppingRounds() > 0) {
            put(configuration, "early-stopping", stage.getNumEarlyStoppingRounds());
        }
        if (!data.validated()) {
            put(configuration, "evaluate-every", 0);
            put(configuration, "checkpoint-best", "off");
            if (data.train() > TESTED) {
                put(configuration, "test-examples", TESTED);
            }
        }
        int stepsOfEpoch = (data.train() + stage.getBatchSize() - 1) / stage.getBatchSize();
        if (stepsOfEpoch <= MOST_STEPS_OF_A_REPORT) {
            put(configuration, "log-every", stepsOfEpoch); // a loss for each epoch
        }
        for (String setting : stage.getSettings()) {
            configuration.put(setting);
        }
        return configuration;
    }

    private static void put(Configuration configuration, String setting, Object value) {
        configuration.put(setting, value.toString());
    }

    private TrainedNetwork trained(
            FrameColumns columns,
            FrameSource data,
            NetworkDefinition own,
            String runDir,
            Summary summary,
            EpochHistory history)
            throws IOException {
        Configuration ofRun = RunFolder.configuration(runDir, storage);
        NetworkDefinition definition = own != null
                ? own
                : Networks.zoo().under(ofRun).build(data.shape(), data.classes(), stage.getSeed() & Long.MAX_VALUE);
        Checkpoint checkpoint = checkpoints(runDir).choose(chosen(), FolderSettings.best(ofRun, definition.task()));
        var told = new LockstepTrainingSummary(
                history.epochs(),
                history.epochOf(checkpoint.state().step()),
                data.train(),
                data.validated() ? data.test() : 0,
                new LockstepTrainingSummary.Run(
                        summary.worldSize(),
                        summary.parameters(),
                        summary.steps(),
                        summary.wallSeconds(),
                        summary.examplesPerSecond(),
                        summary.parametersSha256().get(0)),
                keeps() ? runDir : "");
        LOG.info(
                "{}: {} steps on {} rows in {} s, {} rows/s",
                stage.uid(),
                summary.steps(),
                told.rows(),
                Math.round(summary.wallSeconds()),
                Math.round(summary.examplesPerSecond()));
        return new TrainedNetwork(
                NetworkText.of(definition).text(), checkpoint.model(), facts(columns, data, definition), told);
    }

    private TrainedNetwork.Facts facts(FrameColumns columns, FrameSource data, NetworkDefinition definition) {
        OutputFeed output = definition.plan().outputs().get(0);
        Normalization normalization = data.knownNormalization().orElse(null);
        List<Field> inputs =
                columns.fields().subList(0, examples.request().inputs().size());
        List<List<Integer>> shapes = new ArrayList<>();
        examples.request()
                .inputs()
                .values()
                .forEach(of -> of.forEach(column -> shapes.add(columns.shapes().get(column))));
        return new TrainedNetwork.Facts(
                inputs.stream()
                        .map(field -> new TrainedNetwork.FieldShape(field.name(), field.shape()))
                        .toList(),
                shapes,
                !columns.classNames().isEmpty(),
                output.layout().channels(),
                columns.classNames(),
                normalization == null ? null : normalization.mean(),
                normalization == null ? null : normalization.std());
    }

    private String chosen() {
        return stage.getNumEarlyStoppingRounds() > 0 ? "best" : "newest";
    }
}
