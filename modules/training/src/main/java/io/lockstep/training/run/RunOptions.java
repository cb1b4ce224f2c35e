package io.lockstep.training.run;

import io.lockstep.datasets.Augmentation;
import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.TextOptions;
import io.lockstep.datasets.formats.FormatOptions;
import io.lockstep.training.Strategy;
import io.lockstep.training.checkpoint.CheckpointStore;
import java.io.Serial;
import java.io.Serializable;
import java.util.List;
import java.util.Objects;

/** A training run, resolved and checked: the same on every rank. Made by {@link #builder}. */
public final class RunOptions implements Serializable {
    @Serial
    private static final long serialVersionUID = 1;

    private final String model;
    private final DataOptions data;
    private final Strategy.Factory strategy;
    private final int globalBatch;
    private final int microBatches;
    private final int epochs;
    private final long steps;
    private final long stopAfter;
    private final long seed;
    private final LearningOptions learning;
    private final Augmentation augmentation;
    private final double clipNorm;
    private final int logEvery;
    private final int compareEvery;
    private final int evaluateEvery;
    private final int earlyStopping;
    private final CheckpointOptions checkpoints;

    private RunOptions(Builder builder) {
        model = Objects.requireNonNull(builder.model, "model");
        data = Objects.requireNonNull(builder.data, "data");
        strategy = Objects.requireNonNull(builder.strategy, "strategy");
        globalBatch = builder.globalBatch;
        microBatches = builder.microBatches;
        epochs = builder.epochs;
        steps = builder.steps;
        stopAfter = builder.stopAfter;
        seed = builder.seed;
        learning = builder.learning;
        augmentation = builder.augmentation;
        clipNorm = builder.clipNorm;
        logEvery = builder.logEvery;
        compareEvery = builder.compareEvery;
        evaluateEvery = builder.evaluateEvery;
        earlyStopping = builder.earlyStopping;
        checkpoints = Objects.requireNonNull(builder.checkpoints, "checkpoints");
    }

    /** A run of one epoch with all that has a default. */
    public static Builder builder(String model, DataOptions data, Strategy.Factory strategy) {
        return new Builder(model, data, strategy);
    }

    /** To change some of it. */
    public Builder toBuilder() {
        Builder builder = new Builder(model, data, strategy);
        builder.globalBatch = globalBatch;
        builder.microBatches = microBatches;
        builder.epochs = epochs;
        builder.steps = steps;
        builder.stopAfter = stopAfter;
        builder.seed = seed;
        builder.learning = learning;
        builder.augmentation = augmentation;
        builder.clipNorm = clipNorm;
        builder.logEvery = logEvery;
        builder.compareEvery = compareEvery;
        builder.evaluateEvery = evaluateEvery;
        builder.earlyStopping = earlyStopping;
        builder.checkpoints = checkpoints;
        return builder;
    }

    /** Its name, for the checkpoint. */
    public String model() {
        return model;
    }

    /** What is trained and tested on. */
    public DataOptions data() {
        return data;
    }

    /** What ranks exchange, and how. */
    public Strategy.Factory strategy() {
        return strategy;
    }

    /** Examples per optimizer step. */
    public int globalBatch() {
        return globalBatch;
    }

    /** Parts in which a rank runs its share of a step; 1: at once. */
    public int microBatches() {
        return microBatches;
    }

    /** Passes over the training set; ignored where steps is positive. */
    public int epochs() {
        return epochs;
    }

    /** Optimizer steps, or 0. */
    public long steps() {
        return steps;
    }

    /** Stop after so many steps, on schedules made for all; 0: do not. */
    public long stopAfter() {
        return stopAfter;
    }

    /** Of everything that is random. */
    public long seed() {
        return seed;
    }

    /** The learning rate over time. */
    public LearningOptions learning() {
        return learning;
    }

    /** Of training pictures. */
    public Augmentation augmentation() {
        return augmentation;
    }

    /** Global norm to clip gradients to; 0 for none. */
    public double clipNorm() {
        return clipNorm;
    }

    /** Steps between reports. */
    public int logEvery() {
        return logEvery;
    }

    /** Steps between comparisons of parameters. */
    public int compareEvery() {
        return compareEvery;
    }

    /** Epochs between evaluations; 0: only at the end. */
    public int evaluateEvery() {
        return evaluateEvery;
    }

    /** Epochs without a better test, by what the best checkpoint is told, after which the run ends; 0: none. */
    public int earlyStopping() {
        return earlyStopping;
    }

    /** Where, how often and how many. */
    public CheckpointOptions checkpoints() {
        return checkpoints;
    }

    private List<Object> values() {
        return List.of(
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
                earlyStopping,
                checkpoints);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RunOptions options && values().equals(options.values());
    }

    @Override
    public int hashCode() {
        return values().hashCode();
    }

    /** The values in the order of their methods. */
    @Override
    public String toString() {
        return "RunOptions" + values();
    }

    /** Each method sets what the method of the same name of {@link RunOptions} returns. */
    public static final class Builder {
        private String model;
        private DataOptions data;
        private final Strategy.Factory strategy;
        private int globalBatch = 32;
        private int microBatches = 1;
        private int epochs = 1;
        private long steps = 0;
        private long stopAfter = 0;
        private long seed = 1;
        private LearningOptions learning = LearningOptions.constant(0.1);
        private Augmentation augmentation = Augmentation.NONE;
        private double clipNorm = 0;
        private int logEvery = 1;
        private int compareEvery = 1;
        private int evaluateEvery = 0;
        private int earlyStopping = 0;
        private CheckpointOptions checkpoints;

        private Builder(String model, DataOptions data, Strategy.Factory strategy) {
            this.model = model;
            this.data = data;
            this.strategy = strategy;
        }

        public Builder model(String model) {
            this.model = model;
            return this;
        }

        public Builder data(DataOptions data) {
            this.data = data;
            return this;
        }

        public Builder globalBatch(int globalBatch) {
            this.globalBatch = globalBatch;
            return this;
        }

        public Builder microBatches(int microBatches) {
            this.microBatches = microBatches;
            return this;
        }

        public Builder epochs(int epochs) {
            this.epochs = epochs;
            return this;
        }

        public Builder steps(long steps) {
            this.steps = steps;
            return this;
        }

        public Builder stopAfter(long stopAfter) {
            this.stopAfter = stopAfter;
            return this;
        }

        public Builder seed(long seed) {
            this.seed = seed;
            return this;
        }

        public Builder learning(LearningOptions learning) {
            this.learning = learning;
            return this;
        }

        public Builder augmentation(Augmentation augmentation) {
            this.augmentation = augmentation;
            return this;
        }

        public Builder clipNorm(double clipNorm) {
            this.clipNorm = clipNorm;
            return this;
        }

        public Builder logEvery(int logEvery) {
            this.logEvery = logEvery;
            return this;
        }

        public Builder compareEvery(int compareEvery) {
            this.compareEvery = compareEvery;
            return this;
        }

        public Builder evaluateEvery(int evaluateEvery) {
            this.evaluateEvery = evaluateEvery;
            return this;
        }

        public Builder earlyStopping(int earlyStopping) {
            this.earlyStopping = earlyStopping;
            return this;
        }

        public Builder checkpoints(CheckpointOptions checkpoints) {
            this.checkpoints = checkpoints;
            return this;
        }

        public RunOptions build() {
            return new RunOptions(this);
        }
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
        /** The same rate for all steps. */
        public static LearningOptions constant(double rate) {
            return new LearningOptions(rate, "constant", List.of(), 1, 0);
        }

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
