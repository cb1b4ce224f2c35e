package io.lockstep.engine.cpu.elementwise;

import io.lockstep.engine.cpu.node.PlainNode;
import io.lockstep.engine.cpu.program.ExampleTask;
import io.lockstep.engine.cpu.program.Tensor;
import io.lockstep.engine.operations.Elementwise.Activation;
import io.lockstep.engine.operations.Elementwise.Function;

/**
 * The activation functions that oneDNN 2.5 lacks, and the cube, for which its power calls the C library element by
 * element. Backward wants the function's input.
 */
final class PlainActivation implements PlainNode {
    private static final double RATIONAL_SCALE = 1.7159;
    private static final double RATIONAL_QUARTIC = 1.41645;

    private final Function function;
    private final double alpha;

    PlainActivation(Activation operation) {
        function = operation.function();
        alpha = operation.alpha();
    }

    static boolean has(Function function) {
        return switch (function) {
            case THRESHOLDED_RELU, RATIONAL_TANH, RECTIFIED_TANH, HARD_SIGMOID, SOFTSIGN, CUBE -> true;
            default -> false;
        };
    }

    @Override
    public ExampleTask forwardTask(Tensor[] x, Tensor y) {
        return (lane, first, end) -> {
            for (int at = y.at(first); at < y.at(end); at += Float.BYTES) {
                y.buffer().putFloat(at, (float) value(x[0].buffer().getFloat(at)));
            }
        };
    }

    @Override
    public ExampleTask backwardTask(int input, Tensor[] x, Tensor y, Tensor dy, Tensor dx) {
        return (lane, first, end) -> {
            for (int at = dx.at(first); at < dx.at(end); at += Float.BYTES) {
                dx.buffer().putFloat(at, (float)
                        (dy.buffer().getFloat(at) * slope(x[0].buffer().getFloat(at))));
            }
        };
    }

    private double value(double x) {
        return switch (function) {
            case THRESHOLDED_RELU -> x > alpha ? x : 0;
            case RATIONAL_TANH -> {
                double a = Math.abs(x) * 2 / 3;
                yield Math.signum(x) * RATIONAL_SCALE * (1 - 1 / rationalPolynomial(a));
            }
            case RECTIFIED_TANH -> Math.max(0, Math.tanh(x));
            case HARD_SIGMOID -> Math.max(0, Math.min(1, 0.2 * x + 0.5));
            case SOFTSIGN -> x / (1 + Math.abs(x));
            case CUBE -> x * x * x;
            default -> throw new IllegalStateException(function + " is oneDNN's");
        };
    }

    private double slope(double x) {
        return switch (function) {
            case THRESHOLDED_RELU -> x > alpha ? 1 : 0;
            case RATIONAL_TANH -> {
                double a = Math.abs(x) * 2 / 3;
                double polynomial = rationalPolynomial(a);
                double slope = 1 + 2 * a + 4 * RATIONAL_QUARTIC * a * a * a;
                yield RATIONAL_SCALE * 2 / 3 * slope / (polynomial * polynomial);
            }
            case RECTIFIED_TANH -> {
                double tanh = Math.tanh(x);
                yield x > 0 ? 1 - tanh * tanh : 0;
            }
            case HARD_SIGMOID -> x > -2.5 && x < 2.5 ? 0.2 : 0;
            case SOFTSIGN -> 1 / ((1 + Math.abs(x)) * (1 + Math.abs(x)));
            case CUBE -> 3 * x * x;
            default -> throw new IllegalStateException(function + " is oneDNN's");
        };
    }

    private static double rationalPolynomial(double a) {
        return 1 + a + a * a + RATIONAL_QUARTIC * a * a * a * a;
    }
}
