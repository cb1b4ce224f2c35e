package io.lockstep.spark.ml;

import java.io.Serializable;
import java.util.Map;

/**
 * An epoch of a fit.
 *
 * @param epoch from 0
 * @param trainLoss mean over the rows that were trained on, without regularisation; NaN where nothing was reported
 * @param learningRate of its last step
 * @param validationLoss of the rows of {@code validationIndicatorCol}; NaN without any
 * @param validationMetrics by name, such as {@code accuracy}; empty without such rows
 */
public record TrainingEpoch(
        int epoch, double trainLoss, double learningRate, double validationLoss, Map<String, Double> validationMetrics)
        implements Serializable {
    public TrainingEpoch {
        validationMetrics = validationMetrics == null ? Map.of() : Map.copyOf(validationMetrics);
    }
}
