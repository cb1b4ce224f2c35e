package io.lockstep.networks.compiled.games;

import io.lockstep.engine.Backend;
import io.lockstep.engine.Graph;
import io.lockstep.engine.Loss;
import io.lockstep.engine.PlanOptions;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.compiled.VertexGraph;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.networks.games.GameTurn;
import io.lockstep.networks.games.TurnList;
import java.util.HashMap;
import java.util.Map;

/** The plans of a game's turns, on the parameters of one DL4J network. Passes that are wired alike share one. */
final class GamePlans implements AutoCloseable {
    private final TurnList game;
    private final Dl4jReplica network;
    private final GameParts parts;
    private final GameValues values;
    private final Backend backend;
    private final PlanOptions options;
    private final Map<Object, PlacedPlan> plans = new HashMap<>();
    private final Map<String, TurnRun> turns = new HashMap<>();
    private final boolean judges;

    /**
     * @throws UnsupportedOperationException naming the vertex that the engine lacks
     * @throws IllegalArgumentException if the game does not fit the network
     */
    GamePlans(TurnList game, Dl4jReplica network, NetworkDefinition definition, Backend backend, PlanOptions options) {
        this.game = game;
        this.network = network;
        this.backend = backend;
        this.options = options;
        parts = new GameParts(VertexGraph.of(network.graph(), definition), game.parts());
        values = new GameValues(game.given(), options.capacity());
        judges = game.turns().get(0).losses().stream()
                .anyMatch(loss -> loss.operation().sums().contains(Loss.CORRECT));
        try {
            for (GameTurn turn : game.turns()) {
                turns.put(turn.name(), new TurnRun(this, turn));
            }
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    TurnList game() {
        return game;
    }

    Dl4jReplica network() {
        return network;
    }

    GameParts parts() {
        return parts;
    }

    GameValues values() {
        return values;
    }

    TurnRun of(GameTurn turn) {
        return turns.get(turn.name());
    }

    /** Whether the first turn tells how many judgements are right. */
    boolean judges() {
        return judges;
    }

    /** How many numbers are told before the measures. */
    private int first() {
        return judges ? 2 : 0;
    }

    GameMeasures measures(GameTurn turn) {
        return new GameMeasures(game.measures(), turn.name(), first());
    }

    /** Of all plans. */
    long nativeBytes() {
        return plans.values().stream()
                .mapToLong(each -> each.plan().nativeBytes())
                .sum();
    }

    private record Drawing(PassWiring wiring, int nth) {}

    private record Slope(PassWiring wiring) {}

    /** A plan of a pass with losses. */
    PlacedPlan training(PassWiring wiring) {
        return plans.computeIfAbsent(wiring, key -> compile(wiring.assemble(parts), false));
    }

    /**
     * A plan of a part that draws.
     *
     * @param nth of what one turn draws by this part: all of it is valid at the same time, and needs a plan each
     */
    PlacedPlan drawing(PassWiring wiring, int nth) {
        return plans.computeIfAbsent(new Drawing(wiring, nth), key -> compile(wiring.assemble(parts), false));
    }

    /** A plan whose backward goes on to its first value. */
    PlacedPlan slope(PassWiring wiring) {
        return plans.computeIfAbsent(new Slope(wiring), key -> compile(wiring.assemble(parts), true));
    }

    private PlacedPlan compile(PassWiring.Assembled assembled, boolean towardsInput) {
        Graph graph = towardsInput ? assembled.graph().towardsInput() : assembled.graph();
        return new PlacedPlan(backend, graph, assembled.originals(), network, options);
    }

    @Override
    public void close() {
        plans.values().forEach(PlacedPlan::close);
        plans.clear();
    }
}
