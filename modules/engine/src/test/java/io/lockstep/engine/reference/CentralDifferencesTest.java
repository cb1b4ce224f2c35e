package io.lockstep.engine.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.lockstep.engine.Graph;
import io.lockstep.engine.TestData;
import io.lockstep.engine.TestGraphs;
import io.lockstep.engine.operations.Norm.BatchNorm;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every operation's backward against what its forward does when one number is moved a little. */
class CentralDifferencesTest {
    private static final int EXAMPLES = 3;
    private static final double STEP = 1e-6;
    /** Of a node's parameters, that many are tried. */
    private static final int MOST_OF_A_NODE = 40;
    /** Of the input, that many: from all examples, rows and channels. */
    private static final int MOST_OF_THE_INPUT = 120;

    static Stream<String> graphs() {
        return TestGraphs.all().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("graphs")
    void backwardIsTheSlopeOfForward(String name) {
        Graph graph = TestGraphs.all().get(name);
        double[] parameters = toDoubles(TestData.parameters(graph, 1));
        double[] features = toDoubles(TestData.features(graph, EXAMPLES, 2));
        int[] labels = new int[EXAMPLES * graph.last().shape().pixels()];
        TestData.labels(graph, EXAMPLES, 3).get(labels);

        ReferenceNetwork network = new ReferenceNetwork(graph, parameters, true, 5, 0);
        network.forward(features, labels);
        double[] gradients = network.backward();
        for (Graph.Node node : graph.nodes()) {
            int learned = node.operation() instanceof BatchNorm ? node.parameters() / 2 : node.parameters();
            for (int i = 0; i < learned; i += 1 + learned / MOST_OF_A_NODE) {
                int at = (int) node.parametersAt() + i;
                double slope = slope(graph, parameters, features, labels, parameters, at);
                assertThat(gradients[at]).as(node.name() + "[" + i + "]").isCloseTo(slope, within(tolerance(slope)));
            }
        }
        int tried = TestData.embeds(graph) ? 0 : features.length;
        for (int i = 0; i < tried; i += 1 + tried / MOST_OF_THE_INPUT) {
            double slope = slope(graph, parameters, features, labels, features, i);
            assertThat(network.inputGradient()[i]).as("input[" + i + "]").isCloseTo(slope, within(tolerance(slope)));
        }
    }

    /** What data-parallel training stands on, in double precision: 5 examples are 3 and 2, with the same noise. */
    @ParameterizedTest
    @MethodSource("graphs")
    void partsOfABatchHaveTheGradientOfTheWhole(String name) {
        Graph graph = TestGraphs.all().get(name);
        assumeThat(graph.nodes()).noneMatch(node -> node.operation() instanceof BatchNorm);
        int examples = 5;
        int first = 3;
        double[] parameters = toDoubles(TestData.parameters(graph, 1));
        double[] features = toDoubles(TestData.features(graph, examples, 2));
        int[] labels = new int[examples * graph.last().shape().pixels()];
        TestData.labels(graph, examples, 3).get(labels);

        double[] whole = gradient(graph, parameters, features, labels, 0, examples);
        double[] head = gradient(graph, parameters, features, labels, 0, first);
        double[] tail = gradient(graph, parameters, features, labels, first, examples);

        for (int i = 0; i < whole.length; i++) {
            assertThat(head[i] + tail[i]).as("gradient %d", i).isCloseTo(whole[i], within(1e-12));
        }
    }

    private static double[] gradient(
            Graph graph, double[] parameters, double[] features, int[] labels, int from, int to) {
        int elements = graph.inputShape().elements();
        int pixels = graph.last().shape().pixels();
        var network = new ReferenceNetwork(graph, parameters, true, 5, from);
        network.forward(
                Arrays.copyOfRange(features, from * elements, to * elements),
                Arrays.copyOfRange(labels, from * pixels, to * pixels));
        return network.backward();
    }

    private static double tolerance(double slope) {
        return 1e-6 + 1e-6 * Math.abs(slope);
    }

    private static double slope(
            Graph graph, double[] parameters, double[] features, int[] labels, double[] moved, int at) {
        double before = moved[at];
        moved[at] = before + STEP;
        double up = objective(graph, parameters, features, labels);
        moved[at] = before - STEP;
        double down = objective(graph, parameters, features, labels);
        moved[at] = before;
        return (up - down) / (2 * STEP);
    }

    private static double objective(Graph graph, double[] parameters, double[] features, int[] labels) {
        var network = new ReferenceNetwork(graph, parameters, true, 5, 0);
        network.forward(features, labels);
        return network.objective();
    }

    private static double[] toDoubles(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }

    private static double[] toDoubles(ByteBuffer floats) {
        double[] doubles = new double[floats.limit() / Float.BYTES];
        for (int i = 0; i < doubles.length; i++) {
            doubles[i] = floats.getFloat(i * Float.BYTES);
        }
        return doubles;
    }
}
