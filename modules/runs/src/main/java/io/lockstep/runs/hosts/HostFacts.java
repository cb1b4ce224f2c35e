package io.lockstep.runs.hosts;

import io.lockstep.datasets.storage.FileNames;
import io.lockstep.engine.Backends;
import io.lockstep.engine.Precision;
import io.lockstep.networks.gpu.CudaBackend;
import io.lockstep.networks.gpu.InstalledGpu;
import io.lockstep.spark.NamelessUser;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Serializable;
import java.lang.management.ManagementFactory;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a process finds on its host.
 *
 * @param vectorModule whether the JVM has jdk.incubator.vector: where it trains loaded, elsewhere at hand
 * @param nativeFault why oneDNN does not load; null where it does
 * @param bfloat16 whether the CPU multiplies it
 * @param cores that the process may use
 * @param threadsVariable OMP_NUM_THREADS, or null
 * @param sharedMemoryFolder where ranks of a host would meet, with {@code sharedMemoryBytes} free
 * @param availableBytes of memory on the host, or its container's limit where that is less; -1: unknown
 * @param receiveBufferBytes the most that a socket may ask for; -1: unknown
 * @param gpus as {@code nvidia-smi} lists them
 * @param cudaFault what ND4J's CUDA backend lacks; null where it lacks nothing
 * @param namelessUser whether the process runs as a user id that has no name
 * @param fileNames the character set that files are named in
 * @param clockMillis when the facts were taken
 */
public record HostFacts(
        String host,
        String java,
        int javaMajor,
        boolean vectorModule,
        String nativeFault,
        boolean bfloat16,
        String cpu,
        int cores,
        String threadsVariable,
        String sharedMemoryFolder,
        long sharedMemoryBytes,
        long availableBytes,
        long receiveBufferBytes,
        List<InstalledGpu> gpus,
        String cudaFault,
        boolean namelessUser,
        String fileNames,
        long clockMillis)
        implements Serializable {
    private static final String VECTOR_MODULE = "jdk.incubator.vector";

    /** @param trains whether ranks run in this process; executors get their flags from Lockstep, a driver needs none */
    public static HostFacts here(boolean trains) {
        return here(trains, true);
    }

    /** @param listGpus asks {@code nvidia-smi}, which takes seconds; otherwise there seem to be none */
    static HostFacts here(boolean trains, boolean listGpus) {
        long clock = System.currentTimeMillis(); // first: what follows takes as long as it takes on each host
        RankEnvironment process = RankEnvironment.here(Runtime.getRuntime().availableProcessors());
        String fault = null;
        boolean bfloat16 = false;
        try {
            bfloat16 = Backends.standard().lacks(Precision.BFLOAT16).isEmpty();
        } catch (LinkageError e) {
            fault = e.toString();
        }
        Path shm = Files.isWritable(Path.of("/dev/shm"))
                ? Path.of("/dev/shm")
                : Path.of(System.getProperty("java.io.tmpdir"));
        return new HostFacts(
                process.host(),
                process.java(),
                Runtime.version().feature(),
                trains
                        ? ModuleLayer.boot().findModule(VECTOR_MODULE).isPresent()
                        : ModuleFinder.ofSystem().find(VECTOR_MODULE).isPresent(),
                fault,
                bfloat16,
                process.cpu(),
                process.cores(),
                System.getenv("OMP_NUM_THREADS"),
                shm.toString(),
                usable(shm),
                availableMemory(),
                number(Path.of("/proc/sys/net/core/rmem_max")),
                listGpus ? InstalledGpu.list() : List.of(),
                CudaBackend.fault(),
                NamelessUser.isHere(),
                FileNames.charset(),
                clock);
    }

    private static long usable(Path folder) {
        try {
            return Files.getFileStore(folder).getUsableSpace();
        } catch (IOException e) {
            return -1;
        }
    }

    /** Of the host, or its container's limit where that is less; -1: unknown. */
    public static long availableMemory() {
        long host = -1;
        try (var lines = Files.lines(Path.of("/proc/meminfo"))) {
            host = lines.filter(line -> line.startsWith("MemAvailable:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst()
                    .orElse(-1);
        } catch (IOException | NumberFormatException e) {
            host = -1; // not Linux
        }
        var system = ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class);
        long limit = system.getTotalMemorySize(); // a container's limit where there is one
        return host < 0 ? limit : Math.min(host, limit);
    }

    public static long number(Path file) {
        // not Files.readString: it reads a byte first, and the kernel gives nothing after the first read
        try (BufferedReader in = Files.newBufferedReader(file)) {
            return Long.parseLong(in.readLine());
        } catch (IOException | NumberFormatException e) {
            return -1;
        }
    }
}
