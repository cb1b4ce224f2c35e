package io.lockstep.engine.reference;

import io.lockstep.engine.operations.Norm.ResponseNorm;

/** Local response normalisation over rows of channels. */
final class ReferenceResponseNorm {
    private final ResponseNorm operation;
    private final int channels;

    ReferenceResponseNorm(ResponseNorm operation, int channels) {
        this.operation = operation;
        this.channels = channels;
    }

    void forward(double[] x, double[] y) {
        for (int i = 0; i < x.length; i++) {
            y[i] = x[i] * Math.pow(unit(x, i), -operation.beta());
        }
    }

    /** dx_i = dy_i u_i^-beta - 2 alpha beta x_i sum over j near i of dy_j x_j u_j^(-beta - 1). */
    void backward(double[] x, double[] dy, double[] dx) {
        for (int i = 0; i < x.length; i++) {
            double sum = 0;
            for (int j = first(i); j <= last(i); j++) {
                sum += dy[j] * x[j] * Math.pow(unit(x, j), -operation.beta() - 1);
            }
            dx[i] += dy[i] * Math.pow(unit(x, i), -operation.beta())
                    - 2 * operation.alpha() * operation.beta() * x[i] * sum;
        }
    }

    private double unit(double[] x, int i) {
        double squares = 0;
        for (int j = first(i); j <= last(i); j++) {
            squares += x[j] * x[j];
        }
        return operation.k() + operation.alpha() * squares;
    }

    private int first(int i) {
        return Math.max(i - i % channels, i - operation.size() / 2);
    }

    private int last(int i) {
        return Math.min(i - i % channels + channels - 1, i + operation.size() / 2);
    }
}
