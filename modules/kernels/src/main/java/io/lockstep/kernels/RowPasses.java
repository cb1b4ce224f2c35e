package io.lockstep.kernels;

import java.nio.ByteBuffer;

/** Passes over rows of float32: sums, layer norm, softmax. Offsets are in bytes. Stateless. */
public abstract sealed class RowPasses permits ScalarRowPasses, SimdRowPasses {
    private static final RowPasses FASTEST = VectorModule.isUsed() ? new SimdRowPasses() : new ScalarRowPasses();

    RowPasses() {}

    /** The Vector API's where the JVM has it, otherwise plain loops. */
    public static RowPasses get() {
        return FASTEST;
    }

    /** y += x. */
    public abstract void add(ByteBuffer x, int xAt, ByteBuffer y, int yAt, int elements);

    /** The sum of x y. */
    public abstract float dot(ByteBuffer x, int xAt, ByteBuffer y, int yAt, int elements);

    /**
     * y = (x - mean) rate gain + bias, rate = 1 / sqrt(variance + epsilon).
     *
     * @param biasAt -1 for none
     * @param saved receives mean and rate
     */
    public abstract void layerNorm(
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
            int elements);

    /**
     * @param sums receives, added to what is there: dy x normalized, then dy
     * @param dx receives the input's gradient
     */
    public abstract void layerNormGradient(
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
            int elements);

    /**
     * x = softmax(x) of the first {@code count} elements, 0 behind them up to {@code elements}.
     *
     * @return log of the sum of exp(x); of nothing, or of minus infinities alone, +infinity, and all of x is 0
     */
    public abstract float softmax(ByteBuffer x, int at, int count, int elements);

    /** x = exp(x - logSum) of the first {@code count} elements, 0 behind them: what {@link #softmax} had left. */
    public abstract void softmaxAgain(ByteBuffer x, int at, int count, int elements, float logSum);

    /** dp = p (dp - mean) scale: the gradient before a softmax, mean being the sum of p dp. */
    public abstract void softmaxGradient(
            ByteBuffer p, int pAt, float mean, float scale, ByteBuffer dp, int dpAt, int elements);
}
