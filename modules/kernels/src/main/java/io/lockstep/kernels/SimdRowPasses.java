package io.lockstep.kernels;

import static io.lockstep.kernels.SimdMath.BYTES;
import static io.lockstep.kernels.SimdMath.FLOATS;
import static io.lockstep.kernels.SimdMath.LANES;
import static io.lockstep.kernels.SimdMath.ORDER;
import static io.lockstep.kernels.SimdMath.load;
import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.MAX;

import java.nio.ByteBuffer;
import jdk.incubator.vector.FloatVector;

/** The Vector API's. */
final class SimdRowPasses extends RowPasses {
    private final ScalarRowPasses scalar = new ScalarRowPasses();

    private static int endOfVectors(int elements) {
        return elements / LANES * BYTES;
    }

    @Override
    public void add(ByteBuffer x, int xAt, ByteBuffer y, int yAt, int elements) {
        int end = endOfVectors(elements);
        for (int i = 0; i < end; i += BYTES) {
            load(y, yAt + i).add(load(x, xAt + i)).intoByteBuffer(y, yAt + i, ORDER);
        }
        scalar.add(x, xAt + end, y, yAt + end, elements % LANES);
    }

    @Override
    public float dot(ByteBuffer x, int xAt, ByteBuffer y, int yAt, int elements) {
        int end = endOfVectors(elements);
        FloatVector sum = FloatVector.zero(FLOATS);
        for (int i = 0; i < end; i += BYTES) {
            sum = load(x, xAt + i).fma(load(y, yAt + i), sum);
        }
        return sum.reduceLanes(ADD) + scalar.dot(x, xAt + end, y, yAt + end, elements % LANES);
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
        int end = endOfVectors(elements);
        if (end != elements * Float.BYTES) {
            scalar.layerNorm(x, xAt, parameters, gainAt, biasAt, epsilon, y, yAt, saved, savedAt, elements);
            return;
        }
        FloatVector sums = FloatVector.zero(FLOATS);
        for (int i = 0; i < end; i += BYTES) {
            sums = sums.add(load(x, xAt + i));
        }
        float mean = sums.reduceLanes(ADD) / elements;
        FloatVector squares = FloatVector.zero(FLOATS);
        for (int i = 0; i < end; i += BYTES) {
            FloatVector distance = load(x, xAt + i).sub(mean);
            squares = distance.fma(distance, squares);
        }
        float rate = (float) (1 / Math.sqrt(squares.reduceLanes(ADD) / elements + epsilon));
        saved.putFloat(savedAt, mean);
        saved.putFloat(savedAt + Float.BYTES, rate);
        for (int i = 0; i < end; i += BYTES) {
            FloatVector scaled = load(x, xAt + i).sub(mean).mul(rate).mul(load(parameters, gainAt + i));
            FloatVector shifted = biasAt < 0 ? scaled : scaled.add(load(parameters, biasAt + i));
            shifted.intoByteBuffer(y, yAt + i, ORDER);
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
        int end = endOfVectors(elements);
        if (end != elements * Float.BYTES) {
            scalar.layerNormGradient(
                    x, xAt, parameters, gainAt, saved, savedAt, dy, dyAt, sums, sumsAt, dx, dxAt, elements);
            return;
        }
        float mean = saved.getFloat(savedAt);
        float rate = saved.getFloat(savedAt + Float.BYTES);
        FloatVector sum = FloatVector.zero(FLOATS);
        FloatVector products = FloatVector.zero(FLOATS);
        for (int i = 0; i < end; i += BYTES) {
            FloatVector d = load(dy, dyAt + i);
            FloatVector normalized = load(x, xAt + i).sub(mean).mul(rate);
            d.fma(normalized, load(sums, sumsAt + i)).intoByteBuffer(sums, sumsAt + i, ORDER);
            load(sums, sumsAt + end + i).add(d).intoByteBuffer(sums, sumsAt + end + i, ORDER);
            FloatVector scaled = d.mul(load(parameters, gainAt + i));
            sum = sum.add(scaled);
            products = scaled.fma(normalized, products);
        }
        float meanOfGradient = sum.reduceLanes(ADD) / elements;
        float meanOfProducts = products.reduceLanes(ADD) / elements;
        for (int i = 0; i < end; i += BYTES) {
            FloatVector normalized = load(x, xAt + i).sub(mean).mul(rate);
            FloatVector scaled = load(dy, dyAt + i).mul(load(parameters, gainAt + i));
            scaled.sub(meanOfGradient)
                    .sub(normalized.mul(meanOfProducts))
                    .mul(rate)
                    .intoByteBuffer(dx, dxAt + i, ORDER);
        }
    }

    @Override
    public float softmax(ByteBuffer x, int at, int count, int elements) {
        int end = endOfVectors(count);
        FloatVector maxima = FloatVector.broadcast(FLOATS, Float.NEGATIVE_INFINITY);
        for (int i = 0; i < end; i += BYTES) {
            maxima = maxima.max(load(x, at + i));
        }
        float max = maxima.reduceLanes(MAX);
        for (int i = end; i < count * Float.BYTES; i += Float.BYTES) {
            max = Math.max(max, x.getFloat(at + i));
        }
        if (max == Float.NEGATIVE_INFINITY) {
            ScalarRowPasses.zero(x, at, 0, elements);
            return Float.POSITIVE_INFINITY;
        }
        FloatVector sums = FloatVector.zero(FLOATS);
        for (int i = 0; i < end; i += BYTES) {
            FloatVector power = SimdMath.exp(load(x, at + i).sub(max));
            power.intoByteBuffer(x, at + i, ORDER);
            sums = sums.add(power);
        }
        float sum = sums.reduceLanes(ADD);
        for (int i = end; i < count * Float.BYTES; i += Float.BYTES) {
            float power = (float) Math.exp(x.getFloat(at + i) - max);
            x.putFloat(at + i, power);
            sum += power;
        }
        scale(x, at, count, 1 / sum);
        ScalarRowPasses.zero(x, at, count, elements);
        return (float) (max + Math.log(sum));
    }

    private static void scale(ByteBuffer x, int at, int count, float factor) {
        int end = endOfVectors(count);
        for (int i = 0; i < end; i += BYTES) {
            load(x, at + i).mul(factor).intoByteBuffer(x, at + i, ORDER);
        }
        for (int i = end; i < count * Float.BYTES; i += Float.BYTES) {
            x.putFloat(at + i, x.getFloat(at + i) * factor);
        }
    }

    @Override
    public void softmaxAgain(ByteBuffer x, int at, int count, int elements, float logSum) {
        int end = endOfVectors(count);
        for (int i = 0; i < end; i += BYTES) {
            SimdMath.exp(load(x, at + i).sub(logSum)).intoByteBuffer(x, at + i, ORDER);
        }
        scalar.softmaxAgain(x, at + end, count % LANES, elements - end / Float.BYTES, logSum);
    }

    @Override
    public void softmaxGradient(ByteBuffer p, int pAt, float mean, float scale, ByteBuffer dp, int dpAt, int elements) {
        int end = endOfVectors(elements);
        for (int i = 0; i < end; i += BYTES) {
            load(dp, dpAt + i).sub(mean).mul(load(p, pAt + i)).mul(scale).intoByteBuffer(dp, dpAt + i, ORDER);
        }
        scalar.softmaxGradient(p, pAt + end, mean, scale, dp, dpAt + end, elements % LANES);
    }
}
