package io.lockstep.engine;

import java.util.List;

/**
 * An operation without parameters that looks at one example at a time, and says itself what it computes of it, in double
 * precision. Every backend has one node for all of them, so that a new one is a new record and nothing else. What a network
 * spends its time in deserves a node of its own in a backend's table; the arithmetic here is then what that is held
 * against.
 */
public interface ExampleOperation extends Operation {
    /** Made once for a plan, whose threads share it. */
    Arithmetic arithmetic(List<Shape> inputs);

    /** Of one example. Arrays are in memory's order (height, width, channels). */
    interface Arithmetic {
        /** @param y to be filled; it holds what an example before it left */
        void forward(double[][] x, double[] y);

        /**
         * @param dy the gradient of y
         * @param dx of each input, zeros: the gradients are to be added
         */
        void backward(double[][] x, double[] y, double[] dy, double[][] dx);
    }

    /** An operation each of whose elements is one of its input, or 0. */
    interface Rearrangement extends ExampleOperation {
        int NOTHING = -1;

        /** For each element of the output, which element of the input it is; {@link #NOTHING} for 0. */
        int[] sources(Shape input);

        @Override
        default Arithmetic arithmetic(List<Shape> inputs) {
            int[] sources = sources(inputs.get(0));
            return new Arithmetic() {
                @Override
                public void forward(double[][] x, double[] y) {
                    for (int i = 0; i < y.length; i++) {
                        y[i] = sources[i] == NOTHING ? 0 : x[0][sources[i]];
                    }
                }

                @Override
                public void backward(double[][] x, double[] y, double[] dy, double[][] dx) {
                    for (int i = 0; i < dy.length; i++) {
                        if (sources[i] != NOTHING) {
                            dx[0][sources[i]] += dy[i];
                        }
                    }
                }
            };
        }
    }
}
