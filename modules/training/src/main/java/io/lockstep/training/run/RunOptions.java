package io.lockstep.training.run;

import io.lockstep.datasets.Augmentation;
import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.TextOptions;
import io.lockstep.datasets.formats.FormatOptions;
import io.lockstep.training.Strategy;
import io.lockstep.training.checkpoint.CheckpointStore;
import java.io.Serializable;
import java.util.List;

/**
 * A training run, resolved and checked: the same on every rank.
 *
 * @param model its name, for the checkpoint
 * @param data what is trained and tested on
 * @param strategy what ranks exchange, and how
 * @param globalBatch examples per optimizer step
 * @param microBatches parts in which a rank runs its share of a step; 1: at once
 * @param epochs passes over the training set; ignored where steps is positive
 * @param steps optimizer steps, or 0
 * @param stopAfter stop after so many steps, on schedules made for all; 0: do not
 * @param seed of everything that is random
 * @param learning the learning rate over time
 * @param augmentation of training pictures
 * @param clipNorm global norm to clip gradients to; 0 for none
 * @param logEvery steps between reports
 * @param compareEvery steps between comparisons of parameters
 * @param evaluateEvery epochs between evaluations; 0: only at the end
 * @param earlyStopping epochs without a better test, by what the best checkpoint is told, after which the run ends; 0: none
 * @param checkpoints where, how often and how many
 */
public record RunOptions(
        String model,
        DataOptions data,
        Strategy.Factory strategy,
        int globalBatch,
        int microBatches,
        int epochs,
        long steps,
        long stopAfter,
        long seed,
        LearningOptions learning,
        Augmentation augmentation,
        double clipNorm,
        int logEvery,
        int compareEvery,
        int evaluateEvery,
        int earlyStopping,
        CheckpointOptions checkpoints)
        implements Serializable {
    /** To the last step. */
    public RunOptions(
            String model,
            DataOptions data,
            Strategy.Factory strategy,
            int globalBatch,
            int microBatches,
            int epochs,
            long steps,
            long stopAfter,
            long seed,
            LearningOptions learning,
            Augmentation augmentation,
            double clipNorm,
            int logEvery,
            int compareEvery,
            int evaluateEvery,
            CheckpointOptions checkpoints) {
        this(
                model,
                data,
                strategy,
                globalBatch,
                microBatches,
                epochs,
                steps,
                stopAfter,
                seed,
                learning,
                augmentation,
                clipNorm,
                logEvery,
                compareEvery,
                evaluateEvery,
                0,
                checkpoints);
    }

    public RunOptions withEarlyStopping(int after) {
        return new RunOptions(
                model,
                data,
                strategy,
                globalBatch,
                microBatches,
                epochs,
                steps,
                stopAfter,
                seed,
                learning,
                augmentation,
                clipNorm,
                logEvery,
                compareEvery,
                evaluateEvery,
                after,
                checkpoints);
    }

    /**
     * @param name as the data catalog takes it
     * @param home folder of fetched data sets
     * @param trainExamples the first so many, or 0 for all
     * @param testExamples the first so many, or 0 for all
     * @param formats how files become examples
     * @param own data that no catalog knows, {@link Serializable}; null: look the name up
     */
    public record DataOptions(
            String name, String home, int trainExamples, int testExamples, FormatOptions formats, DataSource own)
            implements Serializable {
        /** Of the catalog's. */
        public DataOptions(String name, String home, int trainExamples, int testExamples, TextOptions texts) {
            this(name, home, trainExamples, testExamples, FormatOptions.DEFAULT.withTexts(texts), null);
        }
    }

    /**
     * @param rate the learning rate, or its peak
     * @param schedule {@code constant}, {@code step}, {@code cosine} or {@code one-cycle}
     * @param milestones of {@code step}, in epochs
     * @param factor of {@code step}
     * @param warmupEpochs of linear warm-up
     */
    public record LearningOptions(
            double rate, String schedule, List<Double> milestones, double factor, double warmupEpochs)
            implements Serializable {

        /** The rate of each of {@code steps} steps. */
        public LearningRate over(long steps, int stepsPerEpoch) {
            LearningRate base =
                    switch (schedule) {
                        case "constant" -> LearningRate.constant(rate);
                        case "step" ->
                            LearningRate.stepwise(
                                    rate,
                                    factor,
                                    milestones.stream()
                                            .map(epoch -> Math.round(epoch * stepsPerEpoch))
                                            .toList());
                        case "cosine" -> LearningRate.cosine(rate, steps);
                        case "one-cycle" -> LearningRate.oneCycle(rate, steps);
                        default -> throw new IllegalArgumentException("schedule " + schedule);
                    };
            return base.warmedUp(Math.round(warmupEpochs * stepsPerEpoch));
        }
    }

    /**
     * @param folder that holds them
     * @param every steps between them; 0: at the end of each epoch. Each test is followed by one too
     * @param keep newest ones that stay
     * @param best by what the best one is told, which stays too
     * @param resume go on from the newest whole one
     * @param owner who may write there, see {@link CheckpointStore#claim}; empty: anybody
     * @param initial file of a saved network, whose parameters a run without a checkpoint begins with; empty: none
     */
    public record CheckpointOptions(
            String folder, int every, int keep, CheckpointStore.Best best, boolean resume, String owner, String initial)
            implements Serializable {
        /** The newest ones only, by a writer that is alone. */
        public CheckpointOptions(String folder, int every, int keep, boolean resume) {
            this(folder, every, keep, CheckpointStore.Best.NONE, resume, "", "");
        }
    }
}
