package io.lockstep.kernels;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * Passes over flat float32 vectors: the gradients of a whole network, a bucket of them, its parameters.
 *
 * <p>A vector is a direct buffer in native order, read from its position to its limit, which must hold whole floats; a
 * range is a {@link ByteBuffer#slice(int, int)} (whose order must be set anew). Positions and limits are not changed.
 *
 * <p>The results are the same bits on every machine, whatever the width of its vectors, and with or without the vector
 * module: ranks that reduced the same gradient must come to the same norm, or they drift apart. Sums are held in double
 * precision in {@value #PARTIAL_SUMS} partial sums, element i in number i mod {@value #PARTIAL_SUMS}; the square of a
 * float is exact in double precision, so a fused multiply-add changes nothing.
 *
 * <p>All methods run on the calling thread. Threads may work on disjoint ranges.
 */
public abstract sealed class FlatVectors permits ScalarFlatVectors, SimdFlatVectors {
    static final int PARTIAL_SUMS = 32;

    private static final FlatVectors FASTEST = VectorModule.isUsed() ? new SimdFlatVectors() : new ScalarFlatVectors();

    FlatVectors() {}

    /** The Vector API's where the JVM has it, otherwise plain loops. */
    public static FlatVectors get() {
        return FASTEST;
    }

    /** x = x * factor. */
    public final void scale(ByteBuffer x, float factor) {
        scaleFloats(floats(x), factor);
    }

    /** Sum of x[i] * x[i]; NaN or infinite if and only if an element is (float squares cannot overflow a double). */
    public final double sumOfSquares(ByteBuffer x) {
        double[] partial = new double[PARTIAL_SUMS];
        addSquares(floats(x), partial);
        return total(partial);
    }

    /** x = x * factor, and the sum of squares of the result, in one pass. Not finite if an element of it is not. */
    public final double scaleAndSquare(ByteBuffer x, float factor) {
        double[] partial = new double[PARTIAL_SUMS];
        scaleAndAddSquares(floats(x), factor, partial);
        return total(partial);
    }

    /** False if an element is NaN or infinite. */
    public final boolean allFinite(ByteBuffer x) {
        return Double.isFinite(sumOfSquares(x));
    }

    /** y = y + a * x, rounded after the product and after the sum. */
    public final void addScaled(ByteBuffer y, float a, ByteBuffer x) {
        ByteBuffer from = floats(x);
        ByteBuffer to = floats(y);
        if (from.remaining() != to.remaining()) {
            throw new IllegalArgumentException(
                    to.remaining() / Float.BYTES + " floats += " + from.remaining() / Float.BYTES + " floats");
        }
        addScaledFloats(to, a, from);
    }

    /** Each element is brought to at most {@code limit} and at least {@code -limit}. */
    public final void clamp(ByteBuffer x, float limit) {
        clampFloats(floats(x), limit);
    }

    abstract void scaleFloats(ByteBuffer x, float factor);

    abstract void addSquares(ByteBuffer x, double[] partial);

    abstract void scaleAndAddSquares(ByteBuffer x, float factor, double[] partial);

    abstract void clampFloats(ByteBuffer x, float limit);

    abstract void addScaledFloats(ByteBuffer y, float a, ByteBuffer x);

    private static double total(double[] partial) {
        double sum = 0;
        for (double part : partial) {
            sum += part;
        }
        return sum;
    }

    /** From position 0, in native order. */
    private static ByteBuffer floats(ByteBuffer x) {
        Objects.requireNonNull(x);
        if (!x.isDirect() || x.order() != ByteOrder.nativeOrder() || x.remaining() % Float.BYTES != 0) {
            throw new IllegalArgumentException("a vector is direct, in native order and of whole floats: " + x
                    + (x.isDirect() ? " direct, " : " on the heap, ") + x.order());
        }
        return x.slice().order(ByteOrder.nativeOrder());
    }
}
