package io.lockstep.kernels;

import java.nio.ByteBuffer;

/** Plain loops, for JVMs without the vector module and for the rows that do not fill a vector. */
final class ScalarChannelPasses extends ChannelPasses {
    ScalarChannelPasses(int channels) {
        super(channels, channels);
    }

    @Override
    public void moments(ByteBuffer x, int at, int rows, float[] pivot, double[] sum, double[] squares) {
        for (int row = 0; row < rows; row++) {
            for (int c = 0; c < channels; c++, at += Float.BYTES) {
                float shifted = x.getFloat(at) - pivot[c];
                sum[c] += shifted;
                squares[c] += shifted * shifted;
            }
        }
    }

    @Override
    public void affine(ByteBuffer x, int at, int rows, float[] scale, float[] shift, ByteBuffer y) {
        for (int row = 0; row < rows; row++) {
            for (int c = 0; c < channels; c++, at += Float.BYTES) {
                y.putFloat(at, x.getFloat(at) * scale[c] + shift[c]);
            }
        }
    }

    @Override
    public void affineRelu(ByteBuffer x, int at, int rows, float[] scale, float[] shift, ByteBuffer y) {
        for (int row = 0; row < rows; row++) {
            for (int c = 0; c < channels; c++, at += Float.BYTES) {
                y.putFloat(at, Math.max(0, x.getFloat(at) * scale[c] + shift[c]));
            }
        }
    }

    @Override
    public void affineAdd(ByteBuffer x, ByteBuffer z, int at, int rows, float[] scale, float[] shift, ByteBuffer y) {
        for (int row = 0; row < rows; row++) {
            for (int c = 0; c < channels; c++, at += Float.BYTES) {
                y.putFloat(at, x.getFloat(at) * scale[c] + shift[c] + z.getFloat(at));
            }
        }
    }

    @Override
    public void affineAddRelu(
            ByteBuffer x, ByteBuffer z, int at, int rows, float[] scale, float[] shift, ByteBuffer y) {
        for (int row = 0; row < rows; row++) {
            for (int c = 0; c < channels; c++, at += Float.BYTES) {
                y.putFloat(at, Math.max(0, x.getFloat(at) * scale[c] + shift[c] + z.getFloat(at)));
            }
        }
    }

    @Override
    public void gradientSums(
            ByteBuffer g, ByteBuffer x, int at, int rows, float[] mean, double[] sum, double[] products) {
        for (int row = 0; row < rows; row++) {
            for (int c = 0; c < channels; c++, at += Float.BYTES) {
                float gradient = g.getFloat(at);
                sum[c] += gradient;
                products[c] += gradient * (x.getFloat(at) - mean[c]);
            }
        }
    }

    @Override
    public void gradientSumsThroughRelu(
            ByteBuffer dy,
            ByteBuffer x,
            int at,
            int rows,
            float[] scale,
            float[] shift,
            float[] mean,
            double[] sum,
            double[] products) {
        for (int row = 0; row < rows; row++) {
            for (int c = 0; c < channels; c++, at += Float.BYTES) {
                float input = x.getFloat(at);
                if (input * scale[c] + shift[c] > 0) {
                    float gradient = dy.getFloat(at);
                    sum[c] += gradient;
                    products[c] += gradient * (input - mean[c]);
                }
            }
        }
    }

    @Override
    public void inputGradient(
            ByteBuffer dy,
            ByteBuffer x,
            int at,
            int rows,
            float[] mean,
            float[] ofGradient,
            float[] ofInput,
            float[] constant,
            ByteBuffer dx) {
        for (int row = 0; row < rows; row++) {
            for (int c = 0; c < channels; c++, at += Float.BYTES) {
                float centred = x.getFloat(at) - mean[c];
                dx.putFloat(at, dy.getFloat(at) * ofGradient[c] + centred * ofInput[c] + constant[c]);
            }
        }
    }

    @Override
    public void inputGradientThroughRelu(
            ByteBuffer dy,
            ByteBuffer x,
            int at,
            int rows,
            float[] scale,
            float[] shift,
            float[] mean,
            float[] ofGradient,
            float[] ofInput,
            float[] constant,
            ByteBuffer dx) {
        for (int row = 0; row < rows; row++) {
            for (int c = 0; c < channels; c++, at += Float.BYTES) {
                float input = x.getFloat(at);
                float gradient = input * scale[c] + shift[c] > 0 ? dy.getFloat(at) : 0;
                dx.putFloat(at, gradient * ofGradient[c] + (input - mean[c]) * ofInput[c] + constant[c]);
            }
        }
    }
}
