package io.lockstep.engine.reference;

import io.lockstep.engine.operations.Elementwise.Activation;

/** Activation functions and their derivatives. */
final class ReferenceActivation {
    private ReferenceActivation() {}

    private static final double SELU_SCALE = 1.0507009873554805;
    private static final double SELU_ALPHA = 1.6732632423543772;
    private static final double RATIONAL_SCALE = 1.7159;
    private static final double RATIONAL_QUARTIC = 1.41645;
    private static final double GELU_SLOPE = 1.702;

    static double value(Activation activation, double x) {
        double alpha = activation.alpha();
        return switch (activation.function()) {
            case RELU -> Math.max(0, x);
            case LEAKY_RELU -> x > 0 ? x : alpha * x;
            case THRESHOLDED_RELU -> x > alpha ? x : 0;
            case TANH -> Math.tanh(x);
            case SIGMOID -> sigmoid(x);
            case ELU -> x > 0 ? x : alpha * Math.expm1(x);
            case SELU -> SELU_SCALE * (x > 0 ? x : SELU_ALPHA * Math.expm1(x));
            case RELU6 -> Math.max(0, Math.min(6, x));
            case HARD_TANH -> Math.max(-1, Math.min(1, x));
            case RATIONAL_TANH -> RATIONAL_SCALE * rationalTanh(x * 2 / 3);
            case RECTIFIED_TANH -> Math.max(0, Math.tanh(x));
            case HARD_SIGMOID -> Math.max(0, Math.min(1, 0.2 * x + 0.5));
            case SOFTSIGN -> x / (1 + Math.abs(x));
            case CUBE -> Math.pow(x, 3);
            case SOFTPLUS -> softplus(x);
            case MISH -> x * Math.tanh(softplus(x));
            case SWISH -> x * sigmoid(x);
            case GELU -> x * normal(x);
            case GELU_TANH -> x * (1 + Math.tanh(bent(x))) / 2;
            case GELU_SIGMOID -> x * sigmoid(GELU_SLOPE * x);
        };
    }

    static double slope(Activation activation, double x) {
        double alpha = activation.alpha();
        return switch (activation.function()) {
            case RELU -> x > 0 ? 1 : 0;
            case LEAKY_RELU -> x > 0 ? 1 : alpha;
            case THRESHOLDED_RELU -> x > alpha ? 1 : 0;
            case TANH -> 1 - Math.tanh(x) * Math.tanh(x);
            case SIGMOID -> sigmoid(x) * (1 - sigmoid(x));
            case ELU -> x > 0 ? 1 : alpha * Math.exp(x);
            case SELU -> SELU_SCALE * (x > 0 ? 1 : SELU_ALPHA * Math.exp(x));
            case RELU6 -> x > 0 && x < 6 ? 1 : 0;
            case HARD_TANH -> x > -1 && x < 1 ? 1 : 0;
            case RATIONAL_TANH -> RATIONAL_SCALE * rationalTanhSlope(x * 2 / 3) * 2 / 3;
            case RECTIFIED_TANH -> x > 0 ? 1 - Math.tanh(x) * Math.tanh(x) : 0;
            case HARD_SIGMOID -> Math.abs(x) < 2.5 ? 0.2 : 0;
            case SOFTSIGN -> 1 / Math.pow(1 + Math.abs(x), 2);
            case CUBE -> 3 * x * x;
            case SOFTPLUS -> sigmoid(x);
            case MISH -> {
                double tanh = Math.tanh(softplus(x));
                yield tanh + x * (1 - tanh * tanh) * sigmoid(x);
            }
            case SWISH -> sigmoid(x) * (1 + x * (1 - sigmoid(x)));
            case GELU -> normal(x) + x * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
            case GELU_TANH -> {
                double tanh = Math.tanh(bent(x));
                double slope = Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x);
                yield (1 + tanh) / 2 + x * (1 - tanh * tanh) * slope / 2;
            }
            case GELU_SIGMOID -> {
                double sigmoid = sigmoid(GELU_SLOPE * x);
                yield sigmoid * (1 + GELU_SLOPE * x * (1 - sigmoid));
            }
        };
    }

    /**
     * The normal distribution function: a sum of the series of erf near 0 and of its continued fraction elsewhere
     * (Abramowitz and Stegun 1964, 7.1.6 and 7.1.14).
     */
    private static double normal(double x) {
        double z = Math.abs(x) / Math.sqrt(2);
        double upper;
        if (z < 3) {
            double term = z;
            double sum = z;
            for (int n = 1; n < 100; n++) {
                term *= 2 * z * z / (2 * n + 1);
                sum += term;
            }
            upper = 0.5 - Math.exp(-z * z) / Math.sqrt(Math.PI) * sum;
        } else {
            double fraction = z;
            for (int n = 60; n > 0; n--) {
                fraction = z + n / 2.0 / fraction;
            }
            upper = Math.exp(-z * z) / Math.sqrt(Math.PI) / fraction / 2;
        }
        return x < 0 ? upper : 1 - upper;
    }

    private static double rationalTanh(double y) {
        return Math.signum(y) * (1 - 1 / rationalPolynomial(Math.abs(y)));
    }

    private static double rationalTanhSlope(double y) {
        double a = Math.abs(y);
        return (1 + 2 * a + 4 * RATIONAL_QUARTIC * Math.pow(a, 3)) / Math.pow(rationalPolynomial(a), 2);
    }

    private static double rationalPolynomial(double a) {
        return 1 + a + a * a + RATIONAL_QUARTIC * Math.pow(a, 4);
    }

    private static double softplus(double x) {
        return Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x)));
    }

    private static double bent(double x) {
        return Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x);
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }
}
