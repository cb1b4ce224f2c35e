package io.lockstep.kernels;

import java.nio.ByteBuffer;

/**
 * The memory-bound passes of batch normalisation and of adding per channel, on activations of rows x channels float32
 * (NHWC: a row is a pixel). One instance per thread: it owns scratch space.
 *
 * <p>Constants per channel (scale, shift, mean ...) come in arrays of {@link #period} elements, the channels repeated,
 * made by {@link #repeat}: so a vector of 16 lanes never straddles the end of a row, whatever the number of channels.
 *
 * <p>All buffers are direct and in native order; {@code at} is the byte offset of the first row in each of them.
 * Products are rounded before they are added (no fused multiply-add), so that forward and backward see the same sign.
 */
public abstract sealed class ChannelPasses permits ScalarChannelPasses, SimdChannelPasses {
    final int channels;
    private final int period;

    ChannelPasses(int channels, int period) {
        this.channels = channels;
        this.period = period;
    }

    /** The Vector API's where the JVM has it, otherwise plain loops. */
    public static ChannelPasses ofChannels(int channels) {
        return VectorModule.isUsed() ? new SimdChannelPasses(channels) : new ScalarChannelPasses(channels);
    }

    /** Length of the arrays of constants: a multiple of the channels. */
    public final int period() {
        return period;
    }

    /** Fills the array of constants from its first {@code channels} elements. */
    public final void repeat(float[] constants) {
        for (int i = channels; i < period; i++) {
            constants[i] = constants[i - channels];
        }
    }

    /** For each channel: sum += sum over rows of (x - pivot), squares += sum of (x - pivot)^2. */
    public abstract void moments(ByteBuffer x, int at, int rows, float[] pivot, double[] sum, double[] squares);

    /** y = x * scale + shift. */
    public abstract void affine(ByteBuffer x, int at, int rows, float[] scale, float[] shift, ByteBuffer y);

    /** y = max(0, x * scale + shift). */
    public abstract void affineRelu(ByteBuffer x, int at, int rows, float[] scale, float[] shift, ByteBuffer y);

    /** y = x * scale + shift + z. */
    public abstract void affineAdd(
            ByteBuffer x, ByteBuffer z, int at, int rows, float[] scale, float[] shift, ByteBuffer y);

    /** y = max(0, x * scale + shift + z). */
    public abstract void affineAddRelu(
            ByteBuffer x, ByteBuffer z, int at, int rows, float[] scale, float[] shift, ByteBuffer y);

    /** For each channel: sum += sum over rows of g, products += sum of g * (x - mean). */
    public abstract void gradientSums(
            ByteBuffer g, ByteBuffer x, int at, int rows, float[] mean, double[] sum, double[] products);

    /** The same with g = dy where x * scale + shift is positive, otherwise 0. */
    public abstract void gradientSumsThroughRelu(
            ByteBuffer dy,
            ByteBuffer x,
            int at,
            int rows,
            float[] scale,
            float[] shift,
            float[] mean,
            double[] sum,
            double[] products);

    /** dx = dy * ofGradient + (x - mean) * ofInput + constant. */
    public abstract void inputGradient(
            ByteBuffer dy,
            ByteBuffer x,
            int at,
            int rows,
            float[] mean,
            float[] ofGradient,
            float[] ofInput,
            float[] constant,
            ByteBuffer dx);

    /** The same with dy taken as 0 where x * scale + shift is not positive. */
    public abstract void inputGradientThroughRelu(
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
            ByteBuffer dx);
}
