package io.lockstep.benchmarks.kernels;

import io.lockstep.kernels.VectorPasses;
import java.nio.ByteBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/** Activations and their gradients, element by element. */
public class VectorPassesBenchmark extends KernelSuite {
    private static final VectorPasses PASSES = VectorPasses.get();

    private ByteBuffer a;
    private ByteBuffer b;
    private ByteBuffer y;

    @Setup
    public void allocate() {
        a = random(elements, 1);
        b = random(elements, 2);
        y = zeros(elements);
    }

    @Benchmark
    @BytesMoved(12)
    public void add() {
        PASSES.add(a, b, 0, elements, y);
    }

    @Benchmark
    @BytesMoved(8)
    public void relu() {
        PASSES.relu(a, 0, elements, y);
    }

    @Benchmark
    @BytesMoved(12)
    public void reluGradient() {
        PASSES.reluGradient(a, b, 0, elements, y);
    }
}
