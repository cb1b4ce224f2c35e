package io.lockstep.kernels;

import static jdk.incubator.vector.VectorOperators.F2D;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The Vector API's. Sums of squares go through the vector in blocks; within a block, one pass for each group of four
 * double accumulators (one pass with 512-bit vectors, two with 256), so that the 32 partial sums are the same for every
 * width and a block's second pass finds it in the L1 cache.
 */
final class SimdFlatVectors extends FlatVectors {
    private static final ByteOrder ORDER = ByteOrder.nativeOrder();
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_PREFERRED;
    /** As many floats as there are lanes in a vector of doubles. */
    private static final VectorSpecies<Float> HALF =
            VectorSpecies.of(float.class, VectorShape.forBitSize(DOUBLES.vectorBitSize() / 2));

    private static final int STEP = FLOATS.length() * Float.BYTES;
    private static final int HALF_STEP = HALF.length() * Float.BYTES;
    private static final int ROW = PARTIAL_SUMS * Float.BYTES;
    private static final int BLOCK = 4096 * Float.BYTES;

    private final ScalarFlatVectors scalar = new ScalarFlatVectors();

    @Override
    void scaleFloats(ByteBuffer x, float factor) {
        int whole = x.limit() - x.limit() % STEP;
        for (int at = 0; at < whole; at += STEP) {
            FloatVector.fromByteBuffer(FLOATS, x, at, ORDER).mul(factor).intoByteBuffer(x, at, ORDER);
        }
        scalar.scaleFloats(rest(x, whole), factor);
    }

    @Override
    void addSquares(ByteBuffer x, double[] partial) {
        int whole = x.limit() - x.limit() % ROW;
        for (int block = 0; block < whole; block += BLOCK) {
            addSquaresOfBlock(x, block, Math.min(block + BLOCK, whole), partial);
        }
        scalar.addSquares(rest(x, whole), partial);
    }

    @Override
    void scaleAndAddSquares(ByteBuffer x, float factor, double[] partial) {
        int whole = x.limit() - x.limit() % ROW;
        for (int block = 0; block < whole; block += BLOCK) {
            int end = Math.min(block + BLOCK, whole);
            scaleBlock(x, block, end, factor);
            addSquaresOfBlock(x, block, end, partial);
        }
        scalar.scaleAndAddSquares(rest(x, whole), factor, partial);
    }

    @Override
    void clampFloats(ByteBuffer x, float limit) {
        int whole = x.limit() - x.limit() % STEP;
        for (int at = 0; at < whole; at += STEP) {
            FloatVector.fromByteBuffer(FLOATS, x, at, ORDER)
                    .max(-limit)
                    .min(limit)
                    .intoByteBuffer(x, at, ORDER);
        }
        scalar.clampFloats(rest(x, whole), limit);
    }

    @Override
    void addScaledFloats(ByteBuffer y, float a, ByteBuffer x) {
        int whole = y.limit() - y.limit() % STEP;
        for (int at = 0; at < whole; at += STEP) {
            FloatVector.fromByteBuffer(FLOATS, y, at, ORDER)
                    .add(FloatVector.fromByteBuffer(FLOATS, x, at, ORDER).mul(a))
                    .intoByteBuffer(y, at, ORDER);
        }
        scalar.addScaledFloats(rest(y, whole), a, rest(x, whole));
    }

    private static void scaleBlock(ByteBuffer x, int start, int end, float factor) {
        for (int at = start; at < end; at += STEP) {
            FloatVector.fromByteBuffer(FLOATS, x, at, ORDER).mul(factor).intoByteBuffer(x, at, ORDER);
        }
    }

    private static void addSquaresOfBlock(ByteBuffer x, int start, int end, double[] partial) {
        for (int lane = 0; lane < PARTIAL_SUMS; lane += 4 * DOUBLES.length()) {
            addSquaresOfLanes(x, start + lane * Float.BYTES, end, partial, lane);
        }
    }

    private static void addSquaresOfLanes(ByteBuffer x, int start, int end, double[] partial, int lane) {
        DoubleVector sum0 = DoubleVector.fromArray(DOUBLES, partial, lane);
        DoubleVector sum1 = DoubleVector.fromArray(DOUBLES, partial, lane + DOUBLES.length());
        DoubleVector sum2 = DoubleVector.fromArray(DOUBLES, partial, lane + 2 * DOUBLES.length());
        DoubleVector sum3 = DoubleVector.fromArray(DOUBLES, partial, lane + 3 * DOUBLES.length());
        for (int at = start; at < end; at += ROW) {
            DoubleVector x0 = doubles(x, at);
            DoubleVector x1 = doubles(x, at + HALF_STEP);
            DoubleVector x2 = doubles(x, at + 2 * HALF_STEP);
            DoubleVector x3 = doubles(x, at + 3 * HALF_STEP);
            sum0 = x0.mul(x0).add(sum0);
            sum1 = x1.mul(x1).add(sum1);
            sum2 = x2.mul(x2).add(sum2);
            sum3 = x3.mul(x3).add(sum3);
        }
        sum0.intoArray(partial, lane);
        sum1.intoArray(partial, lane + DOUBLES.length());
        sum2.intoArray(partial, lane + 2 * DOUBLES.length());
        sum3.intoArray(partial, lane + 3 * DOUBLES.length());
    }

    private static DoubleVector doubles(ByteBuffer x, int at) {
        return (DoubleVector) FloatVector.fromByteBuffer(HALF, x, at, ORDER).convertShape(F2D, DOUBLES, 0);
    }

    private static ByteBuffer rest(ByteBuffer x, int start) {
        return x.slice(start, x.limit() - start).order(ORDER);
    }
}
