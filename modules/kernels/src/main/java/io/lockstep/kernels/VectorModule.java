package io.lockstep.kernels;

/** Whether the JVM was started with {@code --add-modules jdk.incubator.vector}. Decided once, at start. */
public final class VectorModule {
    private static final boolean PRESENT =
            ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();

    private VectorModule() {}

    public static boolean isPresent() {
        return PRESENT;
    }
}
