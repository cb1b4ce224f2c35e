package io.lockstep.engine.cpu.norm;

import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.cpu.node.PlainNode;
import io.lockstep.engine.cpu.program.ExampleTask;
import io.lockstep.engine.cpu.program.Tensor;
import io.lockstep.engine.operations.Norm.ResponseNorm;

/**
 * Local response normalisation where oneDNN 2.5 is wrong: y = x u^-beta, with u = k + alpha times the sum of squares of
 * the channels near.
 */
final class PlainResponseNorm implements PlainNode {
    /** oneDNN's own code is for so many channels at a time. */
    private static final int VECTOR = 16;

    private final int channels;
    private final int reach;
    private final int pixels;
    private final double k;
    private final double alpha;
    private final double beta;

    PlainResponseNorm(Node node) {
        ResponseNorm operation = (ResponseNorm) node.operation();
        channels = node.shape().channels();
        pixels = node.shape().pixels();
        reach = operation.size() / 2;
        k = operation.k();
        alpha = operation.alpha();
        beta = operation.beta();
    }

    /**
     * oneDNN's backward ends the process for a channel by itself. Over 7 to 15 channels, for exponents that it has code of
     * its own for, it forgets neighbours where the channels do not fill its vectors.
     */
    static boolean has(Node node) {
        if (!(node.operation() instanceof ResponseNorm norm)) {
            return false;
        }
        int channels = node.shape().channels();
        boolean ownCode = norm.beta() == 0.75 || norm.beta() == 1;
        boolean wrong = norm.size() > 5 && norm.size() < VECTOR && channels > VECTOR && channels % VECTOR != 0;
        return norm.size() == 1 || (ownCode && wrong);
    }

    @Override
    public ExampleTask forwardTask(Tensor[] x, Tensor y) {
        return (lane, first, end) -> {
            for (int i = first * pixels * channels; i < end * pixels * channels; i++) {
                float value = x[0].buffer().getFloat(i * Float.BYTES);
                y.buffer().putFloat(i * Float.BYTES, (float) (value * Math.pow(unit(x[0], i), -beta)));
            }
        };
    }

    /** dx_i = dy_i u_i^-beta - 2 alpha beta x_i times the sum over j near i of dy_j x_j u_j^(-beta - 1). */
    @Override
    public ExampleTask backwardTask(int input, Tensor[] x, Tensor y, Tensor dy, Tensor dx) {
        return (lane, first, end) -> {
            float[] terms = lane.image(channels);
            for (int row = first * pixels; row < end * pixels; row++) {
                for (int c = 0; c < channels; c++) {
                    int i = row * channels + c;
                    double unit = unit(x[0], i);
                    double scaled = dy.buffer().getFloat(i * Float.BYTES) * Math.pow(unit, -beta);
                    dx.buffer().putFloat(i * Float.BYTES, (float) scaled);
                    terms[c] = (float) (scaled * x[0].buffer().getFloat(i * Float.BYTES) / unit);
                }
                for (int c = 0; c < channels; c++) {
                    int at = (row * channels + c) * Float.BYTES;
                    double slope = 2 * alpha * beta * x[0].buffer().getFloat(at) * near(terms, c);
                    dx.buffer().putFloat(at, (float) (dx.buffer().getFloat(at) - slope));
                }
            }
        };
    }

    private double near(float[] terms, int c) {
        double sum = 0;
        for (int j = Math.max(0, c - reach); j <= Math.min(channels - 1, c + reach); j++) {
            sum += terms[j];
        }
        return sum;
    }

    private double unit(Tensor x, int i) {
        int c = i % channels;
        double squares = 0;
        for (int j = Math.max(0, c - reach); j <= Math.min(channels - 1, c + reach); j++) {
            double value = x.buffer().getFloat((i - c + j) * Float.BYTES);
            squares += value * value;
        }
        return k + alpha * squares;
    }
}
