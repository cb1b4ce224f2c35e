package io.lockstep.benchmarks.kernels;

import io.lockstep.kernels.VectorModule;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * The operands of one thread. A benchmark calls its kernel on the same operands again and again, so what it writes must
 * stay such that the next call does the same work: above all finite, and not subnormal, which costs some processors a
 * hundred times the time.
 */
@State(Scope.Thread)
public abstract class KernelSuite {
    static final String SIMD = "simd";
    static final String SCALAR = "scalar";

    /** 64 KB a vector, for the L2 cache. */
    static final String IN_CACHE = "16384";
    /** 44 MB a vector, about ResNet-18's parameters; 21 x 2^19, so that rows of 64, 512 and 1024 are whole. */
    static final String IN_MEMORY = "11010048";

    private static final int CACHE_LINE_BYTES = 64;

    @Param({SIMD, SCALAR})
    String implementation;

    /** Floats of the longest operand. */
    @Param({IN_CACHE, IN_MEMORY})
    int elements;

    /** The flags of a JVM decide which implementation it takes. */
    @Setup
    public void checkImplementation() {
        if (VectorModule.isUsed() != implementation.equals(SIMD)) {
            throw new IllegalStateException(
                    implementation + ", but vectors are " + (VectorModule.isUsed() ? "used" : "not used"));
        }
    }

    /** From the start of a cache line. */
    static ByteBuffer zeros(int elements) {
        int bytes = elements * Float.BYTES;
        return ByteBuffer.allocateDirect(bytes + 2 * CACHE_LINE_BYTES)
                .alignedSlice(CACHE_LINE_BYTES)
                .slice(0, bytes)
                .order(ByteOrder.nativeOrder());
    }

    /** Evenly spread from -1 to 1. */
    static ByteBuffer random(int elements, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        ByteBuffer floats = zeros(elements);
        for (int i = 0; i < elements; i++) {
            floats.putFloat(i * Float.BYTES, random.nextInt() * 0x1p-31f);
        }
        return floats;
    }
}
