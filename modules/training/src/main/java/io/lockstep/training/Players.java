package io.lockstep.training;

import io.lockstep.datasets.Batch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * The networks of a replica that are trained, in the order of their turns, with a strategy for each: one, unless networks
 * play against each other. Each player has steps of its own: with a turn in every k-th step, its n-th update has index
 * n, and the last one of an epoch is its last turn there.
 */
final class Players {
    private final List<Player> players = new ArrayList<>();

    private static final class Player {
        final Replica replica;
        final Strategy strategy;
        final MicroBatches microBatches;
        boolean replicasEqual = true;

        Player(Replica replica, Strategy strategy, MicroBatches microBatches) {
            this.replica = replica;
            this.strategy = strategy;
            this.microBatches = microBatches;
        }
    }

    /** @param parts in which a local batch is run */
    Players(Replica replica, int parts, Function<Replica, Strategy> strategies) {
        for (Replica each : replica.players()) {
            players.add(new Player(each, strategies.apply(each), new MicroBatches(each, parts)));
        }
    }

    /** The strategies' name. */
    String strategy() {
        return players.get(0).strategy.name();
    }

    void placeParameters() {
        players.forEach(player -> player.strategy.placeParameters());
    }

    /** What the strategies know beside the replica, one behind the other. */
    List<ByteBuffer> rankState() {
        return players.stream()
                .flatMap(player -> player.strategy.rankState().stream())
                .toList();
    }

    /** @param states as {@link Strategy#loadRankStates} takes them, of all players one behind the other */
    void loadRankStates(List<byte[]> states) {
        int from = 0;
        for (Player player : players) {
            int start = from;
            int end = start
                    + player.strategy.rankState().stream()
                            .mapToInt(ByteBuffer::limit)
                            .sum();
            player.strategy.loadRankStates(states.stream()
                    .map(state -> players.size() == 1 ? state : Arrays.copyOfRange(state, start, end))
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
        for (Player player : players) {
            int every = player.replica.stepsPerTurn();
            if ((step.index() + 1) % every == 0) {
                Step turn = new Step(
                        step.index() / every,
                        step.epoch(),
                        step.learningRate(),
                        step.globalExamples(),
                        step.localExamples(),
                        stepsLeftInEpoch < every,
                        stepsLeftInRun < every);
                report = report.plus(play(player, turn, batch, seed));
            }
        }
        return report;
    }

    private RankReport play(Player player, Step step, Batch batch, long seed) {
        long start = System.nanoTime();
        GradientListener gradients = player.strategy.begin(step);
        BatchResult result = player.microBatches.forwardBackward(batch, seed, gradients);
        long computed = System.nanoTime();
        Strategy.Exchange exchange = player.strategy.finish(step);
        player.replicasEqual = exchange.replicasEqual();
        return new RankReport(
                0,
                result.labels(),
                result.lossSum(),
                exchange.skipped() ? 1 : 0,
                0,
                computed - start,
                exchange.waitNanos(),
                exchange.communicationNanos(),
                exchange.updateNanos(),
                0,
                result.measures());
    }

    /** Whether all ranks hold the same parameters now. */
    boolean replicasEqual() {
        return players.stream().allMatch(player -> player.replicasEqual);
    }
}
