package io.lockstep.spark.ml;

import io.lockstep.networks.NetworkDefinition;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.DistributionSettings;
import io.lockstep.runs.settings.UsageException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntArrayParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.param.StringArrayParam;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;

/**
 * What is trained, on which columns, and how long: of the estimator.
 *
 * @param <T> the stage itself, which its setters return
 */
public interface TrainingParams<T extends TrainingParams<T>> extends PredictionParams<T> {
    /** The parameters of one stage. */
    final class Training {
        private final Param<String> labelCol;
        private final Param<String> weightCol;
        private final Param<String> validationIndicatorCol;
        private final Param<String> network;
        private final IntArrayParam featuresShape;
        private final IntParam numWorkers;
        private final IntParam maxIter;
        private final IntParam batchSize;
        private final DoubleParam stepSize;
        private final LongParam seed;
        private final Param<String> strategy;
        private final IntParam numEarlyStoppingRounds;
        private final StringArrayParam settings;
        private final Param<String> runDir;

        /** @param stage whose uid is there already */
        Training(Params stage) {
            labelCol = new Param<>(
                    stage,
                    "labelCol",
                    "column of the label: a class by its number or its name, or what is to be predicted");
            weightCol = new Param<>(
                    stage, "weightCol", "column of how much a row counts in the loss; not set: all the same");
            validationIndicatorCol = new Param<>(
                    stage,
                    "validationIndicatorCol",
                    "boolean column: rows that are not trained on, and tested on after each epoch");
            network = new Param<>(
                    stage,
                    "network",
                    "the network: a name of Lockstep's zoo, or a Deeplearning4j configuration as JSON (setNetwork takes the"
                            + " configuration itself)");
            featuresShape = new IntArrayParam(
                    stage,
                    "featuresShape",
                    "shape in which features are read, for example 1, 28, 28; not set: as they are");
            numWorkers = new IntParam(
                    stage, "numWorkers", "ranks, each a Spark task with a copy of the network", ParamValidators.gt(0));
            maxIter = new IntParam(stage, "maxIter", "epochs: passes over the training rows", ParamValidators.gt(0));
            batchSize = new IntParam(
                    stage, "batchSize", "rows in an optimizer step, over all workers together", ParamValidators.gt(0));
            stepSize = new DoubleParam(
                    stage,
                    "stepSize",
                    "learning rate; not set: the network's own, or Lockstep's default for a network of the zoo",
                    ParamValidators.gt(0));
            seed = new LongParam(stage, "seed", "seed of everything that is random");
            strategy = new Param<>(stage, "strategy", "what workers exchange, and how");
            numEarlyStoppingRounds = new IntParam(
                    stage,
                    "numEarlyStoppingRounds",
                    "stop after so many epochs in which the rows of validationIndicatorCol were predicted no better, and take"
                            + " the best epoch's network; 0: train to the end",
                    ParamValidators.gtEq(0));
            settings = new StringArrayParam(
                    stage, "settings", "other settings of Lockstep, each KEY=VALUE (set adds one)");
            runDir = new Param<>(
                    stage,
                    "runDir",
                    "folder in which each fit gets a folder for its run, which stays; empty: a temporary folder, which does"
                            + " not");
            setDefaults(stage);
        }

        private void setDefaults(Params stage) {
            stage.setDefault(labelCol, "label");
            stage.setDefault(numWorkers, usual(DistributionSettings.WORKERS.defaultText()));
            stage.setDefault(maxIter, usual(DistributionSettings.EPOCHS.defaultText()));
            stage.setDefault(batchSize, usual(DistributionSettings.GLOBAL_BATCH.defaultText()));
            stage.setDefault(seed, (Object) Long.valueOf(DistributionSettings.SEED.defaultText()));
            stage.setDefault(strategy, DistributionSettings.STRATEGY.defaultText());
            stage.setDefault(numEarlyStoppingRounds, (Object) 0);
            stage.setDefault(settings, new String[0]);
            stage.setDefault(runDir, "");
        }

        private static Object usual(String text) {
            return Integer.valueOf(text);
        }
    }

    /** Made after the uid, in the stage's constructor. */
    Training training();

    @SuppressWarnings("unchecked") // a stage is its own T
    private T with(Param<?> param, Object value) {
        set((Param<Object>) param, value);
        return (T) this;
    }

    default Param<String> labelCol() {
        return training().labelCol;
    }

    default Param<String> weightCol() {
        return training().weightCol;
    }

    default Param<String> validationIndicatorCol() {
        return training().validationIndicatorCol;
    }

