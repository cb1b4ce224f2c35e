package io.lockstep.benchmarks.kernels;

import io.lockstep.kernels.FlatVectors;
import java.nio.ByteBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;

/** Gradients and parameters of a whole network. */
public class FlatVectorsBenchmark extends KernelSuite {
    private static final FlatVectors VECTORS = FlatVectors.get();

    /** Leaves magnitudes as they are, however often. */
    private static final float FACTOR = -1;

    private ByteBuffer x;
    private ByteBuffer y;

    @Setup
    public void allocate() {
        x = random(elements, 1);
        y = random(elements, 2);
    }

    @Benchmark
    @BytesMoved(12)
    public void addScaled() {
        VECTORS.addScaled(y, 0.001f, x);
    }

    @Benchmark
    @BytesMoved(8)
    public void scale() {
        VECTORS.scale(x, FACTOR);
    }

    @Benchmark
    @BytesMoved(8)
    public double scaleAndSquare() {
        return VECTORS.scaleAndSquare(x, FACTOR);
    }

    @Benchmark
    @BytesMoved(4)
    public double sumOfSquares() {
        return VECTORS.sumOfSquares(x);
    }
}
