package io.lockstep.training;

import io.lockstep.collectives.ProcessGroup;
import io.lockstep.datasets.Batch;
import io.lockstep.datasets.Sampler;
import java.util.List;
import java.util.function.Supplier;

/** The steps of one rank, in order; see the package for the list. One thread, the one that owns the replica. */
public final class Trainer {
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
    public record Plan(long firstStep, long lastStep, int logEvery, int compareEvery, int maxSkippedSteps, long seed) {}

    /** What happens around the steps. Called on every rank alike, so collectives are allowed. */
    public interface Listener {
        /** Before each step; throws to stop the run. */
        void beforeStep(long step);

        void onReport(StepReport report);

        /**
         * @param stepsDone updates done, this one included
         * @param endOfEpoch this was the epoch's last step
         * @param endOfRun this was the run's last step
         */
        void afterStep(long stepsDone, boolean endOfEpoch, boolean endOfRun);
    }

    private final Replica replica;
    private final ProcessGroup group;
    private final Strategy strategy;
    private final Sampler sampler;
    private final Supplier<Batch> batches;
    private final LearningRate learningRate;
    private final Plan plan;
    private final Listener listener;

    private RankReport window = RankReport.NOTHING;
    private int windowSteps;
    private long windowStartNanos;
    private int consecutiveSkips;

    /** @param batches this rank's batches from {@code plan.firstStep()} on, as {@code sampler} draws them */
    public Trainer(
            Replica replica,
            ProcessGroup group,
            Strategy strategy,
            Sampler sampler,
            Supplier<Batch> batches,
            LearningRate learningRate,
            Plan plan,
            Listener listener) {
        this.replica = replica;
        this.group = group;
        this.strategy = strategy;
        this.sampler = sampler;
        this.batches = batches;
        this.learningRate = learningRate;
        this.plan = plan;
        this.listener = listener;
    }

    /**
     * Runs all steps.
     *
     * @return the parameter hash of each rank, all equal
     * @throws DivergedException after too many non-finite gradients in a row
     * @throws ReplicasDifferException if ranks hold different parameters
     */
    public List<String> run() {
        strategy.placeParameters();
        List<String> hashes = ParameterHash.compare(replica, group, plan.firstStep());
        windowStartNanos = System.nanoTime();
        for (long index = plan.firstStep(); index < plan.lastStep(); index++) {
            listener.beforeStep(index);
            Step step = train(index);
            long done = index + 1;
            boolean endOfRun = done == plan.lastStep();
            boolean endOfEpoch = done % sampler.stepsPerEpoch() == 0;
            if (endOfRun || done % plan.logEvery() == 0) {
                report(step);
            }
            if (endOfRun || done % plan.compareEvery() == 0) {
                hashes = ParameterHash.compare(replica, group, done);
            }
            long before = System.nanoTime();
            listener.afterStep(done, endOfEpoch, endOfRun);
            windowStartNanos += System.nanoTime() - before; // evaluation and checkpoints are not training speed
        }
        return hashes;
    }

    private Step train(long index) {
        long start = System.nanoTime();
        Batch batch = batches.get();
        int epoch = Math.toIntExact(sampler.epoch(index));
        Step step = new Step(index, epoch, learningRate.at(index), sampler.globalBatchSize(index), batch.size());
        long loaded = System.nanoTime();
        GradientListener gradients = strategy.begin(step);
        BatchResult result = replica.forwardBackward(batch, noiseSeed(index), gradients);
        long computed = System.nanoTime();
        Strategy.Exchange exchange = strategy.finish(step);
        window = window.plus(new RankReport(
                result.examples(),
                result.lossSum(),
                result.correct(),
                exchange.skipped() ? 1 : 0,
                loaded - start,
                computed - loaded,
                exchange.waitNanos(),
                exchange.communicationNanos(),
                exchange.updateNanos()));
        windowSteps++;
        consecutiveSkips = exchange.skipped() ? consecutiveSkips + 1 : 0;
        if (consecutiveSkips > plan.maxSkippedSteps()) {
            throw new DivergedException(index, consecutiveSkips);
        }
        return step;
    }

    /** Differs between ranks and steps; a rank's noise in a step does not depend on where the run was resumed. */
    private long noiseSeed(long step) {
        long mixed =
                plan.seed() * 0x9E3779B97F4A7C15L + step * 0xBF58476D1CE4E5B9L + group.rank() * 0x94D049BB133111EBL;
        return (mixed ^ (mixed >>> 31)) & Long.MAX_VALUE;
    }

    /** Examples that all ranks have seen in the first {@code steps} steps of the run. */
    private long examplesBefore(long steps) {
        return sampler.epoch(steps) * sampler.examples() + (long) sampler.stepInEpoch(steps) * sampler.globalBatch();
    }

    private void report(Step step) {
        List<RankReport> ranks = group.allGatherRecords(window.toBytes()).stream()
                .map(RankReport::fromBytes)
                .toList();
        long now = System.nanoTime();
        long done = step.index() + 1;
        listener.onReport(StepReport.of(
                ranks,
                done,
                step.epoch(),
                windowSteps,
                examplesBefore(done),
                step.learningRate(),
                now - windowStartNanos));
        window = RankReport.NOTHING;
        windowSteps = 0;
        windowStartNanos = now;
    }
}