    default Param<String> network() {
        return training().network;
    }

    default IntArrayParam featuresShape() {
        return training().featuresShape;
    }

    default IntParam numWorkers() {
        return training().numWorkers;
    }

    default IntParam maxIter() {
        return training().maxIter;
    }

    default IntParam batchSize() {
        return training().batchSize;
    }

    default DoubleParam stepSize() {
        return training().stepSize;
    }

    default LongParam seed() {
        return training().seed;
    }

    default Param<String> strategy() {
        return training().strategy;
    }

    default IntParam numEarlyStoppingRounds() {
        return training().numEarlyStoppingRounds;
    }

    default StringArrayParam settings() {
        return training().settings;
    }

    default Param<String> runDir() {
        return training().runDir;
    }

    default String getLabelCol() {
        return getOrDefault(labelCol());
    }

    default String getWeightCol() {
        return getOrDefault(weightCol());
    }

    default String getValidationIndicatorCol() {
        return getOrDefault(validationIndicatorCol());
    }

    default String getNetwork() {
        return getOrDefault(network());
    }

    default int[] getFeaturesShape() {
        return getOrDefault(featuresShape());
    }

    default int getNumWorkers() {
        return (Integer) getOrDefault(numWorkers());
    }

    default int getMaxIter() {
        return (Integer) getOrDefault(maxIter());
    }

    default int getBatchSize() {
        return (Integer) getOrDefault(batchSize());
    }

    default double getStepSize() {
        return (Double) getOrDefault(stepSize());
    }

    default long getSeed() {
        return (Long) getOrDefault(seed());
    }

    default String getStrategy() {
        return getOrDefault(strategy());
    }

    default int getNumEarlyStoppingRounds() {
        return (Integer) getOrDefault(numEarlyStoppingRounds());
    }

    default String[] getSettings() {
        return getOrDefault(settings());
    }

    default String getRunDir() {
        return getOrDefault(runDir());
    }

    default T setLabelCol(String column) {
        return with(labelCol(), column);
    }

    default T setWeightCol(String column) {
        return with(weightCol(), column);
    }

    default T setValidationIndicatorCol(String column) {
        return with(validationIndicatorCol(), column);
    }

    /** A network of the zoo by its name, or what {@link #getNetwork} has returned. */
    default T setNetwork(String nameOrJson) {
        return with(network(), NetworkText.parse(nameOrJson).text());
    }

    /** Layers one after the other. What they read follows from the features. */
    default T setNetwork(MultiLayerConfiguration layers) {
        return with(network(), NetworkText.of(layers).text());
    }

    /** A graph of layers. What its inputs read follows from the features. */
    default T setNetwork(ComputationGraphConfiguration graph) {
        return with(network(), NetworkText.of(graph).text());
    }

    /** A graph, of which is also told what its inputs read and which columns they are fed from. */
    default T setNetwork(NetworkDefinition definition) {
        return with(network(), NetworkText.of(definition).text());
    }

    default T setFeaturesShape(int... sizes) {
        return with(featuresShape(), sizes.clone());
    }

    default T setNumWorkers(int ranks) {
        return with(numWorkers(), ranks);
    }

    default T setMaxIter(int epochs) {
        return with(maxIter(), epochs);
    }

    default T setBatchSize(int rows) {
        return with(batchSize(), rows);
    }

    default T setStepSize(double rate) {
        return with(stepSize(), rate);
    }

    default T setSeed(long value) {
        return with(seed(), value);
    }

    default T setStrategy(String word) {
        new Configuration().put(DistributionSettings.STRATEGY.name(), word); // refuses an unknown one
        return with(strategy(), word);
    }

    default T setNumEarlyStoppingRounds(int epochs) {
        return with(numEarlyStoppingRounds(), epochs);
    }

    default T setRunDir(String folder) {
        return with(runDir(), folder);
    }

    /**
     * Any setting of Lockstep, or any parameter, by its name.
     *
     * @throws UsageException for a setting that there is not, with the nearest one, or a value that it does not allow
     */
    @SuppressWarnings("unchecked") // a stage is its own T
    default T set(String key, String value) {
        if (SettingParameters.set(this, key, value)) {
            return (T) this;
        }
        new Configuration().put(key, value);
        List<String> all = new ArrayList<>(Arrays.asList(getSettings()));
        all.removeIf(each -> each.startsWith(key + "="));
        all.add(key + "=" + value);
        return with(settings(), all.toArray(String[]::new));
    }
}
