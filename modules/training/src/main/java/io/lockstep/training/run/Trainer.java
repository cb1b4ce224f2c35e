package io.lockstep.training.run;

import io.lockstep.collectives.ProcessGroup;
import io.lockstep.datasets.Batch;
import io.lockstep.datasets.loading.Epochs;
import io.lockstep.training.ParameterHash;
import io.lockstep.training.RankReport;
import io.lockstep.training.Replica;
import io.lockstep.training.Step;
import io.lockstep.training.StepReport;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Supplier;

/** The steps of one rank, in order; see the package for the list. One thread, the one that owns the replica. */
final class Trainer {
    /**
     * What to run.
     *
     * @param firstStep 0, or the steps that the checkpoint had done
     * @param lastStep exclusive
     * @param logEvery steps between reports; the last step is always reported
     * @param compareEvery steps between comparisons of all ranks' parameters; the last step is always followed by one
     * @param maxSkippedSteps consecutive steps with a non-finite gradient after which the run has diverged
     * @param seed noise (dropout and the like) is drawn from it
     */
    record Plan(long firstStep, long lastStep, int logEvery, int compareEvery, int maxSkippedSteps, long seed) {}

    /** What happens around the steps. Called on every rank alike, so collectives are allowed. */
    interface Listener {
        /**
         * Before each step; throws to stop the run.
         *
         * @return whether this rank must soon be gone
         */
        boolean beforeStep(long step);

        void onReport(StepReport report);

        /**
         * @param replicasEqual all ranks hold the same parameters now; true at the end of an epoch and of the run
         * @return whether the run ends here, before its last step, on all ranks; only where replicas are equal
         */
        boolean afterStep(Step step, boolean replicasEqual);

        /** A rank must soon be gone, and all hold the same parameters now. Throws, unless the run is over anyway. */
        void onDeparture(Step step, int rank);
    }

    private final Replica replica;
    private final ProcessGroup group;
    private final Turns turns;
    private final Epochs epochs;
    private final Supplier<Batch> batches;
    private final LearningRate learningRate;
    private final Plan plan;
    private final Listener listener;

    private RankReport window = RankReport.NOTHING;
    private int windowSteps;
    private long windowStartNanos;
    private int consecutiveSkips;
    private boolean compareDue;

    /**
     * @param turns of the replica
     * @param batches this rank's batches from {@code plan.firstStep()} on, as {@code epochs} has them
     */
    Trainer(
            Replica replica,
            ProcessGroup group,
            Turns turns,
            Epochs epochs,
            Supplier<Batch> batches,
            LearningRate learningRate,
            Plan plan,
            Listener listener) {
        this.replica = replica;
        this.group = group;
        this.turns = turns;
        this.epochs = epochs;
        this.batches = batches;
        this.learningRate = learningRate;
        this.plan = plan;
        this.listener = listener;
    }

    /**
     * Runs all steps.
     *
     * @param rankStates what {@link io.lockstep.training.Strategy#loadRankStates} takes; null where the run does not go on from a checkpoint
     * @return the parameter hash of each rank, all equal
     * @throws DivergedException after too many non-finite gradients in a row
     * @throws io.lockstep.training.ReplicasDifferException if ranks hold different parameters
     */
    List<String> run(List<byte[]> rankStates) {
        turns.placeParameters();
        if (rankStates != null) {
            turns.loadRankStates(rankStates);
        }
        List<String> hashes = ParameterHash.compare(replica, group, plan.firstStep());
        windowStartNanos = System.nanoTime();
        var departure = new Preemption(group);
        boolean replicasEqual = true;
        for (long index = plan.firstStep(); index < plan.lastStep(); index++) {
            boolean leaving = listener.beforeStep(index);
            long sentBefore = group.bytesSent();
            if (replicasEqual) {
                departure.ask(leaving);
            }
            long start = System.nanoTime();
            Batch batch = batches.get();
            long dataWaitNanos = System.nanoTime() - start;
            Step step = step(index, batch.size());
            replicasEqual = train(step, batch);
            OptionalInt leaver = replicasEqual ? departure.answer() : OptionalInt.empty();
            window = window.plus(RankReport.around(batch.size(), dataWaitNanos, group.bytesSent() - sentBefore));
            long done = index + 1;
            if (step.endOfRun() || done % plan.logEvery() == 0) {
                report(step);
            }
            compareDue |= step.endOfRun() || done % plan.compareEvery() == 0;
            if (compareDue && replicasEqual) {
                hashes = ParameterHash.compare(replica, group, done);
                compareDue = false;
            }
            if (leaver.isPresent()) {
                listener.onDeparture(step, leaver.getAsInt());
            }
            long before = System.nanoTime();
            boolean over = listener.afterStep(step, replicasEqual);
            windowStartNanos += System.nanoTime() - before; // evaluation and checkpoints are not training speed
            if (over) {
                return endEarly(step);
            }
        }
        return hashes;
    }

