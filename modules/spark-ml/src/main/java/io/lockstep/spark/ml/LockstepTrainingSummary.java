package io.lockstep.spark.ml;

import java.io.Serializable;
import java.util.List;

/**
 * How a fit went.
 *
 * @param history by epoch
 * @param chosenEpoch the epoch whose network the model has, from 0
 * @param rows that were trained on
 * @param validationRows that were tested on
 * @param run what trained
 * @param runDir folder of the run, if it was kept; or empty
 */
public record LockstepTrainingSummary(
        List<TrainingEpoch> history, int chosenEpoch, long rows, long validationRows, Run run, String runDir)
        implements Serializable {
    /**
     * The run of a fit.
     *
     * @param workers ranks
     * @param parameters trained ones
     * @param steps of the optimizer
     * @param seconds executors' start included
     * @param rowsPerSecond in training steps
     * @param parametersSha256 of the final parameters, the same on all ranks
     */
    public record Run(
            int workers, long parameters, long steps, double seconds, double rowsPerSecond, String parametersSha256)
            implements Serializable {}

    public LockstepTrainingSummary {
        history = List.copyOf(history);
    }

    /** Loss of each epoch, in order. */
    public double[] objectiveHistory() {
        return history.stream().mapToDouble(TrainingEpoch::trainLoss).toArray();
    }

    public int totalIterations() {
        return history.size();
    }
}
