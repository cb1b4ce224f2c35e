package io.lockstep.collectives.kernels;

/**
 * Chooses the kernels once: vectors where the JVM was started with the incubator module and has HotSpot's second compiler,
 * without which each vector is an object; scalars elsewhere.
 */
public final class WireKernels {
    private static final boolean VECTORS =
            ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent() && hasSecondCompiler();

    private WireKernels() {}

    private static boolean hasSecondCompiler() {
        String info = System.getProperty("java.vm.info", "");
        return !info.startsWith("interpreted") && !info.contains("emulated-client");
    }

    /** Whether the Vector API is in use. */
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
