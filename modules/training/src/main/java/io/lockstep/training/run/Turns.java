package io.lockstep.training.run;

import io.lockstep.datasets.Batch;
import io.lockstep.training.BatchResult;
import io.lockstep.training.GradientListener;
import io.lockstep.training.RankReport;
import io.lockstep.training.Replica;
import io.lockstep.training.Step;
import io.lockstep.training.Strategy;
import io.lockstep.training.Trainee;
import io.lockstep.training.Turn;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * The turns of a replica in their order, with a strategy for each: one, unless networks play against each other. Each
 * counts steps of its own: with a turn in every k-th step, its n-th update has index n, and the last one of an epoch is
 * its last turn there.
 */
final class Turns {
    private final List<Played> turns = new ArrayList<>();

    private static final class Played {
        final int everySteps;
        final Strategy strategy;
        final MicroBatches microBatches;
        boolean replicasEqual = true;

        Played(Turn turn, Strategy strategy, int parts) {
            this.everySteps = turn.everySteps();
            this.strategy = strategy;
            this.microBatches = new MicroBatches(turn.trainee(), parts);
        }
    }

    /** @param parts in which a local batch is run */
    Turns(Replica replica, int parts, Function<Trainee, Strategy> strategies) {
        for (Turn turn : replica.turns()) {
            turns.add(new Played(turn, strategies.apply(turn.trainee()), parts));
        }
    }

    /** The strategies' name. */
    String strategy() {
        return turns.get(0).strategy.name();
    }

    void placeParameters() {
        turns.forEach(turn -> turn.strategy.placeParameters());
    }

    /** What the strategies know beside the trainees, one behind the other. */
    List<ByteBuffer> rankState() {
        return turns.stream()
                .flatMap(turn -> turn.strategy.rankState().stream())
                .toList();
    }

    /** @param states as {@link Strategy#loadRankStates} takes them, of all turns one behind the other */
    void loadRankStates(List<byte[]> states) {
        int from = 0;
        for (Played turn : turns) {
            int start = from;
            int end = start
                    + turn.strategy.rankState().stream()
                            .mapToInt(ByteBuffer::limit)
                            .sum();
            turn.strategy.loadRankStates(states.stream()
                    .map(state -> turns.size() == 1 ? state : Arrays.copyOfRange(state, start, end))
                    .toList());
            from = end;
        }
    }

    /**
     * Those whose turn it is compute, exchange and update.
     *
     * @param stepsLeftInEpoch after this one
     * @param stepsLeftInRun after this one
     */
    RankReport play(Step step, Batch batch, long seed, long stepsLeftInEpoch, long stepsLeftInRun) {
        RankReport report = RankReport.NOTHING;
        for (Played turn : turns) {
            int every = turn.everySteps;
            if ((step.index() + 1) % every == 0) {
                Step own = new Step(
                        step.index() / every,
                        step.epoch(),
                        step.learningRate(),
                        step.globalExamples(),
                        step.localExamples(),
                        stepsLeftInEpoch < every,
                        stepsLeftInRun < every);
                report = report.plus(play(turn, own, batch, seed));
            }
        }
        return report;
    }

    private RankReport play(Played turn, Step step, Batch batch, long seed) {
        long start = System.nanoTime();
        GradientListener gradients = turn.strategy.begin(step);
        BatchResult result = turn.microBatches.forwardBackward(batch, seed, gradients);
        long computed = System.nanoTime();
        Strategy.Exchange exchange = turn.strategy.finish(step);
        turn.replicasEqual = exchange.replicasEqual();
        return new RankReport(
                0,
                result.labels(),
                result.lossSum(),
                exchange.skipped() ? 1 : 0,
                new RankReport.Times(
                        0,
                        computed - start,
                        exchange.waitNanos(),
                        exchange.communicationNanos(),
                        exchange.updateNanos()),
                0,
                result.measures());
    }

    /** Whether all ranks hold the same parameters now. */
    boolean replicasEqual() {
        return turns.stream().allMatch(turn -> turn.replicasEqual);
    }
}
