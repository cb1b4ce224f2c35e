package io.lockstep.engine.operations;

import io.lockstep.engine.DropoutMask;
import io.lockstep.engine.Operation;
import io.lockstep.engine.Shape;
import java.util.List;

/** What comes from nowhere else: no node is read. */
public interface Sources extends Operation {
    Shape shape();

    @Override
    default int fewestInputs() {
        return 0;
    }

    @Override
    default Shape outputOf(List<Shape> inputs) {
        return shape();
    }

    /** Learned numbers, the same for each example. Parameters: they, in memory's order. */
    record Parameter(Shape shape) implements Sources {
        @Override
        public int parametersOf(List<Shape> inputs) {
            return shape.elements();
        }
    }

    /** Given numbers, the same for each example. */
    record Constant(Shape shape, List<Float> values) implements Sources {
        public Constant {
            values = List.copyOf(values);
            if (values.size() != shape.elements()) {
                throw new IllegalArgumentException(values.size() + " numbers for a constant of " + shape);
            }
        }
    }

    /**
     * Random numbers, other ones for each example of a pass, in training and in evaluation: a function of the pass's seed, the
     * node and the example's place.
     */
    record RandomNumbers(Shape shape, Distribution distribution) implements Sources {
        /** @param element of the whole batch */
        public double value(long seed, int stream, long element) {
            return switch (distribution) {
                case UNIFORM -> DropoutMask.uniform(seed, stream, element);
                case NORMAL -> DropoutMask.gaussian(seed, stream, element);
            };
        }
    }

    enum Distribution {
        /** From 0 to 1. */
        UNIFORM,
        /** Of mean 0 and variance 1. */
        NORMAL
    }
}
