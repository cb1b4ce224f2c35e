package io.lockstep.engine.operations;

import io.lockstep.engine.ExampleOperation;
import io.lockstep.engine.Shape;
import java.util.List;

/** Formulas of each element, of one input or two. */
public final class Formulas {
    private Formulas() {}

    /**
     * A function of each element.
     *
     * @param alpha what {@link Formula} says of those that have it; the others ignore it
     */
    public record Unary(Formula formula, double alpha) implements ExampleOperation {
        public Unary(Formula formula) {
            this(formula, 0);
        }

        @Override
        public Shape outputOf(List<Shape> inputs) {
            return inputs.get(0);
        }

        @Override
        public Arithmetic arithmetic(List<Shape> inputs) {
            return ofElements(formula, alpha);
        }
    }

    public enum Formula implements Element {
        /** alpha x. */
        SCALE {
            @Override
            public double value(double x, double alpha) {
                return alpha * x;
            }

            @Override
            public double slope(double x, double y, double alpha) {
                return alpha;
            }
        },
        /** x + alpha. */
        SHIFT {
            @Override
            public double value(double x, double alpha) {
                return x + alpha;
            }

            @Override
            public double slope(double x, double y, double alpha) {
                return 1;
            }
        },
        SQUARE {
            @Override
            public double value(double x, double alpha) {
                return x * x;
            }

            @Override
            public double slope(double x, double y, double alpha) {
                return 2 * x;
            }
        },
        SQUARE_ROOT {
            @Override
            public double value(double x, double alpha) {
                return Math.sqrt(x);
            }

            @Override
            public double slope(double x, double y, double alpha) {
                return 0.5 / y;
            }
        },
        /** x to the power of alpha. */
        POWER {
            @Override
            public double value(double x, double alpha) {
                return Math.pow(x, alpha);
            }

            @Override
            public double slope(double x, double y, double alpha) {
                return alpha == 0 ? 0 : alpha * Math.pow(x, alpha - 1);
            }
        },
        RECIPROCAL {
            @Override
            public double value(double x, double alpha) {
                return 1 / x;
            }

            @Override
            public double slope(double x, double y, double alpha) {
                return -y * y;
            }
        },
        ABSOLUTE {
            @Override
            public double value(double x, double alpha) {
                return Math.abs(x);
            }

            @Override
            public double slope(double x, double y, double alpha) {
                return Math.signum(x);
            }
        },
        EXPONENTIAL {
            @Override
            public double value(double x, double alpha) {
                return Math.exp(x);
            }

            @Override
            public double slope(double x, double y, double alpha) {
                return y;
            }
        },
        /** Natural. */
        LOGARITHM {
            @Override
            public double value(double x, double alpha) {
                return Math.log(x);
            }

            @Override
            public double slope(double x, double y, double alpha) {
                return 1 / x;
            }
        },
        /** x where it is above alpha, otherwise alpha. */
        AT_LEAST {
            @Override
            public double value(double x, double alpha) {
                return Math.max(x, alpha);
            }

            @Override
            public double slope(double x, double y, double alpha) {
                return x > alpha ? 1 : 0;
            }
        },
        /** x where it is below alpha, otherwise alpha. */
        AT_MOST {
            @Override
            public double value(double x, double alpha) {
                return Math.min(x, alpha);
            }

            @Override
            public double slope(double x, double y, double alpha) {
                return x < alpha ? 1 : 0;
            }
        };
    }

    /** What a formula of one element says. */
    private interface Element {
        double value(double x, double alpha);

        /** @param y the value at x */
        double slope(double x, double y, double alpha);
    }

    private static ExampleOperation.Arithmetic ofElements(Element element, double alpha) {
        return new ExampleOperation.Arithmetic() {
            @Override
            public void forward(double[][] x, double[] y) {
                for (int i = 0; i < y.length; i++) {
                    y[i] = element.value(x[0][i], alpha);
                }
            }

            @Override
            public void backward(double[][] x, double[] y, double[] dy, double[][] dx) {
                for (int i = 0; i < dy.length; i++) {
                    dx[0][i] += dy[i] * element.slope(x[0][i], y[i], alpha);
                }
            }
        };
    }

    /**
     * A ReLU of three numbers: {@code max} from there on, x from {@code threshold} on, and slope (x - threshold) below it.
     *
     * @param max infinity for none
     */
    public record BentRelu(double max, double threshold, double slope) implements ExampleOperation {
        @Override
        public Shape outputOf(List<Shape> inputs) {
            return inputs.get(0);
        }

        @Override
        public Arithmetic arithmetic(List<Shape> inputs) {
            return ofElements(
                    new Element() {
                        @Override
                        public double value(double x, double alpha) {
                            return x >= max ? max : x >= threshold ? x : slope * (x - threshold);
                        }

                        @Override
                        public double slope(double x, double y, double alpha) {
                            return x >= max ? 0 : x >= threshold ? 1 : slope;
                        }
                    },
                    0);
        }
    }

    /**
     * A function of the elements of two inputs. Of height, width and channels each is equal in both, or 1 in one of them,
     * which is then taken as often as the other one wants.
     */
    public record Binary(PairFormula function) implements ExampleOperation {
        @Override
        public int fewestInputs() {
            return 2;
        }

        @Override
        public Shape outputOf(List<Shape> inputs) {
            Shape a = inputs.get(0);
            Shape b = inputs.get(1);
            return new Shape(
                    common(a.height(), b.height(), inputs),
                    common(a.width(), b.width(), inputs),
                    common(a.channels(), b.channels(), inputs));
        }

        private static int common(int a, int b, List<Shape> inputs) {
            if (a != b && a != 1 && b != 1) {
                throw new IllegalArgumentException(
                        "height, width and channels are equal or 1, other than in " + inputs);
            }
            return Math.max(a, b);
        }

        @Override
        public Arithmetic arithmetic(List<Shape> inputs) {
            Shape shape = outputOf(inputs);
            int[] a = elementsOf(inputs.get(0), shape);
            int[] b = elementsOf(inputs.get(1), shape);
            return new Arithmetic() {
                @Override
                public void forward(double[][] x, double[] y) {
                    for (int i = 0; i < y.length; i++) {
                        y[i] = function.value(x[0][a[i]], x[1][b[i]]);
                    }
                }

                @Override
                public void backward(double[][] x, double[] y, double[] dy, double[][] dx) {
                    for (int i = 0; i < dy.length; i++) {
                        dx[0][a[i]] += dy[i] * function.byFirst(x[0][a[i]], x[1][b[i]]);
                        dx[1][b[i]] += dy[i] * function.bySecond(x[0][a[i]], x[1][b[i]]);
                    }
                }
            };
        }

        /** For each element of the output, which element of an input it reads. */
        private static int[] elementsOf(Shape from, Shape to) {
            int[] elements = new int[to.elements()];
            int i = 0;
            for (int h = 0; h < to.height(); h++) {
                for (int w = 0; w < to.width(); w++) {
                    for (int c = 0; c < to.channels(); c++) {
                        elements[i++] = Places.of(
                                from,
                                from.height() == 1 ? 0 : h,
                                from.width() == 1 ? 0 : w,
                                from.channels() == 1 ? 0 : c);
                    }
                }
            }
            return elements;
        }
    }
}
