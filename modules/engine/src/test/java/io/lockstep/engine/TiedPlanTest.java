package io.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.operations.Losses.SoftmaxCrossEntropy;
import io.lockstep.engine.operations.Products.Dense;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Parameters that nodes share, and parameters that stay as they are. */
class TiedPlanTest {
    private static final int EXAMPLES = 5;
    private static final List<String> BACKENDS = List.of("cpu", "reference");

    @Test
    void theGradientOfSharedParametersIsTheSumOfTheirNodes() {
        Graph tied = TestGraphs.any("two towers");
        Graph untied = tied.withOwnParameters();
        assertThat(untied.parameters()).isGreaterThan(tied.parameters());
        for (String backend : BACKENDS) {
            try (Plan one = Backends.of(backend).compile(tied, PlanOptions.of(EXAMPLES));
                    Plan many = Backends.of(backend).compile(untied, PlanOptions.of(EXAMPLES))) {
                TestData.load(one, TestData.parameters(tied, 1));
                for (Node node : tied.nodes()) {
                    copy(one.parameters(), node, many.parameters(), untied.node(node.index()));
                }
                assertThat(pass(one)).isEqualTo(pass(many));
                for (Node node : tied.nodes()) {
                    for (int i = 0; i < node.parameters() && tied.ownerOf(node) == node; i++) {
                        assertThat(number(one.gradients(), node, i))
                                .as(backend + ", " + node.name())
                                .isCloseTo(sum(many, node, i), within(1e-5f));
                    }
                }
            }
        }
    }

    private static double pass(Plan plan) {
        ByteBuffer features = TestData.features(plan.graph(), EXAMPLES, 2);
        IntBuffer labels = TestData.labels(plan.graph(), EXAMPLES, 3);
        return plan.forwardBackward(features, labels, EXAMPLES, 0, 4, mark -> {})
                .lossSum();
    }

    private static void copy(ByteBuffer from, Node node, ByteBuffer to, Node untied) {
        for (int i = 0; i < node.parameters(); i++) {
            to.putFloat((int) (untied.parametersAt() + i) * Float.BYTES, number(from, node, i));
        }
    }

    private static float number(ByteBuffer vector, Node node, int i) {
        return vector.getFloat((int) (node.parametersAt() + i) * Float.BYTES);
    }

    private static float sum(Plan untied, Node owner, int i) {
        float sum = 0;
        Graph tied = TestGraphs.any("two towers");
        for (Node node : untied.graph().nodes()) {
            boolean shares = tied.node(node.index()).owner() == owner.index();
            sum += shares ? number(untied.gradients(), node, i) : 0;
        }
        return sum;
    }

    /** Whatever kind of node it is, and whatever reads it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "residual",
                "residual with fixed statistics",
                "transposed convolutions",
                "causal attention",
                "embedding",
                "LSTM",
                "layer norm",
                "group norm of images",
                "sources",
                "dropped weights"
            })
    void whatIsFrozenGetsNoGradientAndTheRestTheSame(String name) {
        Graph graph = TestGraphs.any(name);
        Graph half = graph;
        for (Node node : graph.nodes()) {
            half = node.index() % 2 == 0 && node.parameters() > 0 ? half.withFrozen(node.name()) : half;
        }
        for (String backend : BACKENDS) {
            try (Plan all = Backends.of(backend).compile(graph, PlanOptions.of(EXAMPLES));
                    Plan part = Backends.of(backend).compile(half, PlanOptions.of(EXAMPLES))) {
                TestData.load(all, TestData.parameters(graph, 1));
                TestData.load(part, TestData.parameters(graph, 1));
                assertThat(pass(part)).isEqualTo(pass(all));
                for (Node node : graph.nodes()) {
                    for (int i = 0; i < node.parameters(); i++) {
                        float wanted = half.trains(half.node(node.index())) ? number(all.gradients(), node, i) : 0;
                        assertThat(number(part.gradients(), node, i))
                                .as(backend + ", " + node.name() + "[" + i + "]")
                                .isEqualTo(wanted);
                    }
                }
            }
        }
    }

    @Test
    void whatCannotBeSharedIsRefused() {
        GraphBuilder graph = new GraphBuilder(Shape.vector(3))
                .add("a", new Dense(3, true))
                .add("b", new Dense(2, true))
                .add("dropped", new Dense(3, true), "a")
                .dropConnect("dropped", 0.5);
        assertThatThrownBy(() -> graph.addShared("c", "a", "b")).hasMessageContainingAll("c: ", "9", "12", "a");
        assertThatThrownBy(() -> graph.addShared("c", "nothing", "b")).hasMessageContaining("nothing");
        assertThatThrownBy(() -> graph.addShared("c", "dropped", "a")).hasMessageContaining("DropConnect");
        graph.addShared("twin", "a", "a").add("end", new Dense(2, true), "twin");
        assertThatThrownBy(() -> graph.dropConnect("twin", 0.5)).hasMessageContaining("DropConnect");
        Graph built = graph.add("loss", new SoftmaxCrossEntropy(0)).build();
        assertThat(built.parameters()).isEqualTo(12 + 8 + 12 + 8);
        assertThatThrownBy(() -> built.after("a")).hasMessageContaining("twin");
    }
}
