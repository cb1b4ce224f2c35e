package io.lockstep.networks.compiled;

import io.lockstep.engine.GraphBuilder;
import io.lockstep.engine.Operation;
import io.lockstep.engine.Shape;
import io.lockstep.engine.operations.Moves.ZeroPadding;
import io.lockstep.engine.operations.Rearrangements.Slice;
import io.lockstep.engine.operations.Resampling.Upsampling;
import io.lockstep.engine.operations.Sequences.TimeStepRange;

/** What only moves numbers: padding, cropping, repetition. */
final class MovingLayers {
    private final GraphBuilder graph;

    MovingLayers(GraphBuilder graph) {
        this.graph = graph;
    }

    /** @param sides zeros above, below, to the left and to the right; of a sequence before and after its steps */
    String pad(String name, int[] sides, String input) {
        boolean sequence = sides.length == 2;
        int left = sequence ? 0 : sides[2];
        int right = sequence ? 0 : sides[3];
        return append(name, new ZeroPadding(sides[0], sides[1], left, right, 0, 0), input);
    }

    /** @param sides rows above and below, columns to the left and to the right; of a sequence steps before and after */
    String crop(String name, int[] sides, String input) {
        Shape shape = graph.shapeOf(input);
        int height = shape.height() - sides[0] - sides[1];
        if (sides.length == 2) {
            return append(name, new TimeStepRange(sides[0], height), input);
        }
        int width = shape.width() - sides[2] - sides[3];
        return append(name, new Slice(sides[0], sides[2], 0, new Shape(height, width, shape.channels())), input);
    }

    /** A vector as each step of a sequence. */
    String repeat(String name, int steps, String input) {
        return append(name, new Upsampling(steps, 1), input);
    }

    private String append(String name, Operation operation, String input) {
        graph.add(name, operation, input);
        return name;
    }
}
