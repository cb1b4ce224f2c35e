package io.lockstep.engine.reference;

import io.lockstep.engine.Shape;
import io.lockstep.engine.Window;
import io.lockstep.engine.operations.Resampling.Pooling;
import io.lockstep.engine.operations.Resampling.PoolingKind;
import java.util.Arrays;

/** Maximum, mean or p-norm of a window; of equal maxima the first, row by row. */
final class ReferencePooling {
    private final PoolingKind kind;
    private final Window window;
    private final Shape from;
    private final Shape to;
    private final int examples;

    ReferencePooling(Pooling operation, Shape from, Shape to, int examples) {
        this(operation.kind(), operation.window(), from, to, examples);
    }

    /** For the norm alone. */
    ReferencePooling(Window window, Shape from, Shape to, int examples) {
        this(null, window, from, to, examples);
    }

    private ReferencePooling(PoolingKind kind, Window window, Shape from, Shape to, int examples) {
        this.kind = kind;
        this.window = window;
        this.from = from;
        this.to = to;
        this.examples = examples;
    }

    void forwardNorm(double p, double[] x, double[] y) {
        for (int o = 0; o < examples * to.elements(); o++) {
            for (int input : window(o)) {
                y[o] += Math.pow(Math.abs(x[input]), p);
            }
            y[o] = Math.pow(y[o], 1 / p);
        }
    }

    void backwardNorm(double p, double[] x, double[] y, double[] dy, double[] dx) {
        for (int o = 0; o < dy.length; o++) {
            for (int input : window(o)) {
                dx[input] += y[o] == 0 ? 0 : dy[o] * Math.signum(x[input]) * Math.pow(Math.abs(x[input]) / y[o], p - 1);
            }
        }
    }

    void forward(double[] x, double[] y) {
        for (int o = 0; o < examples * to.elements(); o++) {
            int[] inputs = window(o);
            if (kind == PoolingKind.MAX) {
                y[o] = x[largest(x, inputs)];
            } else {
                for (int input : inputs) {
                    y[o] += x[input] / divisor(inputs);
                }
            }
        }
    }

    void backward(double[] x, double[] dy, double[] dx) {
        for (int o = 0; o < dy.length; o++) {
            int[] inputs = window(o);
            if (kind == PoolingKind.MAX) {
                dx[largest(x, inputs)] += dy[o];
            } else {
                for (int input : inputs) {
                    dx[input] += dy[o] / divisor(inputs);
                }
            }
        }
    }

    private int divisor(int[] inputs) {
        return kind == PoolingKind.AVERAGE ? inputs.length : window.height() * window.width();
    }

    private static int largest(double[] x, int[] inputs) {
        int best = inputs[0];
        for (int input : inputs) {
            if (x[input] > x[best]) {
                best = input;
            }
        }
        return best;
    }

    /** Indices of the inputs inside the image that output o sees. */
    private int[] window(int o) {
        int c = o % to.channels();
        int w = o / to.channels() % to.width();
        int h = o / to.channels() / to.width() % to.height();
        int n = o / to.elements();
        int[] inputs = new int[window.height() * window.width()];
        int count = 0;
        for (int kh = 0; kh < window.height(); kh++) {
            int row = h * window.strideHeight() - window.padTop() + kh * window.dilationHeight();
            for (int kw = 0; kw < window.width(); kw++) {
                int column = w * window.strideWidth() - window.padLeft() + kw * window.dilationWidth();
                if (row >= 0 && row < from.height() && column >= 0 && column < from.width()) {
                    inputs[count++] = ReferenceNetwork.index(from, n, row, column, c);
                }
            }
        }
        return Arrays.copyOf(inputs, count);
    }
}
