package io.lockstep.networks.gpu;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.bytedeco.cuda.cudart.cudaDeviceProp;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.cusolver;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Loader;
import org.nd4j.common.config.ND4JClassLoading;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * ND4J's CUDA backend, where this process has it on its class path: then all of ND4J's arrays are on a GPU, and {@link
 * io.lockstep.networks.dl4j.Dl4jReplica} computes there.
 */
public final class CudaBackend {
    private static final String BACKEND = "org.nd4j.linalg.jcublas.JCublasBackend";

    private CudaBackend() {}

    /** What needs CUDA's classes, which most processes do not have. */
    private static final class Cuda {
        /** Asked once: a class whose native library did not load only says so the first time. */
        static final String FAULT = look();

        private static String look() {
            int[] count = new int[1];
            try {
                int status = cudart.cudaGetDeviceCount(count);
                if (status != 0) {
                    return cudart.cudaGetErrorString(status).getString();
                }
                Loader.load(cublas.class);
                Loader.load(cusolver.class);
            } catch (LinkageError e) {
                return reason(e);
            }
            return count[0] > 0 ? null : "CUDA sees no GPU";
        }

        /** UUIDs of the GPUs that CUDA sees, in its order. */
        static List<String> visible() {
            int[] count = new int[1];
            cudart.cudaGetDeviceCount(count);
            List<String> uuids = new ArrayList<>();
            try (cudaDeviceProp properties = new cudaDeviceProp()) {
                for (int device = 0; device < count[0]; device++) {
                    cudart.cudaGetDeviceProperties(properties, device);
                    byte[] uuid = new byte[16];
                    new BytePointer(properties.uuid()).get(uuid);
                    uuids.add(shown(uuid));
                }
            }
            return uuids;
        }
    }

    /** Whether its classes are on this process's class path. */
    public static boolean isPresent() {
        return CudaBackend.class.getClassLoader().getResource(BACKEND.replace('.', '/') + ".class") != null;
    }

    /** What it lacks in this process, with its remedy; null where it lacks nothing. Does not begin to use ND4J. */
    public static String fault() {
        if (!isPresent()) {
            return "ND4J's CUDA backend is not on the class path: build with mvn -P cuda package, and images of that build";
        }
        String fault = Cuda.FAULT;
        return fault == null
                ? null
                : fault
                        + ": the host needs NVIDIA's driver and the libraries of CUDA 11 (libcudart.so.11.0, libcublas.so.11"
                        + " and libcusolver.so.11, where LD_LIBRARY_PATH finds them)";
    }

    /**
     * Gives a GPU to the calling thread: its arrays are allocated and computed there.
     *
     * @param address what Spark's discovery script calls it: {@code nvidia-smi}'s index, or its UUID
     * @throws IllegalStateException if the backend cannot run here, or not on that GPU, or CUDA does not see it
     */
    public static void claim(String address) {
        String fault = fault();
        if (fault != null) {
            throw new IllegalStateException("runtime = cuda: " + fault);
        }
        int device = deviceOf(address, InstalledGpu.list(), Cuda.visible());
        if (Nd4j.getEnvironment().isCPU()) {
            throw new IllegalStateException(
                    "ND4J computes on the CPU in this executor, as a run before this one wanted it,"
                            + " and cannot change: start another application");
        }
        Nd4j.getAffinityManager().unsafeSetDevice(device);
        int current = NativeOpsHolder.getInstance().getDeviceNativeOps().getDevice();
        if (current != device) {
            throw new IllegalStateException("ND4J stayed with device " + current + " where " + device + " was chosen");
        }
    }

    /**
     * Keeps ND4J in this process on its CPU backend, where the CUDA backend is on the class path too: ND4J would take a GPU that
     * no rank was told of, or print why it cannot. To be called before ND4J is used; afterwards it changes nothing.
     */
    public static void hide() {
        if (!(ND4JClassLoading.getNd4jClassloader() instanceof WithoutCuda)) {
            ND4JClassLoading.setNd4jClassloader(
                    new WithoutCuda(Thread.currentThread().getContextClassLoader()));
        }
    }

    /**
     * The number by which CUDA knows a GPU in this process.
     *
     * @param visible UUIDs of the GPUs that CUDA sees here, in its order
     */
    static int deviceOf(String address, List<InstalledGpu> installed, List<String> visible) {
        InstalledGpu gpu = installed.stream()
                .filter(each -> each.index().equals(address) || each.uuid().equals(address))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("Spark gave this rank the GPU " + address
                        + ", nvidia-smi lists " + (installed.isEmpty() ? "none" : installed)));
        if (gpu.unsupported() != null) {
            throw new IllegalStateException(gpu + ": " + gpu.unsupported() + "; leave runtime = auto");
        }
        int device = visible.indexOf(gpu.uuid());
        if (device < 0) {
            throw new IllegalStateException("CUDA does not see the GPU that Spark gave this rank, " + gpu + ", but "
                    + (visible.isEmpty() ? "none" : visible) + " (CUDA_VISIBLE_DEVICES="
                    + System.getenv("CUDA_VISIBLE_DEVICES") + ")");
        }
        return device;
    }

    /** As {@code nvidia-smi} writes it: {@code GPU-8f4c7a1e-0b6d-...}. */
    static String shown(byte[] uuid) {
        String digits = HexFormat.of().formatHex(uuid);
        return "GPU-" + digits.substring(0, 8) + "-" + digits.substring(8, 12) + "-" + digits.substring(12, 16) + "-"
                + digits.substring(16, 20) + "-" + digits.substring(20);
    }

    /** The innermost message: JavaCPP's own names its wrapper, not the library that the wrapper lacks. */
    private static String reason(Throwable failure) {
        Throwable innermost = failure;
        while (innermost.getCause() != null) {
            innermost = innermost.getCause();
        }
        String message = String.valueOf(innermost.getMessage());
        return message.substring(message.indexOf(": ") + 1).strip();
    }
}
