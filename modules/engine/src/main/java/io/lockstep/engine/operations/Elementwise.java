package io.lockstep.engine.operations;

import io.lockstep.engine.Operation;
import io.lockstep.engine.Shape;
import java.util.List;

/** Element by element. */
public final class Elementwise {
    private Elementwise() {}

    /**
     * A function of each element.
     *
     * @param alpha what {@link Function} says of those that have it; the others ignore it
     */
    public record Activation(Function function, double alpha) implements Operation {
        /** With the function's usual alpha. */
        public Activation(Function function) {
            this(function, function.usualAlpha);
        }

        @Override
        public Shape outputOf(List<Shape> inputs) {
            return inputs.get(0);
        }
    }

    public enum Function {
        RELU,
        /** alpha x below 0. Usually 0.01; 0.2 in discriminators (Radford et al. 2016, section 3). */
        LEAKY_RELU(0.01),
        /** x above alpha, otherwise 0 (Konda et al. 2015). Usually 1. */
        THRESHOLDED_RELU(1),
        TANH,
        SIGMOID,
        /** alpha (exp(x) - 1) below 0 (Clevert et al. 2016). Usually 1. */
        ELU(1),
        /** 1.0507 times x, or times 1.6733 (exp(x) - 1) below 0 (Klambauer et al. 2017, equation 2). */
        SELU,
        /** ReLU up to 6. */
        RELU6,
        /** x between -1 and 1. */
        HARD_TANH,
        /**
         * 1.7159 tanh(2/3 x) (LeCun et al. 1998, section 4.4), where sign(y) (1 - 1 / (1 + |y| + y^2 + 1.41645 y^4)) is
         * taken for tanh(y).
         */
        RATIONAL_TANH,
        /** tanh(x) above 0, otherwise 0. */
        RECTIFIED_TANH,
        /** 0.2 x + 0.5 between 0 and 1. */
        HARD_SIGMOID,
        /** x / (1 + |x|). */
        SOFTSIGN,
        /** x^3. */
        CUBE,
        /** log(1 + exp(x)). */
        SOFTPLUS,
        /** x tanh(log(1 + exp(x))) (Misra 2019). */
        MISH,
        /** x sigmoid(x). */
        SWISH,
        /** x Phi(x), by the error function (Hendrycks and Gimpel 2016). */
        GELU,
        /** The same paper's approximation by tanh. */
        GELU_TANH,
        /** And by a sigmoid: x sigmoid(1.702 x). */
        GELU_SIGMOID;

        private final double usualAlpha;

        Function() {
            this(0);
        }

        Function(double usualAlpha) {
            this.usualAlpha = usualAlpha;
        }
    }

    /** Sum of inputs of equal shape. */
    public record Add() implements Operation {
        @Override
        public int mostInputs() {
            return Integer.MAX_VALUE;
        }

        @Override
        public Shape outputOf(List<Shape> inputs) {
            return equal(inputs);
        }
    }

    /** Element by element, of inputs of equal shape. */
    public record Combination(How how) implements Operation {
        @Override
        public int fewestInputs() {
            return how == How.DIFFERENCE ? 2 : 1;
        }

        @Override
        public int mostInputs() {
            return how == How.DIFFERENCE ? 2 : Integer.MAX_VALUE;
        }

        @Override
        public Shape outputOf(List<Shape> inputs) {
            return equal(inputs);
        }

        public enum How {
            /** The first of two less the second. */
            DIFFERENCE,
            PRODUCT,
            MEAN,
            /** Of equals the first counts. */
            MAXIMUM
        }
    }

    /** The shape that all have. */
    private static Shape equal(List<Shape> inputs) {
        Shape first = inputs.get(0);
        if (!inputs.stream().allMatch(first::equals)) {
            throw new IllegalArgumentException("shapes differ: " + inputs);
        }
        return first;
    }
}
