package io.lockstep.engine;

import java.util.List;

/**
 * What a node of a {@link Graph} computes. Anybody may implement it: an operation says all that a graph asks, about
 * itself and the shapes of its inputs, and each backend has a table of the operations that it runs. Those that there are
 * lie in {@link io.lockstep.engine.operations}; a graph itself knows only what it begins and ends with, the three here.
 *
 * <p>An operation is a value: a record whose components are all that it is. Its parameters lie in the flat vector in the
 * order that its description says, which is DL4J's.
 */
public interface Operation {
    /** How many nodes it reads, at least. */
    default int fewestInputs() {
        return 1;
    }

    /** And at most. */
    default int mostInputs() {
        return fewestInputs();
    }

    /**
     * Of one example.
     *
     * @param inputs as many as the operation may have
     * @throws IllegalArgumentException saying what does not fit, if it cannot read these
     */
    Shape outputOf(List<Shape> inputs);

    /** Its numbers in the flat vector. */
    default int parametersOf(List<Shape> inputs) {
        return 0;
    }

    /** Of its parameters, those that DropConnect may drop: weights, and no biases. */
    default Weights weightsOf(List<Shape> inputs) {
        return Weights.NONE;
    }

    /** In products of one forward pass of one example; 0 for what does no products worth counting. */
    default long multiplyAddsOf(List<Shape> inputs) {
        return 0;
    }

    /** Whether its inputs get a gradient; if not, backward ends at it. */
    default boolean passesGradient() {
        return true;
    }

    /** What the elements of an input have to be; only inputs of a pass are anything but float32. */
    default ElementType reads(int input) {
        return ElementType.FLOAT32;
    }

    /**
     * Part of an operation's parameters.
     *
     * @param from the first one, counted from the operation's first parameter
     */
    record Weights(int from, int count) {
        public static final Weights NONE = new Weights(0, 0);

        public boolean has(int parameter) {
            return parameter >= from && parameter < from + count;
        }
    }

    /**
     * What a pass gives of each example: features, targets, weights.
     *
     * @param column what a pass gives it by ({@link Pass#set})
     * @param ifAbsent each element, where a pass does not give it; null if every pass has to
     */
    record Input(String column, Shape shape, ElementType type, Float ifAbsent) implements Operation {
        /** Float32, which every pass gives. */
        public Input(String column, Shape shape) {
            this(column, shape, ElementType.FLOAT32, null);
        }

        @Override
        public int fewestInputs() {
            return 0;
        }

        @Override
        public Shape outputOf(List<Shape> inputs) {
            return shape;
        }
    }

    /** A node that a graph may end with: a {@link Loss}, or an {@link Output}. */
    interface Last extends Operation {}

    /** The end of a part of a network whose loss is elsewhere: what comes in is handed out. */
    record Output() implements Last {
        @Override
        public Shape outputOf(List<Shape> inputs) {
            return inputs.get(0);
        }
    }
}
