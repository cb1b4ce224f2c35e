package io.lockstep.kernels;

import java.nio.ByteBuffer;

/** Plain loops, for JVMs without the vector module. */
final class ScalarRowPasses extends RowPasses {
    @Override
    public void add(ByteBuffer x, int xAt, ByteBuffer y, int yAt, int elements) {
        for (int i = 0; i < elements * Float.BYTES; i += Float.BYTES) {
            y.putFloat(yAt + i, y.getFloat(yAt + i) + x.getFloat(xAt + i));
        }
    }

    @Override
    public float dot(ByteBuffer x, int xAt, ByteBuffer y, int yAt, int elements) {
        float sum = 0;
        for (int i = 0; i < elements * Float.BYTES; i += Float.BYTES) {
            sum += x.getFloat(xAt + i) * y.getFloat(yAt + i);
        }
        return sum;
    }

    @Override
    public void layerNorm(
            ByteBuffer x,
            int xAt,
            ByteBuffer parameters,
            int gainAt,
            int biasAt,
            double epsilon,
            ByteBuffer y,
            int yAt,
            ByteBuffer saved,
            int savedAt,
            int elements) {
        int end = elements * Float.BYTES;
        double sum = 0;
        for (int i = 0; i < end; i += Float.BYTES) {
            sum += x.getFloat(xAt + i);
        }
        float mean = (float) (sum / elements);
        double squares = 0;
        for (int i = 0; i < end; i += Float.BYTES) {
            float distance = x.getFloat(xAt + i) - mean;
            squares += distance * distance;
        }
        float rate = (float) (1 / Math.sqrt(squares / elements + epsilon));
        saved.putFloat(savedAt, mean);
        saved.putFloat(savedAt + Float.BYTES, rate);
        for (int i = 0; i < end; i += Float.BYTES) {
            float bias = biasAt < 0 ? 0 : parameters.getFloat(biasAt + i);
            float normalized = (x.getFloat(xAt + i) - mean) * rate;
            y.putFloat(yAt + i, normalized * parameters.getFloat(gainAt + i) + bias);
        }
    }

    @Override
    public void layerNormGradient(
            ByteBuffer x,
            int xAt,
            ByteBuffer parameters,
            int gainAt,
            ByteBuffer saved,
            int savedAt,
            ByteBuffer dy,
            int dyAt,
            ByteBuffer sums,
            int sumsAt,
            ByteBuffer dx,
            int dxAt,
            int elements) {
        int end = elements * Float.BYTES;
        float mean = saved.getFloat(savedAt);
        float rate = saved.getFloat(savedAt + Float.BYTES);
        float sum = 0;
        float products = 0;
        for (int i = 0; i < end; i += Float.BYTES) {
            float d = dy.getFloat(dyAt + i);
            float normalized = (x.getFloat(xAt + i) - mean) * rate;
            sums.putFloat(sumsAt + i, sums.getFloat(sumsAt + i) + d * normalized);
            sums.putFloat(sumsAt + end + i, sums.getFloat(sumsAt + end + i) + d);
            sum += d * parameters.getFloat(gainAt + i);
            products += d * parameters.getFloat(gainAt + i) * normalized;
        }
        for (int i = 0; i < end; i += Float.BYTES) {
            float normalized = (x.getFloat(xAt + i) - mean) * rate;
            float d = dy.getFloat(dyAt + i) * parameters.getFloat(gainAt + i);
            dx.putFloat(dxAt + i, (d - sum / elements - normalized * products / elements) * rate);
        }
    }

    @Override
    public float softmax(ByteBuffer x, int at, int count, int elements) {
        float max = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < count * Float.BYTES; i += Float.BYTES) {
            max = Math.max(max, x.getFloat(at + i));
        }
        if (max == Float.NEGATIVE_INFINITY) {
            zero(x, at, 0, elements);
            return Float.POSITIVE_INFINITY;
        }
        double sum = 0;
        for (int i = 0; i < count * Float.BYTES; i += Float.BYTES) {
            sum += Math.exp(x.getFloat(at + i) - max);
        }
        float logSum = (float) (max + Math.log(sum));
        softmaxAgain(x, at, count, elements, logSum);
        return logSum;
    }

    @Override
    public void softmaxAgain(ByteBuffer x, int at, int count, int elements, float logSum) {
        for (int i = 0; i < count * Float.BYTES; i += Float.BYTES) {
            x.putFloat(at + i, (float) Math.exp(x.getFloat(at + i) - logSum));
        }
        zero(x, at, count, elements);
    }

    static void zero(ByteBuffer x, int at, int count, int elements) {
        for (int i = count * Float.BYTES; i < elements * Float.BYTES; i += Float.BYTES) {
            x.putFloat(at + i, 0);
        }
    }

    @Override
    public void softmaxGradient(ByteBuffer p, int pAt, float mean, float scale, ByteBuffer dp, int dpAt, int elements) {
        for (int i = 0; i < elements * Float.BYTES; i += Float.BYTES) {
            dp.putFloat(dpAt + i, p.getFloat(pAt + i) * (dp.getFloat(dpAt + i) - mean) * scale);
        }
    }
}
