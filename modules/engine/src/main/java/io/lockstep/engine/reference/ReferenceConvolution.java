package io.lockstep.engine.reference;

import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.Shape;
import io.lockstep.engine.Window;
import io.lockstep.engine.operations.Products.Convolution;
import io.lockstep.engine.operations.Products.TransposedConvolution;
import io.lockstep.engine.operations.Products.WeightOrder;

/** The sum over all (example, output pixel, output, kernel pixel, input), three times. */
final class ReferenceConvolution {
    private final Convolution operation;
    private final Shape from;
    private final Shape to;
    private final int examples;
    private final int biasAt;
    private final int weightsAt;

    ReferenceConvolution(Convolution operation, Shape from, Node node, int examples) {
        this.operation = operation;
        this.from = from;
        this.to = node.shape();
        this.examples = examples;
        biasAt = (int) node.parametersAt();
        weightsAt = biasAt + (operation.bias() ? operation.outputs() : 0);
    }

    /** The convolution that a transposed one is the transpose of: from its output, which has the bias, to its input. */
    ReferenceConvolution(TransposedConvolution transposed, Shape input, Node node, int examples) {
        operation = new Convolution(input.channels(), transposed.window(), 1, transposed.bias());
        from = node.shape();
        to = input;
        this.examples = examples;
        biasAt = (int) node.parametersAt();
        weightsAt = biasAt + (transposed.bias() ? transposed.outputs() : 0);
    }

    /** @param x of the transposed convolution: this one's output */
    void transposed(double[] x, double[] parameters, double[] y) {
        for (int i = 0; operation.bias() && i < y.length; i++) {
            y[i] = parameters[biasAt + i % from.channels()];
        }
        terms((i, w, o) -> y[i] += x[o] * parameters[w]);
    }

    void transposedBackward(double[] x, double[] parameters, double[] dy, double[] dx, double[] gradients) {
        for (int i = 0; operation.bias() && i < dy.length; i++) {
            gradients[biasAt + i % from.channels()] += dy[i];
        }
        terms((i, w, o) -> {
            dx[o] += dy[i] * parameters[w];
            gradients[w] += dy[i] * x[o];
        });
    }

    private interface Term {
        /** @param x, w, y indices of input, weight and output */
        void at(int x, int w, int y);
    }

    void forward(double[] x, double[] parameters, double[] y) {
        if (operation.bias()) {
            for (int i = 0; i < y.length; i++) {
                y[i] = parameters[biasAt + i % operation.outputs()];
            }
        }
        terms((i, w, o) -> y[o] += x[i] * parameters[w]);
    }

    void backward(double[] x, double[] parameters, double[] dy, double[] dx, double[] gradients) {
        if (operation.bias()) {
            for (int i = 0; i < dy.length; i++) {
                gradients[biasAt + i % operation.outputs()] += dy[i];
            }
        }
        terms((i, w, o) -> {
            dx[i] += dy[o] * parameters[w];
            gradients[w] += dy[o] * x[i];
        });
    }

    private void terms(Term term) {
        int inputs = from.channels() / operation.groups();
        int outputs = operation.outputs() / operation.groups();
        for (int n = 0; n < examples; n++) {
            for (int h = 0; h < to.height(); h++) {
                for (int w = 0; w < to.width(); w++) {
                    for (int o = 0; o < operation.outputs(); o++) {
                        pixel(term, n, h, w, o, o / outputs * inputs, inputs);
                    }
                }
            }
        }
    }

    private void pixel(Term term, int n, int h, int w, int o, int firstInput, int inputs) {
        Window window = operation.window();
        for (int kh = 0; kh < window.height(); kh++) {
            int row = h * window.strideHeight() - window.padTop() + kh * window.dilationHeight();
            for (int kw = 0; kw < window.width(); kw++) {
                int column = w * window.strideWidth() - window.padLeft() + kw * window.dilationWidth();
                if (row < 0 || row >= from.height() || column < 0 || column >= from.width()) {
                    continue;
                }
                for (int i = 0; i < inputs; i++) {
                    int weight = operation.order() == WeightOrder.OUTPUTS_FIRST
                            ? ((o * inputs + i) * window.height() + kh) * window.width() + kw
                            : ((kh * window.width() + kw) * inputs + i) * operation.outputs() + o;
                    term.at(
                            ReferenceNetwork.index(from, n, row, column, firstInput + i),
                            weightsAt + weight,
                            ReferenceNetwork.index(to, n, h, w, o));
                }
            }
        }
    }
}
