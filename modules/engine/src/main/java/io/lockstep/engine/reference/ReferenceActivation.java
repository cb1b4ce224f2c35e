package io.lockstep.engine.reference;

import io.lockstep.engine.Operation.Function;

/** Activation functions and their derivatives. */
final class ReferenceActivation {
    private ReferenceActivation() {}

    static double value(Function function, double x) {
        return switch (function) {
            case RELU -> Math.max(0, x);
            case LEAKY_RELU -> x > 0 ? x : 0.01 * x;
            case TANH -> Math.tanh(x);
            case SIGMOID -> sigmoid(x);
            case ELU -> x > 0 ? x : Math.expm1(x);
            case SOFTPLUS -> Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x)));
            case SWISH -> x * sigmoid(x);
        };
    }

    static double slope(Function function, double x) {
        return switch (function) {
            case RELU -> x > 0 ? 1 : 0;
            case LEAKY_RELU -> x > 0 ? 1 : 0.01;
            case TANH -> 1 - Math.tanh(x) * Math.tanh(x);
            case SIGMOID -> sigmoid(x) * (1 - sigmoid(x));
            case ELU -> x > 0 ? 1 : Math.exp(x);
            case SOFTPLUS -> sigmoid(x);
            case SWISH -> sigmoid(x) * (1 + x * (1 - sigmoid(x)));
        };
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }
}
