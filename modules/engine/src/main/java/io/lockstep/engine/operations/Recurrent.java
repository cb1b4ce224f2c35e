package io.lockstep.engine.operations;

import io.lockstep.engine.Operation;
import io.lockstep.engine.Shape;
import java.util.List;

/**
 * An operation that carries a state of {@code units} numbers, 0 at first, from time step to time step. With {@code masked} a second
 * input follows, (T, 1, 1): a time step whose number is 0 gives 0 and leaves a state of 0, as DL4J has it.
 */
public interface Recurrent extends Operation {
    int units();

    boolean masked();

    /** From the last time step to the first; the output of a time step still lies at that time step. */
    boolean reversed();

    /** Rows of the weight matrices for each unit. */
    int gates();

    /** Whether the recurrent product has a bias of its own. */
    default boolean recurrentBias() {
        return false;
    }

    @Override
    default int fewestInputs() {
        return masked() ? 2 : 1;
    }

    @Override
    default Shape outputOf(List<Shape> inputs) {
        int steps = Vectors.steps(inputs.get(0));
        Vectors.requireMask(inputs.get(inputs.size() - 1), masked(), steps);
        return Shape.sequence(steps, units());
    }

    /** Input weights (gates x units, F), recurrent weights (gates x units, units), bias (gates x units). */
    @Override
    default int parametersOf(List<Shape> inputs) {
        int rows = gates() * units();
        int biases = recurrentBias() ? 2 : 1;
        return Math.multiplyExact(rows, inputs.get(0).channels() + units() + biases);
    }

    @Override
    default long multiplyAddsOf(List<Shape> inputs) {
        Shape x = inputs.get(0);
        return (long) x.height() * gates() * units() * (x.channels() + units());
    }

    /**
     * Hochreiter and Schmidhuber 1997 with forget gates (Gers et al. 2000), without peepholes:
     *
     * <pre>
     *   a = tanh(..)   f, o, i = sigmoid(W x + R h + b)      c' = f c + i a      h' = o tanh(c')
     * </pre>
     *
     * Parameters: W (4 units, F), R (4 units, units), b (4 units), each in the order a, f, o, i: DL4J's.
     */
    record Lstm(int units, boolean reversed, boolean masked) implements Recurrent {
        public Lstm(int units, boolean reversed) {
            this(units, reversed, false);
        }

        @Override
        public int gates() {
            return 4;
        }
    }

    /** h' = tanh(W x + R h + b). Parameters: W (units, F), R (units, units), b (units). */
    record SimpleRnn(int units, boolean reversed, boolean masked) implements Recurrent {
        public SimpleRnn(int units, boolean reversed) {
            this(units, reversed, false);
        }

        @Override
        public int gates() {
            return 1;
        }
    }

    /**
     * Cho et al. 2014 with the reset gate behind the product, as cuDNN and PyTorch have it:
     *
     * <pre>
     *   r, z = sigmoid(W x + b + R h + d)      n = tanh(W x + b + r (R h + d))      h' = (1 - z) n + z h
     * </pre>
     *
     * Parameters: W (3 units, F), R (3 units, units), b (3 units), d (3 units), each in the order r, z, n.
     */
    record Gru(int units, boolean reversed, boolean masked) implements Recurrent {
        public Gru(int units, boolean reversed) {
            this(units, reversed, false);
        }

        @Override
        public int gates() {
            return 3;
        }

        @Override
        public boolean recurrentBias() {
            return true;
        }
    }
}
