package io.lockstep.engine.operations;

import io.lockstep.engine.Operation;
import io.lockstep.engine.Shape;
import io.lockstep.engine.Window;
import java.util.List;

/** Products with weights. */
public final class Products {
    private Products() {}

    /** How a convolution's weights lie in the flat vector, the last varying fastest. */
    public enum WeightOrder {
        /** (outputs, inputs / groups, height, width). */
        OUTPUTS_FIRST,
        /** (height, width, inputs / groups, outputs). */
        OUTPUTS_LAST
    }

    /** Cross-correlation. Parameters: bias (outputs) if there is one, then weights in their order. */
    public record Convolution(int outputs, Window window, int groups, boolean bias, WeightOrder order)
            implements Operation {
        /** With the usual order, {@link WeightOrder#OUTPUTS_FIRST}. */
        public Convolution(int outputs, Window window, int groups, boolean bias) {
            this(outputs, window, groups, bias, WeightOrder.OUTPUTS_FIRST);
        }

        @Override
        public Shape outputOf(List<Shape> inputs) {
            Shape x = inputs.get(0);
            if (x.channels() % groups != 0 || outputs % groups != 0) {
                throw new IllegalArgumentException(
                        groups + " groups do not divide " + x.channels() + " inputs and " + outputs + " outputs");
            }
            return window.outputOf(x, outputs);
        }

        @Override
        public int parametersOf(List<Shape> inputs) {
            return biases(bias, outputs) + weightsOf(inputs).count();
        }

        @Override
        public Weights weightsOf(List<Shape> inputs) {
            int ofOutput = inputs.get(0).channels() / groups * window.height() * window.width();
            return new Weights(biases(bias, outputs), Math.multiplyExact(outputs, ofOutput));
        }

        @Override
        public long multiplyAddsOf(List<Shape> inputs) {
            return (long) weightsOf(inputs).count() * outputOf(inputs).pixels();
        }
    }

    /**
     * The transpose of the convolution that {@code window} describes, which goes from this one's output to its input
     * (Zeiler et al. 2010; what PyTorch and DL4J call deconvolution): stride spreads pixels apart. Parameters: bias
     * (outputs) if there is one, then weights (inputs, outputs, height, width).
     *
     * @param rowsAfter rows of the output that no kernel reaches, below the others, where only the bias is; fewer than
     *     the stride
     * @param columnsAfter likewise, to the right
     */
    public record TransposedConvolution(int outputs, Window window, boolean bias, int rowsAfter, int columnsAfter)
            implements Operation {
        public TransposedConvolution {
            if (rowsAfter < 0
                    || columnsAfter < 0
                    || rowsAfter >= window.strideHeight()
                    || columnsAfter >= window.strideWidth()) {
                throw new IllegalArgumentException(rowsAfter + " rows and " + columnsAfter
                        + " columns after the others; there are fewer than the stride, and not fewer than 0");
            }
        }

        /** An output as small as it can be. */
        public TransposedConvolution(int outputs, Window window, boolean bias) {
            this(outputs, window, bias, 0, 0);
        }

        @Override
        public Shape outputOf(List<Shape> inputs) {
            Shape x = inputs.get(0);
            return new Shape(
                    window.inputHeight(x.height()) + rowsAfter, window.inputWidth(x.width()) + columnsAfter, outputs);
        }

        @Override
        public int parametersOf(List<Shape> inputs) {
            return biases(bias, outputs) + weights(inputs.get(0));
        }

        private int weights(Shape x) {
            return Math.multiplyExact(x.channels(), outputs * window.height() * window.width());
        }

        @Override
        public long multiplyAddsOf(List<Shape> inputs) {
            return (long) weights(inputs.get(0)) * inputs.get(0).pixels();
        }
    }

    /**
     * y = x W + b on vectors, or on each time step of a sequence. Parameters: weights (outputs, inputs), the inputs varying
     * fastest; then bias.
     */
    public record Dense(int outputs, boolean bias) implements Operation {
        @Override
        public Shape outputOf(List<Shape> inputs) {
            return Shape.sequence(Vectors.of(inputs.get(0)).height(), outputs);
        }

        @Override
        public int parametersOf(List<Shape> inputs) {
            return weightsOf(inputs).count() + biases(bias, outputs);
        }

        @Override
        public Weights weightsOf(List<Shape> inputs) {
            return new Weights(0, Math.multiplyExact(inputs.get(0).channels(), outputs));
        }

        @Override
        public long multiplyAddsOf(List<Shape> inputs) {
            return (long) inputs.get(0).elements() * outputs;
        }
    }

    private static int biases(boolean bias, int outputs) {
        return bias ? outputs : 0;
    }
}
