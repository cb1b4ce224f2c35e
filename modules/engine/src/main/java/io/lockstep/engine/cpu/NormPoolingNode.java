package io.lockstep.engine.cpu;

import io.lockstep.engine.Operation.NormPooling;
import io.lockstep.engine.Shape;
import io.lockstep.engine.Window;

/** The p-norm of windows. */
final class NormPoolingNode implements PlainNode {
    private final double p;
    private final Window window;
    private final Shape from;
    private final Shape to;

    NormPoolingNode(NormPooling operation, Shape from, Shape to) {
        p = operation.p();
        window = operation.window();
        this.from = from;
        this.to = to;
    }

    /** What is done with an element of a window that lies inside the picture. */
    private interface Pair {
        /** @param input, output elements of an example */
        void visit(int input, int output);
    }

    /** Each output's window, output by output. */
    private void visit(Pair pair) {
        for (int output = 0; output < to.elements(); output++) {
            int channel = output % to.channels();
            int column = output / to.channels() % to.width();
            int row = output / to.channels() / to.width();
            for (int kh = 0; kh < window.height(); kh++) {
                int h = row * window.strideHeight() - window.padTop() + kh * window.dilationHeight();
                for (int kw = 0; kw < window.width(); kw++) {
                    int w = column * window.strideWidth() - window.padLeft() + kw * window.dilationWidth();
                    if (h >= 0 && h < from.height() && w >= 0 && w < from.width()) {
                        pair.visit((h * from.width() + w) * from.channels() + channel, output);
                    }
                }
            }
        }
    }

    private static float get(Tensor tensor, int example, int element) {
        return tensor.buffer.getFloat(tensor.at(example) + element * Float.BYTES);
    }

    private static void put(Tensor tensor, int example, int element, double value) {
        tensor.buffer.putFloat(tensor.at(example) + element * Float.BYTES, (float) value);
    }

    private static void clear(Tensor tensor, int first, int end) {
        for (int at = tensor.at(first); at < tensor.at(end); at += Float.BYTES) {
            tensor.buffer.putFloat(at, 0);
        }
    }

    private double power(double magnitude, double exponent) {
        return p == 2 && exponent == 2 ? magnitude * magnitude : Math.pow(magnitude, exponent);
    }

    @Override
    public Step forwardStep(Tensor[] x, Tensor y) {
        return (lane, first, end) -> {
            clear(y, first, end);
            for (int n = first; n < end; n++) {
                int example = n;
                visit((input, output) -> put(
                        y, example, output, get(y, example, output) + power(Math.abs(get(x[0], example, input)), p)));
                for (int output = 0; output < to.elements(); output++) {
                    put(y, n, output, Math.pow(get(y, n, output), 1 / p));
                }
            }
        };
    }

    /** dx = dy sign(x) (|x| / y)^(p - 1); a window of zeros passes nothing on. */
    @Override
    public Step backwardStep(int input, Tensor[] x, Tensor y, Tensor dy, Tensor dx) {
        return (lane, first, end) -> {
            clear(dx, first, end);
            for (int n = first; n < end; n++) {
                int example = n;
                visit((from, output) -> {
                    double norm = get(y, example, output);
                    if (norm > 0) {
                        double value = get(x[0], example, from);
                        double slope = Math.signum(value) * Math.pow(Math.abs(value) / norm, p - 1);
                        put(dx, example, from, get(dx, example, from) + slope * get(dy, example, output));
                    }
                });
            }
        };
    }
}
