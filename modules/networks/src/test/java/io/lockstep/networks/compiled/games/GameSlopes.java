package io.lockstep.networks.compiled.games;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.datasets.Batch;
import io.lockstep.engine.Graph;
import io.lockstep.engine.reference.ReferenceNetwork;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.compiled.VertexGraph;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.networks.games.Application;
import io.lockstep.networks.games.TurnList;
import io.lockstep.training.Trainee;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** Says by finite differences what the gradients of a game are, its parts put together as functions in double precision. */
final class GameSlopes {
    static final long SEED = 17;
    private static final double STEP = 1e-5;

    private GameSlopes() {}

    /** The parts as functions in double precision, which tests put together themselves. */
    static final class Functions {
        private final Map<String, PassWiring.Assembled> parts = new HashMap<>();

        Functions(NetworkDefinition definition) {
            TurnList game = (TurnList) definition.game();
            try (Dl4jReplica network = new Dl4jReplica(definition, 1, 0)) {
                var cuts = new GameParts(VertexGraph.of(network.graph(), definition), game.parts());
                for (var part : game.parts()) {
                    List<String> reads = part.reads();
                    parts.put(
                            part.name(),
                            PassWiring.drawing(new Application("y", part.name(), reads))
                                    .wiring()
                                    .assemble(cuts));
                }
            }
        }

        /** @param given of each value that the part reads, (examples, numbers) */
        double[] run(String part, double[] parameters, double[]... given) {
            PassWiring.Assembled assembled = parts.get(part);
            Graph graph = assembled.graph();
            double[] own = new double[(int) graph.parameters()];
            assembled.originals().forEach((name, original) -> {
                Graph.Node node = graph.named(name);
                System.arraycopy(
                        parameters, (int) original.parametersAt(), own, (int) node.parametersAt(), node.parameters());
            });
            var network = new ReferenceNetwork(graph, own, true, 0, 0);
            network.forward(given, given[0].length / graph.inputShape().elements());
            return network.scores();
        }
    }

    static double[] doubles(ByteBuffer floats) {
        double[] values = new double[floats.limit() / Float.BYTES];
        for (int i = 0; i < values.length; i++) {
            values[i] = floats.getFloat(i * Float.BYTES);
        }
        return values;
    }

    static double[] column(Batch batch, String name) {
        var floats = batch.column(name).floats();
        double[] values = new double[floats.remaining()];
        for (int i = 0; i < values.length; i++) {
            values[i] = floats.get(floats.position() + i);
        }
        return values;
    }

    /** Cross-entropy of judgements, summed. */
    static double judged(double[] z, boolean real) {
        double sum = 0;
        for (double each : z) {
            sum += Math.log1p(Math.exp(real ? -each : each));
        }
        return sum;
    }

    static double distance(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += Math.abs(x[i] - y[i]);
        }
        return sum;
    }

    /** Slopes of a loss by the parameters that a turn trains, against the turn's gradient. */
    static void assertSlopes(
            GameReplica replica, int turn, Batch batch, List<int[]> places, ToDoubleFunction<double[]> loss) {
        Trainee trainee = replica.turns().get(turn).trainee();
        trainee.forwardBackward(batch, SEED, watermark -> {});
        double[] gradient = doubles(trainee.gradients());
        double[] parameters = doubles(replica.parameters());
        int at = 0;
        double largest = 0;
        for (int[] range : places) {
            for (int i = range[0]; i < range[1]; i++) {
                double before = parameters[i];
                parameters[i] = before + STEP;
                double up = loss.applyAsDouble(parameters);
                parameters[i] = before - STEP;
                double down = loss.applyAsDouble(parameters);
                parameters[i] = before;
                double slope = (up - down) / (2 * STEP);
                largest = Math.max(largest, Math.abs(slope));
                assertThat(gradient[at++])
                        .as("parameter %d, of %s", i, replica.layerAt(i))
                        .isCloseTo(slope, within(1e-4 + 1e-4 * Math.abs(slope)));
            }
        }
        assertThat(at).isEqualTo(gradient.length);
        assertThat(largest).as("the loss has a slope at all").isGreaterThan(0.1);
    }

    /** Where parts' parameters lie in the network's vector. */
    static List<int[]> places(NetworkDefinition definition, String... parts) {
        try (Dl4jReplica network = new Dl4jReplica(definition, 1, 0)) {
            var cuts =
                    new GameParts(VertexGraph.of(network.graph(), definition), ((TurnList) definition.game()).parts());
            return cuts.rangesOf(List.of(parts)).stream()
                    .map(range -> new int[] {(int) range.start(), (int) range.end()})
                    .toList();
        }
    }
}
