package io.lockstep.networks.compiled.games;

import io.lockstep.datasets.Batch;
import io.lockstep.engine.ElementType;
import io.lockstep.networks.games.Application;
import io.lockstep.networks.games.GamePass;
import io.lockstep.networks.games.GameTurn;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a turn of a game runs: parts that draw, then passes that have losses. */
final class TurnRun {
    private final GameValues values;
    private final List<Draw> draws = new ArrayList<>();
    private final List<LossPass> passes = new ArrayList<>();

    /** A part that draws a value. */
    private record Draw(String value, FedPlan fed) {}

    TurnRun(GamePlans plans, GameTurn turn) {
        values = plans.values();
        Map<String, Integer> drawn = new HashMap<>();
        for (Application each : turn.drawn()) {
            draws.add(draw(plans, each, drawn.merge(each.part(), 1, Integer::sum)));
        }
        Set<String> judged = GameMeasures.judged(plans.game().measures(), turn.name());
        for (GamePass pass : turn.passes()) {
            if (pass instanceof GamePass.Losses losses) {
                passes.add(new LossPass(plans, turn, losses, judged, passes.size()));
            } else if (pass instanceof GamePass.Penalty penalty) {
                passes.get(passes.size() - 1).penalise(plans, passes.get(0), penalty);
            }
        }
    }

    private Draw draw(GamePlans plans, Application application, int nth) {
        PassWiring.Wired wired = PassWiring.drawing(application);
        FedPlan fed = new FedPlan(plans.drawing(wired.wiring(), nth), wired.slots(), values);
        values.require(
                application.name(), fed.plan().plan().graph().last().shape().elements(), ElementType.FLOAT32);
        return new Draw(application.name(), fed);
    }

    List<LossPass> passes() {
        return passes;
    }

    /** Begins with a batch, and draws what the turn draws. */
    void draw(Batch batch, long seed, boolean asTraining) {
        values.begin(batch, seed);
        for (int i = 0; i < draws.size(); i++) {
            FedPlan fed = draws.get(i).fed();
            ByteBuffer numbers = fed.plan().forward(fed.given(batch, seed), asTraining);
            values.drawn(draws.get(i).value(), numbers.order(ByteOrder.nativeOrder()));
        }
    }
}
