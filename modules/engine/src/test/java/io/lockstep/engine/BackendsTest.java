package io.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.engine.operations.Losses.SoftmaxCrossEntropy;
import io.lockstep.engine.operations.Products.Dense;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class BackendsTest {
    private static final Graph GRAPH = new GraphBuilder(Shape.vector(3))
            .add("scores", new Dense(2, true))
            .add("loss", new SoftmaxCrossEntropy(0))
            .build();

    @Test
    void aBackendIsFoundByItsName() {
        assertThat(Backends.of("reference").name()).isEqualTo("reference");
        assertThat(Backends.standard().name()).isEqualTo("cpu");
    }

    @Test
    void anUnknownNameIsRefusedWithThoseThatThereAre() {
        assertThatThrownBy(() -> Backends.of("abacus"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("abacus", "cpu", "reference");
    }

    @Test
    void aPlanWorksOnTheVectorsThatItIsGiven() {
        ByteBuffer parameters = vector((int) GRAPH.parameters());
        for (String name : new String[] {"cpu", "reference"}) {
            PlanOptions options = PlanOptions.of(1).withParameters(parameters);
            try (Plan plan = Backends.of(name).compile(GRAPH, options)) {
                parameters.putFloat(4, 7);
                assertThat(plan.parameters().getFloat(4)).as(name).isEqualTo(7);
                plan.parameters().putFloat(4, 0);
                assertThat(parameters.getFloat(4)).as(name).isZero();
            }
        }
    }

    @Test
    void aGivenVectorOfAnotherLengthOrKindIsRefused() {
        for (String name : new String[] {"cpu", "reference"}) {
            refuses(name, PlanOptions.of(1).withGradients(vector(1)), "given gradients");
            refuses(name, PlanOptions.of(1).withParameters(ByteBuffer.allocate(32)), "given parameters");
        }
        assertThatThrownBy(() -> PlanOptions.of(0)).hasMessageContaining("0 examples");
        assertThatThrownBy(() -> PlanOptions.of(1).withThreads(0)).hasMessageContaining("0 threads");
    }

    private static void refuses(String backend, PlanOptions options, String word) {
        assertThatThrownBy(() -> Backends.of(backend).compile(GRAPH, options).close())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(word);
    }

    private static ByteBuffer vector(int floats) {
        return ByteBuffer.allocateDirect(floats * Float.BYTES).order(ByteOrder.nativeOrder());
    }
}
