package io.lockstep.kernels;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * exp, tanh and the logistic function on vectors, to an error of about 1e-7. Written out because the Vector API's own
 * differ in their last bits between the interpreter and compiled code, and replicas must not.
 */
final class SimdMath {
    static final ByteOrder ORDER = ByteOrder.nativeOrder();
    static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    static final int LANES = FLOATS.length();
    static final int BYTES = LANES * Float.BYTES;

    private static final float SMALLEST = -87f;
    private static final float LARGEST = 88f;
    private static final float LOG2_E = 1.44269504088896341f;
    private static final float LN2_HIGH = 0.693359375f;
    private static final float LN2_LOW = -2.12194440e-4f;
    /** 1.5 x 2^23: added, it leaves the rounded number in a float's lowest bits. */
    private static final float ROUND = 12582912f;

    private SimdMath() {}

    static FloatVector load(ByteBuffer x, int at) {
        return FloatVector.fromByteBuffer(FLOATS, x, at, ORDER);
    }

    /**
     * exp(x) = 2^n exp(r), n the nearest whole number to x / ln 2 and exp(r) the polynomial of Cephes' expf (Moshier
     * 1992). 0 below -87.
     */
    static FloatVector exp(FloatVector x) {
        FloatVector bounded = x.max(SMALLEST).min(LARGEST);
        FloatVector shifted = bounded.fma(FloatVector.broadcast(FLOATS, LOG2_E), FloatVector.broadcast(FLOATS, ROUND));
        FloatVector n = shifted.sub(ROUND);
        FloatVector r = n.fma(FloatVector.broadcast(FLOATS, -LN2_HIGH), bounded);
        r = n.fma(FloatVector.broadcast(FLOATS, -LN2_LOW), r);
        FloatVector p = FloatVector.broadcast(FLOATS, 1.9875691500e-4f);
        p = p.fma(r, FloatVector.broadcast(FLOATS, 1.3981999507e-3f));
        p = p.fma(r, FloatVector.broadcast(FLOATS, 8.3334519073e-3f));
        p = p.fma(r, FloatVector.broadcast(FLOATS, 4.1665795894e-2f));
        p = p.fma(r, FloatVector.broadcast(FLOATS, 1.6666665459e-1f));
        p = p.fma(r, FloatVector.broadcast(FLOATS, 5.0000001201e-1f));
        p = p.fma(r.mul(r), r.add(1f));
        IntVector exponent = shifted.reinterpretAsInts().lanewise(LSHL, 23);
        FloatVector result = p.reinterpretAsInts().add(exponent).reinterpretAsFloats();
        return result.blend(0f, x.compare(LT, SMALLEST));
    }

    static FloatVector sigmoid(FloatVector x) {
        return FloatVector.broadcast(FLOATS, 1f).div(exp(x.neg()).add(1f));
    }

    /** Near 0 by the first terms of its series: 1 - 2 / (exp(2 x) + 1) would lose all digits there. */
    static FloatVector tanh(FloatVector x) {
        FloatVector far = FloatVector.broadcast(FLOATS, 1f)
                .sub(FloatVector.broadcast(FLOATS, 2f).div(exp(x.add(x)).add(1f)));
        FloatVector square = x.mul(x);
        FloatVector series = FloatVector.broadcast(FLOATS, -17f / 315)
                .fma(square, FloatVector.broadcast(FLOATS, 2f / 15))
                .fma(square, FloatVector.broadcast(FLOATS, -1f / 3))
                .mul(square);
        FloatVector near = series.fma(x, x);
        return near.blend(far, square.compare(GT, 0.0225f));
    }
}
