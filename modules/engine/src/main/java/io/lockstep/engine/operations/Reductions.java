package io.lockstep.engine.operations;

import io.lockstep.engine.ExampleOperation;
import io.lockstep.engine.Shape;
import java.util.Arrays;
import java.util.List;

/** Several elements become one, or share one thing. */
public final class Reductions {
    private Reductions() {}

    /** Which elements belong together. */
    public enum Over {
        /** Of each pixel or step: (H, W, 1) is left. */
        CHANNELS,
        /** Of each channel: (1, 1, C) is left. */
        PIXELS,
        /** Of an example: one number is left. */
        ALL;

        Shape left(Shape x) {
            return switch (this) {
                case CHANNELS -> new Shape(x.height(), x.width(), 1);
                case PIXELS -> Shape.vector(x.channels());
                case ALL -> Shape.vector(1);
            };
        }

        /** For an element of the input, to which of those that are left it belongs. */
        int groupOf(Shape x, int element) {
            return switch (this) {
                case CHANNELS -> element / x.channels();
                case PIXELS -> element % x.channels();
                case ALL -> 0;
            };
        }
    }

    public enum How {
        SUM,
        MEAN,
        /** The square root of the sum of the squares; at 0 it has no slope. */
        NORM,
        /** Of equals all share the gradient's whole. */
        MAXIMUM
    }

    public record Reduction(How how, Over over) implements ExampleOperation {
        @Override
        public Shape outputOf(List<Shape> inputs) {
            return over.left(inputs.get(0));
        }

        @Override
        public Arithmetic arithmetic(List<Shape> inputs) {
            Shape shape = inputs.get(0);
            double share = how == How.MEAN ? (double) over.left(shape).elements() / shape.elements() : 1;
            return new Arithmetic() {
                @Override
                public void forward(double[][] x, double[] y) {
                    Arrays.fill(y, how == How.MAXIMUM ? Double.NEGATIVE_INFINITY : 0);
                    for (int i = 0; i < x[0].length; i++) {
                        int group = over.groupOf(shape, i);
                        y[group] = switch (how) {
                            case SUM, MEAN -> y[group] + share * x[0][i];
                            case NORM -> y[group] + x[0][i] * x[0][i];
                            case MAXIMUM -> Math.max(y[group], x[0][i]);
                        };
                    }
                    for (int group = 0; how == How.NORM && group < y.length; group++) {
                        y[group] = Math.sqrt(y[group]);
                    }
                }

                @Override
                public void backward(double[][] x, double[] y, double[] dy, double[][] dx) {
                    for (int i = 0; i < x[0].length; i++) {
                        int group = over.groupOf(shape, i);
                        double slope =
                                switch (how) {
                                    case SUM, MEAN -> share;
                                    case NORM -> y[group] == 0 ? 0 : x[0][i] / y[group];
                                    case MAXIMUM -> x[0][i] == y[group] ? 1 : 0;
                                };
                        dx[0][i] += dy[group] * slope;
                    }
                }
            };
        }
    }

    /** exp(x), divided by its sum over those that belong together. */
    public record Softmax(Over over) implements ExampleOperation {
        @Override
        public Shape outputOf(List<Shape> inputs) {
            return inputs.get(0);
        }

        @Override
        public Arithmetic arithmetic(List<Shape> inputs) {
            Shape shape = inputs.get(0);
            int groups = over.left(shape).elements();
            return new Arithmetic() {
                @Override
                public void forward(double[][] x, double[] y) {
                    for (int group = 0; group < groups; group++) {
                        double max = Double.NEGATIVE_INFINITY;
                        double sum = 0;
                        for (int i = first(group); i < end(group); i += stride()) {
                            max = Math.max(max, x[0][i]);
                        }
                        for (int i = first(group); i < end(group); i += stride()) {
                            y[i] = Math.exp(x[0][i] - max);
                            sum += y[i];
                        }
                        for (int i = first(group); i < end(group); i += stride()) {
                            y[i] /= sum;
                        }
                    }
                }

                @Override
                public void backward(double[][] x, double[] y, double[] dy, double[][] dx) {
                    for (int group = 0; group < groups; group++) {
                        double sum = 0;
                        for (int i = first(group); i < end(group); i += stride()) {
                            sum += dy[i] * y[i];
                        }
                        for (int i = first(group); i < end(group); i += stride()) {
                            dx[0][i] += y[i] * (dy[i] - sum);
                        }
                    }
                }

                private int first(int group) {
                    return over == Over.CHANNELS ? group * shape.channels() : group;
                }

                private int end(int group) {
                    return over == Over.CHANNELS ? (group + 1) * shape.channels() : shape.elements();
                }

                private int stride() {
                    return over == Over.PIXELS ? shape.channels() : 1;
                }
            };
        }
    }
}
