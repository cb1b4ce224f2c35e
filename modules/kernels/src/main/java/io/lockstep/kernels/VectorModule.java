package io.lockstep.kernels;

/**
 * Whether passes use the Vector API: the JVM was started with {@code --add-modules jdk.incubator.vector}, and has the
 * compiler that makes vector instructions of it. Where it has not ({@code -Xint}, {@code -XX:TieredStopAtLevel=1}), each
 * vector is an object, and plain loops are much faster. Decided once, at start.
 */
public final class VectorModule {
    private static final boolean USED =
            ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent() && hasSecondCompiler();

    private VectorModule() {}

    public static boolean isUsed() {
        return USED;
    }

    /** HotSpot's C2; see {@code Abstract_VM_Version::vm_info_string} of its sources. */
    private static boolean hasSecondCompiler() {
        String info = System.getProperty("java.vm.info", "");
        return !info.startsWith("interpreted") && !info.contains("emulated-client");
    }
}
