package io.lockstep.engine.cpu.resampling;

import io.lockstep.engine.Shape;
import io.lockstep.engine.Window;
import io.lockstep.engine.cpu.node.PlainNode;
import io.lockstep.engine.cpu.node.Site;
import io.lockstep.engine.cpu.program.ExampleTask;
import io.lockstep.engine.cpu.program.Tensor;
import io.lockstep.engine.operations.Resampling.NormPooling;

/** The p-norm of windows. */
final class NormPoolingNode implements PlainNode {
    private final double p;
    private final Window window;
    private final Shape from;
    private final Shape to;

    NormPoolingNode(Site site) {
        NormPooling operation = (NormPooling) site.node().operation();
        p = operation.p();
        window = operation.window();
        from = site.from();
        to = site.node().shape();
    }

    /** Place in an example of what an output sees at a place of its window; -1 outside of the picture. */
    private int input(int output, int kh, int kw) {
        int channel = output % to.channels();
        int column = output / to.channels() % to.width();
        int row = output / to.channels() / to.width();
        int h = row * window.strideHeight() - window.padTop() + kh * window.dilationHeight();
        int w = column * window.strideWidth() - window.padLeft() + kw * window.dilationWidth();
        boolean inside = h >= 0 && h < from.height() && w >= 0 && w < from.width();
        return inside ? (h * from.width() + w) * from.channels() + channel : -1;
    }

    private static int at(Tensor tensor, int example, int element) {
        return tensor.at(example) + element * Float.BYTES;
    }

    private static double get(Tensor tensor, int example, int element) {
        return tensor.buffer().getFloat(at(tensor, example, element));
    }

    @Override
    public ExampleTask forwardTask(Tensor[] x, Tensor y) {
        return (lane, first, end) -> {
            for (int n = first; n < end; n++) {
                for (int output = 0; output < to.elements(); output++) {
                    y.buffer().putFloat(at(y, n, output), (float) norm(x[0], n, output));
                }
            }
        };
    }

    private double norm(Tensor x, int example, int output) {
        double sum = 0;
        for (int kh = 0; kh < window.height(); kh++) {
            for (int kw = 0; kw < window.width(); kw++) {
                int input = input(output, kh, kw);
                if (input >= 0) {
                    double value = Math.abs(get(x, example, input));
                    sum += p == 2 ? value * value : Math.pow(value, p);
                }
            }
        }
        return p == 2 ? Math.sqrt(sum) : Math.pow(sum, 1 / p);
    }

    /** dx = dy sign(x) (|x| / y)^(p - 1); a window of zeros passes nothing on. */
    @Override
    public ExampleTask backwardTask(int which, Tensor[] x, Tensor y, Tensor dy, Tensor dx) {
        return (lane, first, end) -> {
            for (int at = dx.at(first); at < dx.at(end); at += Float.BYTES) {
                dx.buffer().putFloat(at, 0);
            }
            for (int n = first; n < end; n++) {
                for (int output = 0; output < to.elements(); output++) {
                    if (get(y, n, output) > 0) {
                        spread(n, output, x[0], get(y, n, output), get(dy, n, output), dx);
                    }
                }
            }
        };
    }

    private void spread(int example, int output, Tensor x, double norm, double slope, Tensor dx) {
        for (int kh = 0; kh < window.height(); kh++) {
            for (int kw = 0; kw < window.width(); kw++) {
                int input = input(output, kh, kw);
                if (input >= 0) {
                    double value = get(x, example, input);
                    double share = Math.signum(value) * Math.pow(Math.abs(value) / norm, p - 1);
                    int place = at(dx, example, input);
                    dx.buffer().putFloat(place, (float) (dx.buffer().getFloat(place) + share * slope));
                }
            }
        }
    }
}
