package io.lockstep.cli;

import io.lockstep.collectives.sharedmemory.SharedMemory;
import io.lockstep.datasets.FileNames;
import io.lockstep.networks.gpu.InstalledGpu;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What a host's facts mean for a run. */
final class HostExamination {
    private static final int JAVA = 17;
    private static final long MIB = 1 << 20;
    /** Aeron's window for links of up to 10 Gbit/s. */
    private static final long RECEIVE_BUFFER = 2 * MIB;

    private final HostFacts facts;
    private final Configuration configuration;
    private final int ranksHere;
    private final List<Finding> findings = new ArrayList<>();

    private HostExamination(HostFacts facts, Configuration configuration, int ranksHere) {
        this.facts = facts;
        this.configuration = configuration;
        this.ranksHere = ranksHere;
    }

    /** @param ranksHere that will run on the host */
    static List<Finding> of(HostFacts facts, Configuration configuration, int ranksHere) {
        HostExamination examination = new HostExamination(facts, configuration, ranksHere);
        examination.java();
        examination.natives();
        examination.cores();
        examination.sharedMemory();
        examination.sockets();
        examination.gpus();
        examination.fileNames();
        return examination.findings;
    }

    private void java() {
        if (facts.javaMajor() < JAVA) {
            findings.add(Finding.fail(
                    "Java",
                    facts.java(),
                    "Lockstep is compiled for Java 17",
                    "set JAVA_HOME (on executors spark.executorEnv.JAVA_HOME) to a JDK 17"));
        } else if (facts.javaMajor() > JAVA) {
            findings.add(Finding.warn(
                    "Java",
                    facts.java(),
                    "Spark 3.5 is tested up to Java 17",
                    "set JAVA_HOME (on executors spark.executorEnv.JAVA_HOME) to a JDK 17"));
        } else {
            findings.add(Finding.ok("Java", facts.java()));
        }
        if (facts.vectorModule()) {
            findings.add(Finding.ok("Vector API", "module jdk.incubator.vector is there"));
        } else {
            findings.add(Finding.warn(
                    "Vector API",
                    "module jdk.incubator.vector is missing",
                    "updates, batch norm and the all-reduce's additions run in plain loops, several times slower",
                    "start the JVM with --add-modules jdk.incubator.vector (a JDK, not a stripped runtime, has it)"));
        }
    }

    private void natives() {
        boolean wanted = configuration.get(Settings.PRECISION).equals("bf16");
        if (facts.nativeFault() != null) {
            findings.add(Finding.fail(
                    "oneDNN",
                    facts.nativeFault(),
                    "convolutions and products run in it",
                    "take the distribution built for this platform, and a temporary folder (java.io.tmpdir) that is"
                            + " not mounted noexec"));
        } else if (wanted && !facts.bfloat16()) {
            findings.add(Finding.fail(
                    "bfloat16",
                    facts.cpu() + " has no AVX512_BF16 or AMX",
                    "precision = bf16 asks for it",
                    "set precision = fp32, or take other hosts"));
        } else {
            findings.add(Finding.ok("oneDNN", facts.cpu() + (facts.bfloat16() ? ", multiplies bfloat16" : "")));
        }
    }

    private void cores() {
        int each = Math.max(1, configuration.get(Settings.WORKER_CORES));
        int needed = ranksHere * each;
        if (needed > facts.cores()) {
            findings.add(Finding.warn(
                    "cores",
                    Progress.format("%d ranks of %d here, %d cores", ranksHere, each, facts.cores()),
                    "ranks take turns on cores, and all wait for the last one in each step",
                    "ask for fewer --workers or a smaller worker-cores"));
        } else {
            findings.add(
                    Finding.ok("cores", Progress.format("%d, for %d ranks of %d", facts.cores(), ranksHere, each)));
        }
        if (configuration.get(Settings.RUNTIME).equals("dl4j")
                && facts.threadsVariable() != null
                && facts.threadsVariable().equals("1")
                && each > 1) {
            findings.add(Finding.warn(
                    "OMP_NUM_THREADS",
                    facts.threadsVariable(),
                    "DL4J's native code takes one thread, whatever worker-cores says",
                    "set spark.executorEnv.OMP_NUM_THREADS=" + each));
        }
    }

    private void sharedMemory() {
        String transport = configuration.get(Settings.TRANSPORT);
        if (!transport.equals("auto") || ranksHere < 2) {
            return;
        }
        long needed = SharedMemory.bytesNeeded(configuration.get(Settings.WORKERS), ranksHere);
        String measured = Progress.format(
                "%,d MB free in %s, %,d needed",
                facts.sharedMemoryBytes() / MIB, facts.sharedMemoryFolder(), (needed + MIB - 1) / MIB);
        if (facts.sharedMemoryBytes() >= 0 && facts.sharedMemoryBytes() < needed) {
            findings.add(
                    Finding.fail(
                            "shared memory",
                            measured,
                            "ranks of a host exchange gradients there",
                            "enlarge it (docker run --shm-size, a memory-backed emptyDir on Kubernetes), or set transport = tcp"));
        } else {
            findings.add(Finding.ok("shared memory", measured));
        }
    }

    private void sockets() {
        if (!configuration.get(Settings.TRANSPORT).equals("udp")) {
            return;
        }
        if (facts.receiveBufferBytes() >= 0 && facts.receiveBufferBytes() < RECEIVE_BUFFER) {
            findings.add(Finding.warn(
                    "socket buffers",
                    Progress.format("net.core.rmem_max = %,d bytes", facts.receiveBufferBytes()),
                    "datagrams that find no room are sent again",
                    "sysctl -w net.core.rmem_max=" + RECEIVE_BUFFER + " net.core.wmem_max=" + RECEIVE_BUFFER));
        } else {
            findings.add(Finding.ok("socket buffers", Progress.format("%,d bytes", facts.receiveBufferBytes())));
        }
    }

    /** Of the settings that are paths, those that a process with this charset could not open. */
    private void fileNames() {
        String charset = facts.fileNames();
        String unnamed = Stream.of(Settings.RUN_DIR, Settings.DATA, Settings.DATA_HOME, Settings.INIT_FROM)
                .map(configuration::get)
                .filter(path -> !FileNames.canName(charset, path))
                .findFirst()
                .orElse(null);
        if (unnamed == null) {
            findings.add(Finding.ok("file names", "in " + charset));
        } else {
            findings.add(Finding.fail(
                    "file names",
                    "in " + charset + ", the charset of the locale that the process was started in",
                    unnamed + " cannot be named in it",
                    "set LC_ALL=C.UTF-8 where the process starts: for bin/lockstep in the shell, for executors in their"
                            + " worker's environment or by --conf spark.executorEnv.LC_ALL=C.UTF-8"));
        }
    }

    private void gpus() {
        if (ranksHere > 0 && Networks.onGpus(configuration) && facts.cudaFault() != null) {
            findings.add(Finding.fail("CUDA", facts.cudaFault(), "ranks compute on GPUs", "leave runtime = auto"));
        }
        for (InstalledGpu gpu : facts.gpus()) {
            if (gpu.unsupported() != null) {
                findings.add(Finding.warn(
                        "GPU",
                        gpu.toString(),
                        gpu.unsupported(),
                        "train on this host's CPU cores, or take A100s, RTX 30s or 40s for runtime = cuda"));
            } else {
                findings.add(Finding.ok("GPU", gpu.toString()));
            }
        }
    }
}
