package io.lockstep.benchmarks.kernels;

import io.lockstep.kernels.ChannelPasses;
import java.nio.ByteBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/** Batch normalisation of {@value #CHANNELS} channels, a block of rows after the other, as the engine goes. */
public class ChannelPassesBenchmark extends KernelSuite {
    private static final int CHANNELS = 64;
    private static final int ROW_BYTES = CHANNELS * Float.BYTES;
    private static final int BLOCK_ROWS = 1024;

    private ChannelPasses passes;
    private ByteBuffer x;
    private ByteBuffer dy;
    private ByteBuffer y;
    private float[] mean;
    private float[] scale;
    private float[] shift;
    private float[] constant;
    private final double[] sum = new double[CHANNELS];
    private final double[] products = new double[CHANNELS];

    @Setup
    public void allocate() {
        passes = ChannelPasses.ofChannels(CHANNELS);
        x = random(elements, 1);
        dy = random(elements, 2);
        y = zeros(elements);
        mean = constants(0.1f);
        scale = constants(1.1f);
        shift = constants(-0.2f);
        constant = constants(0.3f);
    }

    private float[] constants(float first) {
        float[] constants = new float[passes.period()];
        for (int c = 0; c < CHANNELS; c++) {
            constants[c] = first + 0.001f * c;
        }
        passes.repeat(constants);
        return constants;
    }

    private interface Pass {
        /** @param at byte offset of the first row */
        void run(int at, int rows);
    }

    private void byBlocks(Pass pass) {
        int rows = elements / CHANNELS;
        for (int row = 0; row < rows; row += BLOCK_ROWS) {
            pass.run(row * ROW_BYTES, Math.min(BLOCK_ROWS, rows - row));
        }
    }

    @Benchmark
    @BytesMoved(12)
    public void affineAddRelu() {
        byBlocks((at, rows) -> passes.affineAddRelu(x, dy, at, rows, scale, shift, y));
    }

    @Benchmark
    @BytesMoved(8)
    public void affineRelu() {
        byBlocks((at, rows) -> passes.affineRelu(x, at, rows, scale, shift, y));
    }

    @Benchmark
    @BytesMoved(8)
    public void gradientSumsThroughRelu() {
        byBlocks((at, rows) -> passes.gradientSumsThroughRelu(dy, x, at, rows, scale, shift, mean, sum, products));
    }

    @Benchmark
    @BytesMoved(12)
    public void inputGradientThroughRelu() {
        byBlocks((at, rows) ->
                passes.inputGradientThroughRelu(dy, x, at, rows, scale, shift, mean, scale, shift, constant, y));
    }

    @Benchmark
    @BytesMoved(4)
    public void moments() {
        byBlocks((at, rows) -> passes.moments(x, at, rows, mean, sum, products));
    }
}
