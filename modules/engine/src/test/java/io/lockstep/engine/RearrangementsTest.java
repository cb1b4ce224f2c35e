package io.lockstep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.engine.ExampleOperation.Rearrangement;
import io.lockstep.engine.Operation.Output;
import io.lockstep.engine.operations.NodeProducts.Gather;
import io.lockstep.engine.operations.Rearrangements.DepthToSpace;
import io.lockstep.engine.operations.Rearrangements.ReversedTimeSteps;
import io.lockstep.engine.operations.Rearrangements.Slice;
import io.lockstep.engine.operations.Rearrangements.SpaceToDepth;
import io.lockstep.engine.operations.Rearrangements.Tiled;
import io.lockstep.engine.operations.Rearrangements.Transpose;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where elements come from, in numbers that can be checked by hand. */
class RearrangementsTest {
    @Test
    void elementsComeFromWhereTheirOperationSays() {
        Shape image = new Shape(2, 3, 2); // elements 0 to 11
        comeFrom(new Transpose(List.of(2, 0, 1)), image, 0, 2, 4, 6, 8, 10, 1, 3, 5, 7, 9, 11);
        comeFrom(new Transpose(List.of(1, 0, 2)), image, 0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11);
        comeFrom(new ReversedTimeSteps(), Shape.sequence(3, 2), 4, 5, 2, 3, 0, 1);
        comeFrom(new Slice(1, 0, 1, new Shape(1, 2, 1)), image, 7, 9);
        comeFrom(new Tiled(2, 1, 1), Shape.vector(3), 0, 1, 2, 0, 1, 2);
        comeFrom(new Tiled(1, 1, 2), Shape.vector(2), 0, 1, 0, 1);
        comeFrom(new SpaceToDepth(2), new Shape(2, 4, 1), 0, 1, 4, 5, 2, 3, 6, 7);
        comeFrom(new DepthToSpace(2), new Shape(1, 2, 4), 0, 1, 4, 5, 2, 3, 6, 7);
    }

    private static void comeFrom(Rearrangement operation, Shape input, int... elements) {
        assertThat(operation.outputOf(List.of(input)).elements()).isEqualTo(elements.length);
        assertThat(operation.sources(input)).as(operation.toString()).containsExactly(elements);
    }

    @Test
    void whatDoesNotFitIsRefused() {
        refuses(new Slice(1, 0, 0, new Shape(2, 1, 1)), new Shape(2, 3, 2), "is no part of 2x3x2");
        refuses(new SpaceToDepth(2), new Shape(2, 3, 1), "do not divide");
        refuses(new DepthToSpace(2), new Shape(2, 3, 2), "do not share");
        assertThatThrownBy(() -> new Transpose(List.of(0, 0, 1))).hasMessageContaining("no order of the axes");
    }

    private static void refuses(Rearrangement operation, Shape input, String why) {
        assertThatThrownBy(() -> operation.outputOf(List.of(input)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }

    @Test
    void stepsAreGatheredByTheNumbersThatAPassGives() {
        Graph graph = new GraphBuilder(Shape.sequence(3, 2))
                .input("places", Shape.sequence(2, 1), ElementType.INT32)
                .add("picked", new Gather(), "input", "places")
                .add("out", new Output(), "picked")
                .build();
        ByteBuffer features = ByteBuffer.allocateDirect(6 * Float.BYTES).order(ByteOrder.nativeOrder());
        features.asFloatBuffer().put(new float[] {1, 2, 3, 4, 5, 6});
        for (String name : List.of("cpu", "reference")) {
            try (Plan plan = Backends.of(name).compile(graph, PlanOptions.of(1))) {
                Pass pass = plan.pass().features(features).examples(1);
                plan.forward(pass.set("places", IntBuffer.wrap(new int[] {2, -1})), false);
                float[] picked = new float[4];
                plan.scores().asFloatBuffer().get(picked);
                assertThat(picked).as(name).containsExactly(5, 6, 0, 0);
            }
        }
    }
}
