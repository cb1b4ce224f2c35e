package io.lockstep.kernels;

import static jdk.incubator.vector.VectorOperators.GT;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The Vector API's. Rows are taken in groups of {@link #period} elements, the least common multiple of the channels and
 * of {@value #UNROLL} vectors. Sums run down the groups two vectors side by side, held in registers in
 * float32 and added to the caller's doubles at the end of each call, so callers pass some thousand rows at a time.
 * Element-wise passes run along the memory. Rows that fill no group are left to the scalar loops.
 *
 * <p>A vector must never be passed to a method that C2 does not inline (35 bytes of bytecode if the call is cold): the
 * loop that made it would then allocate it anew in each turn, at a fifth of the speed.
 */
final class SimdChannelPasses extends ChannelPasses {
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = FLOATS.length();
    private static final int BYTES = LANES * Float.BYTES;
    private static final int UNROLL = 4;
    private static final int PAIR = 2 * LANES;

    private final int groupRows;
    private final int groupBytes;
    private final ScalarChannelPasses scalar;
    private final float[] first = new float[PAIR];
    private final float[] second = new float[PAIR];

    SimdChannelPasses(int channels) {
        super(channels, leastCommonMultiple(channels, UNROLL * LANES));
        groupRows = period() / channels;
        groupBytes = period() * Float.BYTES;
        scalar = new ScalarChannelPasses(channels);
    }

    @Override
    public void moments(ByteBuffer x, int at, int rows, float[] pivot, double[] sum, double[] squares) {
        int end = endOfGroups(at, rows);
        for (int p = 0; p < period() && at < end; p += PAIR) {
            momentsDown(x, at + p * Float.BYTES, end, pivot, p);
            fold(p, sum, squares);
        }
        scalar.moments(x, end, rows % groupRows, pivot, sum, squares);
    }

    private void momentsDown(ByteBuffer x, int start, int end, float[] pivot, int p) {
        FloatVector pivot0 = load(pivot, p);
        FloatVector pivot1 = load(pivot, p + LANES);
        FloatVector sum0 = FloatVector.zero(FLOATS);
        FloatVector sum1 = sum0;
        FloatVector square0 = sum0;
        FloatVector square1 = sum0;
        for (int at = start; at < end; at += groupBytes) {
            FloatVector x0 = load(x, at).sub(pivot0);
            FloatVector x1 = load(x, at + BYTES).sub(pivot1);
            sum0 = sum0.add(x0);
            sum1 = sum1.add(x1);
            square0 = x0.mul(x0).add(square0);
            square1 = x1.mul(x1).add(square1);
        }
        sum0.intoArray(first, 0);
        sum1.intoArray(first, LANES);
        square0.intoArray(second, 0);
        square1.intoArray(second, LANES);
    }

    @Override
    public void gradientSums(
            ByteBuffer g, ByteBuffer x, int at, int rows, float[] mean, double[] sum, double[] products) {
        int end = endOfGroups(at, rows);
        for (int p = 0; p < period() && at < end; p += PAIR) {
            gradientSumsDown(g, x, at + p * Float.BYTES, end, mean, p);
            fold(p, sum, products);
        }
        scalar.gradientSums(g, x, end, rows % groupRows, mean, sum, products);
    }

    private void gradientSumsDown(ByteBuffer g, ByteBuffer x, int start, int end, float[] mean, int p) {
        FloatVector mean0 = load(mean, p);
        FloatVector mean1 = load(mean, p + LANES);
        FloatVector sum0 = FloatVector.zero(FLOATS);
        FloatVector sum1 = sum0;
        FloatVector product0 = sum0;
        FloatVector product1 = sum0;
        for (int at = start; at < end; at += groupBytes) {
            FloatVector g0 = load(g, at);
            FloatVector g1 = load(g, at + BYTES);
            sum0 = sum0.add(g0);
            sum1 = sum1.add(g1);
            product0 = product0.add(g0.mul(load(x, at).sub(mean0)));
            product1 = product1.add(g1.mul(load(x, at + BYTES).sub(mean1)));
        }
        sum0.intoArray(first, 0);
        sum1.intoArray(first, LANES);
        product0.intoArray(second, 0);
        product1.intoArray(second, LANES);
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
        int end = endOfGroups(at, rows);
        for (int p = 0; p < period() && at < end; p += PAIR) {
            gradientSumsThroughReluDown(dy, x, at + p * Float.BYTES, end, scale, shift, mean, p);
            fold(p, sum, products);
        }
        scalar.gradientSumsThroughRelu(dy, x, end, rows % groupRows, scale, shift, mean, sum, products);
    }

    private void gradientSumsThroughReluDown(
            ByteBuffer dy, ByteBuffer x, int start, int end, float[] scale, float[] shift, float[] mean, int p) {
        FloatVector scale0 = load(scale, p);
        FloatVector scale1 = load(scale, p + LANES);
        FloatVector shift0 = load(shift, p);
        FloatVector shift1 = load(shift, p + LANES);
        FloatVector mean0 = load(mean, p);
        FloatVector mean1 = load(mean, p + LANES);
        FloatVector sum0 = FloatVector.zero(FLOATS);
        FloatVector sum1 = sum0;
        FloatVector product0 = sum0;
        FloatVector product1 = sum0;
        for (int at = start; at < end; at += groupBytes) {
            FloatVector x0 = load(x, at);
            FloatVector x1 = load(x, at + BYTES);
            FloatVector g0 = wherePositive(x0.mul(scale0).add(shift0), load(dy, at));
            FloatVector g1 = wherePositive(x1.mul(scale1).add(shift1), load(dy, at + BYTES));
            sum0 = sum0.add(g0);
            sum1 = sum1.add(g1);
            product0 = product0.add(g0.mul(x0.sub(mean0)));
            product1 = product1.add(g1.mul(x1.sub(mean1)));
        }
        sum0.intoArray(first, 0);
        sum1.intoArray(first, LANES);
        product0.intoArray(second, 0);
        product1.intoArray(second, LANES);
    }

    @Override
    public void affine(ByteBuffer x, int at, int rows, float[] scale, float[] shift, ByteBuffer y) {
        int end = endOfGroups(at, rows);
        for (int group = at; group < end; group += groupBytes) {
            for (int p = 0, i = group; p < period(); p += LANES, i += BYTES) {
                load(x, i).mul(load(scale, p)).add(load(shift, p)).intoByteBuffer(y, i, ORDER);
            }
        }
        scalar.affine(x, end, rows % groupRows, scale, shift, y);
    }

    @Override
    public void affineRelu(ByteBuffer x, int at, int rows, float[] scale, float[] shift, ByteBuffer y) {
        int end = endOfGroups(at, rows);
        for (int group = at; group < end; group += groupBytes) {
            for (int p = 0, i = group; p < period(); p += LANES, i += BYTES) {
                relu(load(x, i).mul(load(scale, p)).add(load(shift, p))).intoByteBuffer(y, i, ORDER);
            }
        }
        scalar.affineRelu(x, end, rows % groupRows, scale, shift, y);
    }

    @Override
    public void affineAdd(ByteBuffer x, ByteBuffer z, int at, int rows, float[] scale, float[] shift, ByteBuffer y) {
        int end = endOfGroups(at, rows);
        for (int group = at; group < end; group += groupBytes) {
            for (int p = 0, i = group; p < period(); p += LANES, i += BYTES) {
                load(x, i)
                        .mul(load(scale, p))
                        .add(load(shift, p))
                        .add(load(z, i))
                        .intoByteBuffer(y, i, ORDER);
            }
        }
        scalar.affineAdd(x, z, end, rows % groupRows, scale, shift, y);
    }

    @Override
    public void affineAddRelu(
            ByteBuffer x, ByteBuffer z, int at, int rows, float[] scale, float[] shift, ByteBuffer y) {
        int end = endOfGroups(at, rows);
        for (int group = at; group < end; group += groupBytes) {
            for (int p = 0, i = group; p < period(); p += LANES, i += BYTES) {
                FloatVector sum =
                        load(x, i).mul(load(scale, p)).add(load(shift, p)).add(load(z, i));
                relu(sum).intoByteBuffer(y, i, ORDER);
            }
        }
        scalar.affineAddRelu(x, z, end, rows % groupRows, scale, shift, y);
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
        int end = endOfGroups(at, rows);
        for (int group = at; group < end; group += groupBytes) {
            for (int p = 0, i = group; p < period(); p += LANES, i += BYTES) {
                FloatVector centred = load(x, i).sub(load(mean, p));
                load(dy, i)
                        .mul(load(ofGradient, p))
                        .add(centred.mul(load(ofInput, p)))
                        .add(load(constant, p))
                        .intoByteBuffer(dx, i, ORDER);
            }
        }
        scalar.inputGradient(dy, x, end, rows % groupRows, mean, ofGradient, ofInput, constant, dx);
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
        int end = endOfGroups(at, rows);
        for (int group = at; group < end; group += groupBytes) {
            for (int p = 0, i = group; p < period(); p += LANES, i += BYTES) {
                FloatVector input = load(x, i);
                FloatVector output = input.mul(load(scale, p)).add(load(shift, p));
                wherePositive(output, load(dy, i))
                        .mul(load(ofGradient, p))
                        .add(input.sub(load(mean, p)).mul(load(ofInput, p)))
                        .add(load(constant, p))
                        .intoByteBuffer(dx, i, ORDER);
            }
        }
        scalar.inputGradientThroughRelu(
                dy, x, end, rows % groupRows, scale, shift, mean, ofGradient, ofInput, constant, dx);
    }

    private int endOfGroups(int at, int rows) {
        return at + rows / groupRows * groupBytes;
    }

    private static FloatVector load(ByteBuffer x, int at) {
        return FloatVector.fromByteBuffer(FLOATS, x, at, ORDER);
    }

    private static FloatVector load(float[] constants, int p) {
        return FloatVector.fromArray(FLOATS, constants, p);
    }

    private static FloatVector relu(FloatVector x) {
        return x.max(0);
    }

    private static FloatVector wherePositive(FloatVector condition, FloatVector value) {
        return FloatVector.zero(FLOATS).blend(value, condition.compare(GT, 0));
    }

    /** Adds what the registers held for a pair of vectors, from element p of the group, to the channels it belongs to. */
    private void fold(int p, double[] sum, double[] other) {
        int channel = p % channels;
        for (int i = 0; i < PAIR; i++) {
            sum[channel] += first[i];
            other[channel] += second[i];
            channel = channel + 1 == channels ? 0 : channel + 1;
        }
    }

    private static int leastCommonMultiple(int a, int b) {
        int divisor = a;
        int rest = b;
        while (rest != 0) {
            int next = divisor % rest;
            divisor = rest;
            rest = next;
        }
        return Math.multiplyExact(a / divisor, b);
    }
}
