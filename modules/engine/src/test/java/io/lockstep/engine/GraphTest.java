package io.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.engine.Operation.Input;
import io.lockstep.engine.operations.Attention;
import io.lockstep.engine.operations.Elementwise.Combination;
import io.lockstep.engine.operations.Elementwise.Combination.How;
import io.lockstep.engine.operations.Losses.SoftmaxCrossEntropy;
import io.lockstep.engine.operations.Moves.Flatten;
import io.lockstep.engine.operations.Moves.Reshape;
import io.lockstep.engine.operations.Noise.Dropout;
import io.lockstep.engine.operations.Norm.LayerNorm;
import io.lockstep.engine.operations.Norm.ResponseNorm;
import io.lockstep.engine.operations.Products.Dense;
import io.lockstep.engine.operations.Products.TransposedConvolution;
import io.lockstep.engine.operations.Recurrent.Lstm;
import io.lockstep.engine.operations.Sequences.ClassToken;
import io.lockstep.engine.operations.Sequences.TakeTimeStep;
import java.util.List;
import org.junit.jupiter.api.Test;

class GraphTest {
    private static GraphBuilder graph() {
        return new GraphBuilder(Shape.vector(6)).add("a", new Dense(6, true)).add("b", new Dense(6, true), "input");
    }

    /** An input that it does not look at would be lost without a word. */
    @Test
    void anOperationOfOneInputRefusesTwo() {
        for (Operation operation : List.of(
                new Dense(2, true),
                new Flatten(true),
                new Dropout(0.5),
                new ResponseNorm(3, 1, 1, 1),
                new Reshape(Shape.vector(6)),
                new LayerNorm(1e-5, true),
                new ClassToken())) {
            assertThatThrownBy(() -> graph().add("odd one", operation, "a", "b"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("odd one: 2 inputs, where this operation has 1");
        }
    }

    @Test
    void anOperationRefusesAnotherNumberOfInputsThanItsOwn() {
        refuses(new Combination(How.DIFFERENCE), "1 inputs, where this operation has 2", "a");
        refuses(new Combination(How.DIFFERENCE), "3 inputs, where this operation has 2", "a", "b", "a");
        refuses(new Lstm(3, false), "2 inputs, where this operation has 1", "a", "b");
        refuses(new Lstm(3, false, true), "1 inputs, where this operation has 2", "a");
        refuses(new TakeTimeStep(TakeTimeStep.Which.LAST), "2 inputs, where this operation has 1", "a", "b");
        refuses(new Attention(2, false, false), "3 inputs, where this operation has 1 to 2", "a", "b", "a");
        refuses(new Attention(2, false, true), "1 inputs, where this operation has 2 to 3", "a");
        refuses(new Input("c", Shape.vector(6)), "1 inputs, where this operation has 0", "a");
    }

    private static void refuses(Operation operation, String why, String... inputs) {
        assertThatThrownBy(() -> graph().add("odd one", operation, inputs))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("odd one: " + why);
    }

    /** So that a network trains as it did before it had weights or a second loss. */
    @Test
    void whatALossReadsDoesNotChangeWhatNoiseDraws() {
        Graph.Node behind = ImageGraphs.auxiliary().named("c2");
        assertThat(behind.stream()).isEqualTo(7); // the nodes before it, but for labels, weights and mixed labels
        assertThat(behind.index()).isEqualTo(7 + 4);
    }

    @Test
    void backwardGoesNoFurtherThanWhatLearns() {
        Graph graph = new GraphBuilder(Shape.vector(3))
                .add("shifted", new Flatten(true))
                .add("a", new Dense(3, true))
                .add("monitored", new Dense(1, true), "a")
                .add("b", new Dense(2, true), "a")
                .add("loss", new SoftmaxCrossEntropy(0))
                .build();
        assertThat(graph.wantsGradient(graph.named("shifted"))).isFalse();
        assertThat(graph.trains(graph.named("a"))).isTrue();
        assertThat(graph.trains(graph.named("monitored"))).isFalse();
        assertThat(graph.towardsInput().wantsGradient(graph.named("shifted"))).isTrue();
        assertThat(graph.frozenAfter("input").wantsGradient(graph.named("b"))).isFalse();
    }

    @Test
    void sizesThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> new ResponseNorm(2, 1, 1, 1)).hasMessageContaining("over 2 channels");
        assertThatThrownBy(() -> new ResponseNorm(0, 1, 1, 1)).hasMessageContaining("over 0 channels");
        assertThatThrownBy(() -> new TransposedConvolution(1, Window.square(1, 2, 0), true, 2, 0))
                .hasMessageContaining("fewer than the stride");
    }
}
