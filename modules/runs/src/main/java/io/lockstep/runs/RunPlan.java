package io.lockstep.runs;

import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.storage.Storage;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.dl4j.SavedNetwork;
import io.lockstep.runs.folder.RunFolder;
import io.lockstep.runs.networks.DataChecks;
import io.lockstep.runs.networks.InitialModel;
import io.lockstep.runs.networks.Networks;
import io.lockstep.runs.settings.AugmentationSettings;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.DataSettings;
import io.lockstep.runs.settings.DistributionSettings;
import io.lockstep.runs.settings.FolderSettings;
import io.lockstep.runs.settings.GameSettings;
import io.lockstep.runs.settings.LearningSettings;
import io.lockstep.runs.settings.NetworkBuilder;
import io.lockstep.runs.settings.NetworkSource;
import io.lockstep.runs.settings.Origin;
import io.lockstep.runs.settings.RunFacts;
import io.lockstep.runs.settings.RunSettings;
import io.lockstep.runs.settings.RuntimeSettings;
import io.lockstep.runs.settings.Settings;
import io.lockstep.runs.settings.SettingsJudgement;
import io.lockstep.runs.settings.UsageException;
import io.lockstep.runs.spark.SparkJobs;
import io.lockstep.runs.tracking.RunTracking;
import io.lockstep.spark.HadoopStorage;
import io.lockstep.training.checkpoint.CheckpointStore;
import io.lockstep.training.checkpoint.ForeignCheckpointException;
import io.lockstep.training.checkpoint.TrainingState;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.deeplearning4j.nn.conf.BackpropType;

/**
 * A run that nothing is wrong with, as far as it can be known on the driver: before its folder, an application or an executor
 * exists. A run starts from it; {@code --dry-run} and {@code doctor} make one to say what would stop the run.
 *
 * @param builder of the network, under the settings that are in force
 * @param settings what was asked for beside it, as ranks get it
 * @param notes what a person should know of the settings and the data, in the order in which it is told
 */
