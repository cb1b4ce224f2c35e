package io.lockstep.collectives.kernels;

/** Chooses the kernels once: vectors where the JVM was started with the incubator module, scalars elsewhere. */
public final class WireKernels {
    private static final boolean VECTORS =
            ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();

    private WireKernels() {}

    /** Whether the Vector API is in use: {@code --add-modules jdk.incubator.vector}. */
    static boolean vectorised() {
        return VECTORS;
    }

    public static WireKernel float32() {
        return VECTORS ? new VectorFloat32() : new ScalarFloat32();
    }

    /** IEEE binary16. */
    public static WireKernel float16() {
        return new HalfWidth(VECTORS ? new VectorFloat16() : new ScalarFloat16(), float32());
    }

    public static WireKernel bfloat16() {
        return new HalfWidth(VECTORS ? new VectorBfloat16() : new ScalarBfloat16(), float32());
    }
}
