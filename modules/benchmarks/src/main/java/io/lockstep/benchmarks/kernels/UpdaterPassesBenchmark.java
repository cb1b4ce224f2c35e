package io.lockstep.benchmarks.kernels;

import io.lockstep.kernels.UpdaterPasses;
import io.lockstep.kernels.UpdaterPasses.Stretch;
import io.lockstep.kernels.UpdaterPasses.Terms;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/** An optimizer's step over all parameters, with a gradient that stays the same. */
public class UpdaterPassesBenchmark extends KernelSuite {
    private static final UpdaterPasses PASSES = UpdaterPasses.get();
    private static final Terms TERMS = new Terms(1, Float.POSITIVE_INFINITY, 0, 1e-4f, 0);
    private static final float RATE = 0.001f;

    private Stretch stretch;

    /** State of two vectors, one behind the other, from zeros as in training. */
    @Setup
    public void allocate() {
        int vectorBytes = elements * Float.BYTES;
        stretch =
                new Stretch(random(elements, 1), random(elements, 2), 0, elements, zeros(2 * elements), 0, vectorBytes);
    }

    @Benchmark
    @BytesMoved(28)
    public void adam() {
        PASSES.adam(stretch, TERMS, RATE, 0.9f, 0.999f, 1e-8f);
    }

    @Benchmark
    @BytesMoved(20)
    public void nesterovs() {
        PASSES.nesterovs(stretch, TERMS, RATE, 0.9f);
    }

    @Benchmark
    @BytesMoved(12)
    public void sgd() {
        PASSES.sgd(stretch, TERMS, RATE);
    }
}
