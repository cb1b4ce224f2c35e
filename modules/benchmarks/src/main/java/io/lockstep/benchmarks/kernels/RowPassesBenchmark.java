package io.lockstep.benchmarks.kernels;

import io.lockstep.kernels.RowPasses;
import java.nio.ByteBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/** Layer norm and softmax of rows of {@value #ROW}. */
public class RowPassesBenchmark extends KernelSuite {
    private static final RowPasses PASSES = RowPasses.get();
    private static final int ROW = 512;
    private static final int ROW_BYTES = ROW * Float.BYTES;

    private ByteBuffer x;
    private ByteBuffer dy;
    private ByteBuffer y;
    /** Gain, and bias behind it. */
    private ByteBuffer parameters;

    private ByteBuffer sums;
    /** Of each row two numbers. */
    private ByteBuffer saved;

    @Setup
    public void allocate() {
        x = random(elements, 1);
        dy = random(elements, 2);
        y = zeros(elements);
        parameters = random(2 * ROW, 3);
        sums = zeros(2 * ROW);
        saved = random(2 * (elements / ROW), 4);
    }

    private static int savedAt(int at) {
        return at / ROW_BYTES * 2 * Float.BYTES;
    }

    @Benchmark
    @BytesMoved(8)
    public void layerNorm() {
        for (int at = 0; at < elements * Float.BYTES; at += ROW_BYTES) {
            PASSES.layerNorm(x, at, parameters, 0, ROW_BYTES, 1e-5, y, at, saved, savedAt(at), ROW);
        }
    }

    @Benchmark
    @BytesMoved(12)
    public void layerNormGradient() {
        for (int at = 0; at < elements * Float.BYTES; at += ROW_BYTES) {
            PASSES.layerNormGradient(x, at, parameters, 0, saved, savedAt(at), dy, at, sums, 0, y, at, ROW);
        }
    }

    /** In place: from the second call on of probabilities, which is the same work. */
    @Benchmark
    @BytesMoved(8)
    public float softmax() {
        float logSums = 0;
        for (int at = 0; at < elements * Float.BYTES; at += ROW_BYTES) {
            logSums += PASSES.softmax(x, at, ROW, ROW);
        }
        return logSums;
    }

    /** In place, with a mean that is not 0, so that gradients end at a multiple of it. */
    @Benchmark
    @BytesMoved(12)
    public void softmaxGradient() {
        for (int at = 0; at < elements * Float.BYTES; at += ROW_BYTES) {
            PASSES.softmaxGradient(x, at, 0.1f, 0.125f, dy, at, ROW);
        }
    }
}