public record RunPlan(
        DataSource data,
        NetworkBuilder builder,
        NetworkDefinition network,
        InitialModel initial,
        RunSettings settings,
        List<String> notes) {

    /**
     * @param configuration its paths become absolute, and what it leaves to the run is put in
     * @param conf of Spark; gets what the strategy needs of it
     * @throws UsageException saying what is wrong
     */
    public static RunPlan of(
            Configuration configuration, NetworkSource source, SparkConf conf, HadoopStorage storage, boolean resume)
            throws IOException {
        return of(configuration, source, null, conf, storage, resume);
    }

    /** @param ownData a program's own; null: the data that the settings name */
    static RunPlan of(
            Configuration configuration,
            NetworkSource source,
            DataSource ownData,
            SparkConf conf,
            HadoopStorage storage,
            boolean resume)
            throws IOException {
        Map<String, String> notes = new LinkedHashMap<>(settings(configuration, source, conf));
        NetworkBuilder builder = source.under(configuration);
        String runDir = configuration.get(FolderSettings.RUN_DIR);
        configuration.derive(
                FolderSettings.RUN_DIR, storage.qualify(runDir.isEmpty() ? RunFolder.named(configuration) : runDir));
        RunTracking.resolve(configuration);
        if (ownData == null) {
            SparkJobs.resolveData(configuration, storage);
        }
        InitialModel initial = InitialModel.of(configuration, resume, storage);
        DataSource data = ownData == null ? SparkJobs.openData(configuration, storage) : ownData;
        DataChecks.requireTrainable(data, configuration);
        notes.putAll(together(configuration, source, conf, data)); // which knows more, and has the last word
        NetworkDefinition definition =
                builder.build(data.shape(), data.classes(), configuration.get(DistributionSettings.SEED));
        RunSettings settings = RunSettings.of(configuration);
        SparkJobs.check(settings, conf);
        MasterJobs.check(configuration, conf, resume);
        Networks.tryOut(source, definition, data, configuration);
        List<String> ofInitial = initial.requireFits(definition);
        if (resume) {
            requireContinuable(configuration, source, definition, data, storage);
        }
        data.verify(); // takes longest, so last
        List<String> told = new ArrayList<>(SettingsJudgement.told(notes));
        told.addAll(ofInitial);
        DataChecks.suspicion(data, definition).ifPresent(told::add);
        return new RunPlan(data, builder, definition, initial, settings, List.copyOf(told));
    }

    /**
     * What is wrong with the settings as a whole, without looking at files.
     *
     * @param conf of Spark, or null where it is not known
     * @return notes, by setting
     */
    public static Map<String, String> settings(Configuration configuration, NetworkSource source, SparkConf conf) {
        Map<String, String> notes = SettingsJudgement.of(RunFacts.of(configuration, source, conf));
        source.check(configuration);
        MasterJobs.requireInBuild(configuration);
        RunTracking.check(configuration);
        SettingsJudgement.requireTogether(configuration);
        return notes;
    }

    /**
     * What is wrong with the settings, the data and the network together.
     *
     * @param conf as above
     * @return notes, by setting
     */
    public static Map<String, String> together(
            Configuration configuration, NetworkSource source, SparkConf conf, DataSource data) {
        if (configuration.get(AugmentationSettings.FLIP).equals("auto")) {
            configuration.derive(
                    AugmentationSettings.FLIP,
                    String.valueOf(data.hasPictures() && data.shape().channels() > 1));
        }
        NetworkDefinition network = source.under(configuration)
                .build(data.shape(), data.classes(), configuration.get(DistributionSettings.SEED));
        try {
            network.requireRatesWithoutSchedules();
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage(), e);
        }
        Map<String, String> notes = SettingsJudgement.of(new RunFacts(configuration, source, conf, data, network));
        FolderSettings.best(configuration, network.task()); // refuses a metric that the task has not
        GameSettings.check(network, configuration, data);
        Networks.requireReads(network, data, configuration);
        Networks.checkRuntime(network, configuration);
        Networks.checkLossColumns(network, data, configuration);
        Networks.checkBucket(network, configuration);
        MasterJobs.checkModel(network, configuration);
        if (network.configuration().getBackpropType() == BackpropType.TruncatedBPTT
                && RuntimeSettings.of(configuration).byDl4j()) {
            throw new UsageException("the network truncates back-propagation, which is the compiled runtime's; leave"
                    + " runtime = auto");
        }
        rateNote(configuration, source, network)
                .ifPresent(note -> notes.put(LearningSettings.LEARNING_RATE.name(), note));
        return notes;
    }

    /** Of a program's network whose own rate is another one than the default that nobody asked for. */
    private static Optional<String> rateNote(
            Configuration configuration, NetworkSource source, NetworkDefinition network) {
        double rate = configuration.get(LearningSettings.LEARNING_RATE);
        boolean silent = source.own()
                && configuration.origin(LearningSettings.LEARNING_RATE) == Origin.DEFAULT
                && network.baseRate().isPresent()
                && network.baseRate().getAsDouble() != rate;
        return silent
                ? Optional.of("learning-rate = " + rate + ", the default, takes the place of the network's own, "
                        + network.baseRate().getAsDouble() + ": set learning-rate, and schedule = constant if the rate"
                        + " shall stay as it is")
                : Optional.empty();
    }

    /** What a rank would find when it reads the newest checkpoint, if there is one. */
    private static void requireContinuable(
            Configuration configuration,
            NetworkSource source,
            NetworkDefinition network,
            DataSource data,
            HadoopStorage storage)
            throws IOException {
        String folder = configuration.get(FolderSettings.RUN_DIR) + "/checkpoints";
        var store = new CheckpointStore(storage, folder, 1, warning -> {});
        Optional<TrainingState> newest = store.newestState();
        if (newest.isEmpty()) {
            return;
        }
        var mine = new TrainingState(
                0,
                configuration.get(DataSettings.MODEL),
                configuration.get(DataSettings.DATA),
                DataChecks.trainingExamples(data, configuration),
                configuration.get(DistributionSettings.GLOBAL_BATCH),
                configuration.get(DistributionSettings.SEED),
                configuration.get(DistributionSettings.STRATEGY),
                configuration.get(DistributionSettings.WORKERS));
        try {
            newest.get().requireContinuable(mine);
        } catch (ForeignCheckpointException e) {
            throw new UsageException(e.getMessage(), e);
        }
        boolean mayBeAnother = source.own()
                || configuration.origin(DistributionSettings.FREEZE) == Origin.CALL
                || Settings.all().stream()
                        .anyMatch(setting ->
                                setting.heeded().ofNetwork() && configuration.origin(setting) == Origin.CALL);
        if (!mayBeAnother) {
            return;
        }
        String file = Storage.join(store.path(newest.get().step()), CheckpointStore.MODEL);
        try (InputStream in = storage.open(file)) {
            SavedNetwork.requireSame(in, network);
        } catch (IOException e) {
            throw new UsageException("the run cannot go on from " + file + ": " + e.getMessage(), e);
        }
    }
}
