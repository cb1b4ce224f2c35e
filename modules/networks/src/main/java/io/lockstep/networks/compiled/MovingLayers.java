package io.lockstep.networks.compiled;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Operation;
import io.lockstep.engine.Shape;
import io.lockstep.engine.operations.Moves.ChannelRange;
import io.lockstep.engine.operations.Moves.Concatenation;
import io.lockstep.engine.operations.Moves.Reshape;
import io.lockstep.engine.operations.Moves.ZeroPadding;
import io.lockstep.engine.operations.Resampling.Upsampling;
import io.lockstep.engine.operations.Sequences.StepRange;

/** What only moves numbers: padding, cropping, blocks of pixels as channels, repetition. */
final class MovingLayers {
    private final Graph.Builder graph;

    MovingLayers(Graph.Builder graph) {
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
            return append(name, new StepRange(sides[0], height), input);
        }
        // a row as one step, whose columns lie one behind the other
        int width = shape.width() - sides[2] - sides[3];
        int channels = shape.channels();
        String rows = append(
                graph.beside(name, "rows"),
                new Reshape(Shape.sequence(shape.height(), shape.width() * channels)),
                input);
        String kept =
                append(graph.beside(name, "kept"), new StepRange(sides[0], height), rows);
        String columns = append(
                graph.beside(name, "columns"),
                new ChannelRange(sides[2] * channels, width * channels),
                kept);
        return append(name, new Reshape(new Shape(height, width, channels)), columns);
    }

    /** The pixels of a square block become one, their channels one behind the other, row by row. */
    String spaceToDepth(String name, int block, String input) {
        Shape shape = graph.shapeOf(input);
        int height = shape.height() / block;
        int width = shape.width() / block;
        int row = shape.width() * shape.channels();
        String bands = append(
                graph.beside(name, "bands"), new Reshape(Shape.sequence(height, block * row)), input);
        String[] rows = new String[block];
        for (int i = 0; i < block; i++) { // the i-th row of each block
            String ofBands =
                    append(graph.beside(name, "row" + i), new ChannelRange(i * row, row), bands);
            rows[i] = append(
                    graph.beside(name, "blocks" + i),
                    new Reshape(new Shape(height, width, block * shape.channels())),
                    ofBands);
        }
        graph.add(name, new Concatenation(), rows);
        return name;
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