    /** What the last step is followed by, unless it was already. */
    private List<String> endEarly(Step step) {
        if (windowSteps > 0) {
            report(step);
        }
        requireNumbers(step);
        return ParameterHash.compare(replica, group, step.index() + 1);
    }

    private Step step(long index, int localExamples) {
        return new Step(
                index,
                Math.toIntExact(epochs.epoch(index)),
                learningRate.at(index),
                epochs.globalBatchSize(index),
                localExamples,
                (index + 1) % epochs.stepsPerEpoch() == 0,
                index + 1 == plan.lastStep());
    }

    /** Returns whether all ranks hold the same parameters now. */
    private boolean train(Step step, Batch batch) {
        int stepsLeftInEpoch = epochs.stepsPerEpoch() - 1 - epochs.stepInEpoch(step.index());
        long stepsLeftInRun = plan.lastStep() - 1 - step.index();
        RankReport report = turns.play(step, batch, noiseSeed(step.index()), stepsLeftInEpoch, stepsLeftInRun);
        window = window.plus(report);
        windowSteps++;
        consecutiveSkips = report.skippedSteps() > 0 ? consecutiveSkips + 1 : 0;
        if (consecutiveSkips > plan.maxSkippedSteps()) {
            throw new DivergedException(step.index(), consecutiveSkips, badLayer(replica.gradients()));
        }
        if (step.endOfRun()) {
            requireNumbers(step);
        }
        return turns.replicasEqual();
    }

    /** A run that diverges in its last steps has too few left to be found by their number. */
    private void requireNumbers(Step step) {
        replica.toHost();
        String where = badLayer(replica.parameters());
        if (!where.isEmpty()) {
            throw new DivergedException(step.index(), where);
        } else if (consecutiveSkips > 1) {
            throw new DivergedException(step.index(), consecutiveSkips, badLayer(replica.gradients()));
        }
    }

    /** Of the layers with a number that is not finite, the one nearest to the loss: backward came there first. */
    private String badLayer(ByteBuffer vector) {
        for (int i = vector.limit() / Float.BYTES - 1; i >= 0; i--) {
            if (!Float.isFinite(vector.getFloat(i * Float.BYTES))) {
                return ", nearest to the loss in layer " + replica.layerAt(i);
            }
        }
        return "";
    }

    /** Differs between steps; neither the number of ranks nor where a run was resumed matters. */
    private long noiseSeed(long step) {
        long mixed = plan.seed() * 0x9E3779B97F4A7C15L + step * 0xBF58476D1CE4E5B9L;
        return (mixed ^ (mixed >>> 31)) & Long.MAX_VALUE;
    }

    private void report(Step step) {
        List<RankReport> ranks = group.allGatherRecords(window.toBytes()).stream()
                .map(RankReport::fromBytes)
                .toList();
        long now = System.nanoTime();
        long done = step.index() + 1;
        listener.onReport(StepReport.of(
                ranks,
                replica.measures(),
                done,
                step.epoch(),
                windowSteps,
                epochs.examplesBefore(done),
                step.learningRate(),
                now - windowStartNanos));
        window = RankReport.NOTHING;
        windowSteps = 0;
        windowStartNanos = now;
    }
}
