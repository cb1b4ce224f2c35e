package io.lockstep.networks.compiled.games;

import io.lockstep.datasets.Batch;
import io.lockstep.engine.Graph;
import io.lockstep.engine.Loss;
import io.lockstep.engine.Pass;
import io.lockstep.engine.Sums;
import io.lockstep.engine.operations.Losses.BinaryLoss;
import io.lockstep.engine.operations.Losses.Rule;
import io.lockstep.networks.games.Application;
import io.lockstep.networks.games.GameLoss;
import io.lockstep.networks.games.GamePass;
import io.lockstep.networks.games.GameTurn;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A pass of a turn that has losses, and the penalty that comes after it, if one does. */
final class LossPass {
    private final List<GameLoss> losses;
    private final String[] nodes; // of the losses
    private final String[] read; // nodes that the losses read
    private final PassWiring wiring;
    private final FedPlan fed;
    private final long number;
    private final float share;
    private GradientPenalty penalty;
    private GamePass.Penalty between;

    /**
     * @param judged names of losses whose judgements are asked for
     * @param number of this one among the turn's
     */
    LossPass(GamePlans plans, GameTurn turn, GamePass.Losses pass, Set<String> judged, int number) {
        losses = pass.losses();
        this.number = number;
        share = shareOf(turn, pass);
        PassWiring.Wired wired = PassWiring.of(pass, turn.trains(), judged);
        wiring = wired.wiring();
        fed = new FedPlan(plans.training(wiring), wired.slots(), plans.values());
        Graph graph = plan().plan().graph();
        nodes = IntStream.range(0, losses.size()).mapToObj(PassWiring::lossOf).toArray(String[]::new);
        read = Stream.of(nodes)
                .map(node -> graph.node(graph.named(node).input()).name())
                .toArray(String[]::new);
    }

    /** Running statistics of a part become the mean over the passes that it is in. */
    private static float shareOf(GameTurn turn, GamePass.Losses pass) {
        long most = pass.applied().stream()
                .map(Application::part)
                .filter(turn.trains()::contains)
                .mapToLong(part -> turn.lossPasses().stream()
                        .filter(other -> other.applied().stream()
                                .anyMatch(each -> each.part().equals(part)))
                        .count())
                .max()
                .orElse(1);
        return 1f / most;
    }

    /** Has a penalty come after this pass. */
    void penalise(GamePlans plans, LossPass critic, GamePass.Penalty rule) {
        boolean isCritic = critic.losses.get(0).operation() instanceof BinaryLoss judgement
                && judgement.rule() == Rule.WASSERSTEIN;
        if (!isCritic || critic.fed.slots() != 2) { // what it judges, and the label
            throw new IllegalArgumentException("a gradient penalty is for a critic that reads one value, and whose"
                    + " loss is a Wasserstein judgement of 1 or 0");
        }
        penalty = new GradientPenalty(
                plans.slope(critic.wiring),
                critic.plan(),
                rule.weight(),
                plans.values().columnElementsOf(rule.real()));
        between = rule;
    }

    PlacedPlan plan() {
        return fed.plan();
    }

    /** Ready to run. Each of a turn's passes has other noise. */
    Pass given(Batch batch, long seed) {
        return fed.given(batch, (seed ^ -number) & Long.MAX_VALUE);
    }

    /** Of the turn's passes, as far as running statistics are the mean over them. */
    float share() {
        return share;
    }

    /** Null without one. */
    GradientPenalty penalty() {
        return penalty;
    }

    GamePass.Penalty between() {
        return between;
    }

    // ------------------------------------------------------------------ what the last pass told

    Sums sums() {
        return plan().plan().sums();
    }

    int losses() {
        return losses.size();
    }

    String nameOf(int loss) {
        return losses.get(loss).name();
    }

    /** The sum of a loss. */
    double lossOf(int loss) {
        return sums().of(nodes[loss], Loss.LOSS);
    }

    /** Whether somebody asks what a loss reads. */
    boolean isJudged(int loss) {
        return wiring.ends().get(loss).kept();
    }

    /** What a loss reads. */
    ByteBuffer judgements(int loss) {
        return plan().plan().output(read[loss]).order(ByteOrder.nativeOrder());
    }

    /** Judgements that are right. */
    double right() {
        return ofJudgements(Loss.CORRECT);
    }

    double judged() {
        return ofJudgements(Loss.COUNT);
    }

    private double ofJudgements(String sum) {
        double all = 0;
        for (int i = 0; i < losses.size(); i++) {
            if (losses.get(i).operation().sums().contains(Loss.CORRECT)) {
                all += sums().of(nodes[i], sum);
            }
        }
        return all;
    }
}
