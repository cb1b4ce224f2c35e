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
        /** Of each pixel or time step: (H, W, 1) is left. */
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

    public record Reduce(How how, Over over) implements ExampleOperation {
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

    /** Those that belong together, group by group. */
    private record Groups(Over over, Shape shape) {
        int count() {
            return over.left(shape).elements();
        }

        int first(int group) {
            return over == Over.CHANNELS ? group * shape.channels() : group;
        }

        int end(int group) {
            return over == Over.CHANNELS ? (group + 1) * shape.channels() : shape.elements();
        }

        int stride() {
            return over == Over.PIXELS ? shape.channels() : 1;
        }
    }

    /** An operation on those that belong together, whose output is as large as its input. */
    private abstract static class ByGroup implements ExampleOperation.Arithmetic {
        private final Groups groups;

        ByGroup(Over over, Shape shape) {
            groups = new Groups(over, shape);
        }

        abstract void forward(double[] x, double[] y, int first, int end, int stride);

        abstract void backward(double[] x, double[] y, double[] dy, double[] dx, int first, int end, int stride);

        @Override
        public final void forward(double[][] x, double[] y) {
            for (int group = 0; group < groups.count(); group++) {
                forward(x[0], y, groups.first(group), groups.end(group), groups.stride());
            }
        }

        @Override
        public final void backward(double[][] x, double[] y, double[] dy, double[][] dx) {
            for (int group = 0; group < groups.count(); group++) {
                backward(x[0], y, dy, dx[0], groups.first(group), groups.end(group), groups.stride());
            }
        }
    }

    /**
     * x / (|x| + epsilon), |x| the square root of the sum of the squares of those that belong together.
     *
     * @param epsilon above 0 where all of them may be 0
     */
    public record UnitLength(Over over, double epsilon) implements ExampleOperation {
        @Override
        public Shape outputOf(List<Shape> inputs) {
            return inputs.get(0);
        }

        @Override
        public Arithmetic arithmetic(List<Shape> inputs) {
            return new ByGroup(over, inputs.get(0)) {
                @Override
                void forward(double[] x, double[] y, int first, int end, int stride) {
                    double divisor = length(x, first, end, stride) + epsilon;
                    for (int i = first; i < end; i += stride) {
                        y[i] = x[i] / divisor;
                    }
                }

                /** dx = (dy - y (dy, x) / |x|) / (|x| + epsilon) */
                @Override
                void backward(double[] x, double[] y, double[] dy, double[] dx, int first, int end, int stride) {
                    double length = length(x, first, end, stride);
                    double along = 0;
                    for (int i = first; i < end && length > 0; i += stride) {
                        along += dy[i] * x[i] / length;
                    }
                    for (int i = first; i < end; i += stride) {
                        dx[i] += (dy[i] - y[i] * along) / (length + epsilon);
                    }
                }
            };
        }

        private static double length(double[] x, int first, int end, int stride) {
            double squares = 0;
            for (int i = first; i < end; i += stride) {
                squares += x[i] * x[i];
            }
            return Math.sqrt(squares);
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
            return new ByGroup(over, inputs.get(0)) {
                @Override
                void forward(double[] x, double[] y, int first, int end, int stride) {
                    double max = Double.NEGATIVE_INFINITY;
                    double sum = 0;
                    for (int i = first; i < end; i += stride) {
                        max = Math.max(max, x[i]);
                    }
                    for (int i = first; i < end; i += stride) {
                        y[i] = Math.exp(x[i] - max);
                        sum += y[i];
                    }
                    for (int i = first; i < end; i += stride) {
                        y[i] /= sum;
                    }
                }

                @Override
                void backward(double[] x, double[] y, double[] dy, double[] dx, int first, int end, int stride) {
                    double sum = 0;
                    for (int i = first; i < end; i += stride) {
                        sum += dy[i] * y[i];
                    }
                    for (int i = first; i < end; i += stride) {
                        dx[i] += y[i] * (dy[i] - sum);
                    }
                }
            };
        }
    }
}
