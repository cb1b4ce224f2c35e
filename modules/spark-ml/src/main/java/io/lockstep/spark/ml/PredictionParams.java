package io.lockstep.spark.ml;

import java.util.List;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.param.Params;
import org.apache.spark.ml.param.StringArrayParam;

/**
 * Which columns are read, and which are written: of estimator and model.
 *
 * @param <T> the stage itself, which its setters return
 */
public interface PredictionParams<T extends PredictionParams<T>> extends Params {
    /** The parameters of one stage. */
    final class Columns {
        private final Param<String> featuresCol;
        private final StringArrayParam featuresCols;
        private final Param<String> predictionCol;
        private final Param<String> probabilityCol;
        private final Param<String> rawPredictionCol;
        private final IntParam inferBatchSize;

        /** @param stage whose uid is there already */
        Columns(Params stage) {
            featuresCol = new Param<>(
                    stage,
                    "featuresCol",
                    "column of features: a vector, an array of numbers, a number, Spark's image struct, or PNG and JPEG files");
            featuresCols = new StringArrayParam(
                    stage,
                    "featuresCols",
                    "columns of features, in place of featuresCol: numbers one after the other; of a network with several"
                            + " inputs, a column for each, of its name");
            predictionCol = new Param<>(
                    stage,
                    "predictionCol",
                    "column that gets the class, or the number, or a vector of several numbers");
            probabilityCol = new Param<>(
                    stage, "probabilityCol", "column that gets the probabilities of classes; empty: none is added");
            rawPredictionCol = new Param<>(
                    stage,
                    "rawPredictionCol",
                    "column that gets the logarithms of the probabilities; empty: none is added");
            inferBatchSize = new IntParam(
                    stage, "inferBatchSize", "rows that the network is asked about at once", ParamValidators.gt(0));
            stage.setDefault(featuresCol, "features");
            stage.setDefault(predictionCol, "prediction");
            stage.setDefault(probabilityCol, "probability");
            stage.setDefault(rawPredictionCol, "rawPrediction");
            stage.setDefault(inferBatchSize, 256);
        }
    }

    /** Made after the uid, in the stage's constructor. */
    Columns columns();

    @SuppressWarnings("unchecked") // a stage is its own T
    private T with(Param<?> param, Object value) {
        set((Param<Object>) param, value);
        return (T) this;
    }

    default Param<String> featuresCol() {
        return columns().featuresCol;
    }

    default StringArrayParam featuresCols() {
        return columns().featuresCols;
    }

    default Param<String> predictionCol() {
        return columns().predictionCol;
    }

    default Param<String> probabilityCol() {
        return columns().probabilityCol;
    }

    default Param<String> rawPredictionCol() {
        return columns().rawPredictionCol;
    }

    default IntParam inferBatchSize() {
        return columns().inferBatchSize;
    }

    default String getFeaturesCol() {
        return getOrDefault(featuresCol());
    }

    default String[] getFeaturesCols() {
        return getOrDefault(featuresCols());
    }

    default String getPredictionCol() {
        return getOrDefault(predictionCol());
    }

    default String getProbabilityCol() {
        return getOrDefault(probabilityCol());
    }

    default String getRawPredictionCol() {
        return getOrDefault(rawPredictionCol());
    }

    default int getInferBatchSize() {
        return (Integer) getOrDefault(inferBatchSize());
    }

    /** One column; the last of this and {@link #setFeaturesCols} counts. */
    default T setFeaturesCol(String column) {
        clear(featuresCols());
        return with(featuresCol(), column);
    }

    /** Several columns. */
    default T setFeaturesCol(String[] columns) {
        return setFeaturesCols(columns);
    }

    /** Several columns; the last of this and {@link #setFeaturesCol} counts. */
    default T setFeaturesCols(String... columns) {
        return with(featuresCols(), columns.clone());
    }

    default T setPredictionCol(String column) {
        return with(predictionCol(), column);
    }

    default T setProbabilityCol(String column) {
        return with(probabilityCol(), column);
    }

    default T setRawPredictionCol(String column) {
        return with(rawPredictionCol(), column);
    }

    default T setInferBatchSize(int rows) {
        return with(inferBatchSize(), rows);
    }

    /** One or several, in their order. */
    default List<String> features() {
        return isSet(featuresCols()) ? List.of(getFeaturesCols()) : List.of(getFeaturesCol());
    }
}
