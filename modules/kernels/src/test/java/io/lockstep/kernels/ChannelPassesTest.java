package io.lockstep.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The Vector API's passes against the plain loops, and those against the definition. */
class ChannelPassesTest {
    private static final int[] ROWS = {0, 1, 3, 64, 65, 1000};

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 8, 10, 16, 17, 24, 64, 96, 512})
    void elementwisePassesGiveTheSameBits(int channels) {
        for (int rows : ROWS) {
            Case simd = new Case(new SimdChannelPasses(channels), channels, rows);
            Case scalar = new Case(new ScalarChannelPasses(channels), channels, rows);
            for (Case each : new Case[] {simd, scalar}) {
                ChannelPasses p = each.passes;
                p.affine(each.x, 4, rows, each.scale, each.shift, each.outputs[0]);
                p.affineRelu(each.x, 4, rows, each.scale, each.shift, each.outputs[1]);
                p.affineAdd(each.x, each.z, 4, rows, each.scale, each.shift, each.outputs[2]);
                p.affineAddRelu(each.x, each.z, 4, rows, each.scale, each.shift, each.outputs[3]);
                p.inputGradient(each.z, each.x, 4, rows, each.mean, each.scale, each.shift, each.mean, each.outputs[4]);
                p.inputGradientThroughRelu(
                        each.z,
                        each.x,
                        4,
                        rows,
                        each.scale,
                        each.shift,
                        each.mean,
                        each.scale,
                        each.shift,
                        each.mean,
                        each.outputs[5]);
            }
            for (int i = 0; i < simd.outputs.length; i++) {
                assertThat(simd.outputs[i]).isEqualTo(scalar.outputs[i]);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 8, 10, 16, 17, 24, 64, 96, 512})
    void sumsAgree(int channels) {
        for (int rows : ROWS) {
            double[][] simd = sums(new Case(new SimdChannelPasses(channels), channels, rows), channels, rows);
            double[][] scalar = sums(new Case(new ScalarChannelPasses(channels), channels, rows), channels, rows);
            for (int i = 0; i < simd.length; i++) {
                for (int c = 0; c < channels; c++) {
                    double tolerance = 1e-4 * Math.sqrt(rows + 1) + 1e-6 * Math.abs(scalar[i][c]);
                    assertThat(simd[i][c]).isCloseTo(scalar[i][c], within(tolerance));
                }
            }
        }
    }

    @Test
    void definitions() {
        ScalarChannelPasses passes = new ScalarChannelPasses(2);
        ByteBuffer x = of(1, 2, 3, 4, 5, 6);
        ByteBuffer dy = of(1, -1, 2, -2, 3, -3);
        float[] one = {1, 1};
        float[] mean = {3, 4};
        double[] sum = new double[2];
        double[] other = new double[2];
        passes.moments(x, 0, 3, one, sum, other);
        assertThat(sum).containsExactly(6, 9);
        assertThat(other).containsExactly(20, 35);
        double[] gradients = new double[2];
        double[] products = new double[2];
        // x * 1 - 4 is positive in the last row of channel 0 and in the last of channel 1
        passes.gradientSumsThroughRelu(dy, x, 0, 3, one, new float[] {-4, -4}, mean, gradients, products);
        assertThat(gradients).containsExactly(3, -3);
        assertThat(products).containsExactly(6, -6);
        ByteBuffer dx = of(0, 0, 0, 0, 0, 0);
        passes.inputGradientThroughRelu(
                dy, x, 0, 3, one, new float[] {-4, -4}, mean, new float[] {10, 10}, one, one, dx);
        assertThat(dx).isEqualTo(of(-1, -1, 1, 1, 33, -27));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, 16, 17, 1000})
    void vectorPassesGiveTheSameBits(int elements) {
        ByteBuffer a = random(elements + 1, 1);
        ByteBuffer b = random(elements + 1, 2);
        ByteBuffer y = random(elements + 1, 3);
        ByteBuffer[][] results = new ByteBuffer[2][5];
        VectorPasses[] both = {new ScalarVectorPasses(), new SimdVectorPasses()};
        for (int i = 0; i < 2; i++) {
            for (int k = 0; k < 5; k++) {
                results[i][k] = random(elements + 1, 4);
            }
            both[i].add(a, b, 4, elements, results[i][0]);
            both[i].addRelu(a, b, 4, elements, results[i][1]);
            both[i].relu(a, 4, elements, results[i][2]);
            both[i].reluGradient(a, y, 4, elements, results[i][3]);
            both[i].addReluGradient(a, b, y, 4, elements, results[i][4]);
        }
        assertThat(results[1]).isEqualTo(results[0]);
        if (elements > 0) {
            assertThat(results[0][1].getFloat(4)).isEqualTo(Math.max(0, a.getFloat(4) + b.getFloat(4)));
            assertThat(results[0][3].getFloat(4)).isEqualTo(y.getFloat(4) > 0 ? a.getFloat(4) : 0);
        }
    }

    private static double[][] sums(Case each, int channels, int rows) {
        double[][] sums = new double[6][channels];
        each.passes.moments(each.x, 4, rows, each.mean, sums[0], sums[1]);
        each.passes.gradientSums(each.z, each.x, 4, rows, each.mean, sums[2], sums[3]);
        each.passes.gradientSumsThroughRelu(
                each.z, each.x, 4, rows, each.scale, each.shift, each.mean, sums[4], sums[5]);
        return sums;
    }

    /** Data that depends on the numbers of channels and rows alone; one float before the first row stays as it is. */
    private static final class Case {
        final ChannelPasses passes;
        final ByteBuffer x;
        final ByteBuffer z;
        final float[] scale;
        final float[] shift;
        final float[] mean;
        final ByteBuffer[] outputs = new ByteBuffer[6];

        Case(ChannelPasses passes, int channels, int rows) {
            this.passes = passes;
            x = random(rows * channels + 1, 1);
            z = random(rows * channels + 1, 2);
            scale = constants(channels, 3);
            shift = constants(channels, 4);
            mean = constants(channels, 5);
            for (int i = 0; i < outputs.length; i++) {
                outputs[i] = random(rows * channels + 1, 6);
            }
        }

        private float[] constants(int channels, long seed) {
            float[] values = new float[passes.period()];
            Random random = new Random(seed);
            for (int c = 0; c < channels; c++) {
                values[c] = (float) random.nextGaussian();
            }
            passes.repeat(values);
            return values;
        }
    }

    private static ByteBuffer of(float... values) {
        ByteBuffer x = ByteBuffer.allocateDirect(4 * values.length).order(ByteOrder.nativeOrder());
        x.asFloatBuffer().put(values);
        return x;
    }

    private static ByteBuffer random(int floats, long seed) {
        float[] values = new float[floats];
        Random random = new Random(seed);
        for (int i = 0; i < floats; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return of(values);
    }
}
