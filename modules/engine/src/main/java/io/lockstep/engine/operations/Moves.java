package io.lockstep.engine.operations;

import io.lockstep.engine.Operation;
import io.lockstep.engine.Shape;
import java.util.List;

/** Elements that come to lie elsewhere, and stay what they are. */
public final class Moves {
    private Moves() {}

    /** Inputs of equal height and width, their channels one after the other. */
    public record Concatenation() implements Operation {
        @Override
        public int mostInputs() {
            return Integer.MAX_VALUE;
        }

        @Override
        public Shape outputOf(List<Shape> inputs) {
            Shape first = inputs.get(0);
            int channels = 0;
            for (Shape each : inputs) {
                if (each.height() != first.height() || each.width() != first.width()) {
                    throw new IllegalArgumentException("height and width differ: " + inputs);
                }
                channels += each.channels();
            }
            return new Shape(first.height(), first.width(), channels);
        }
    }

    /** Zeros added around height and width, and before and behind the channels. */
    public record ZeroPadding(int top, int bottom, int left, int right, int channelsBefore, int channelsAfter)
            implements Operation {
        @Override
        public Shape outputOf(List<Shape> inputs) {
            Shape x = inputs.get(0);
            return new Shape(
                    x.height() + top + bottom, x.width() + left + right, x.channels() + channelsBefore + channelsAfter);
        }
    }

    /** Some of the channels: the reverse of {@link Concatenation}. */
    public record ChannelRange(int first, int count) implements Operation {
        @Override
        public Shape outputOf(List<Shape> inputs) {
            Shape x = inputs.get(0);
            if (first < 0 || count < 1 || first + count > x.channels()) {
                throw new IllegalArgumentException(this + " of " + x.channels() + " channels");
            }
            return new Shape(x.height(), x.width(), count);
        }
    }

    /** The same elements in the same order (height, width, channels), as another shape. */
    public record Reshape(Shape shape) implements Operation {
        @Override
        public Shape outputOf(List<Shape> inputs) {
            if (shape.elements() != inputs.get(0).elements()) {
                throw new IllegalArgumentException(inputs.get(0) + " does not become " + shape);
            }
            return shape;
        }
    }

    /**
     * A vector of all elements.
     *
     * @param channelsFirst in the order (channels, height, width), otherwise (height, width, channels)
     */
    public record Flatten(boolean channelsFirst) implements Operation {
        @Override
        public Shape outputOf(List<Shape> inputs) {
            return Shape.vector(inputs.get(0).elements());
        }
    }

    /** The rows of an image as the time steps of a sequence: (H, W, C) to (H, 1, W C). Nothing moves. */
    public record Rows() implements Operation {
        @Override
        public Shape outputOf(List<Shape> inputs) {
            Shape x = inputs.get(0);
            return Shape.sequence(x.height(), x.width() * x.channels());
        }
    }

    /** The pixels of an image, row by row, as the time steps of a sequence: (H, W, C) to (H W, 1, C). Nothing moves. */
    public record Pixels() implements Operation {
        @Override
        public Shape outputOf(List<Shape> inputs) {
            return Shape.sequence(inputs.get(0).pixels(), inputs.get(0).channels());
        }
    }
}
