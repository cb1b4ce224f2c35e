package io.lockstep.runs.hosts;

import io.lockstep.collectives.sharedmemory.SharedMemory;
import io.lockstep.datasets.storage.FileNames;
import io.lockstep.networks.gpu.InstalledGpu;
import io.lockstep.runs.folder.Progress;
import io.lockstep.runs.settings.HostNeeds;
import io.lockstep.runs.settings.RuntimeSettings.Runtime;
import java.util.ArrayList;
import java.util.List;

/** What a host's facts mean for a run. */
public final class HostExamination {
    private static final int JAVA = 17;
    private static final long MIB = 1 << 20;
    /** Aeron's window for links of up to 10 Gbit/s. */
    private static final long RECEIVE_BUFFER = 2 * MIB;

    private final HostFacts facts;
    private final HostNeeds needs;
    private final int ranksHere;
    private final List<Finding> findings = new ArrayList<>();

    private HostExamination(HostFacts facts, HostNeeds needs, int ranksHere) {
        this.facts = facts;
        this.needs = needs;
        this.ranksHere = ranksHere;
    }

    /** @param ranksHere that will run on the host */
    public static List<Finding> of(HostFacts facts, HostNeeds needs, int ranksHere) {
        HostExamination examination = new HostExamination(facts, needs, ranksHere);
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
        if (facts.nativeFault() != null) {
            findings.add(Finding.fail(
                    "oneDNN",
                    facts.nativeFault(),
                    "convolutions and products run in it",
                    "take the distribution built for this platform, and a temporary folder (java.io.tmpdir) that is"
                            + " not mounted noexec"));
        } else if (needs.bfloat16() && !facts.bfloat16()) {
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
        int each = needs.coresEach();
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
        if (needs.runtime() == Runtime.DL4J
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
        if (!needs.sharedMemory() || ranksHere < 2) {
            return;
        }
        long needed = SharedMemory.bytesNeeded(needs.workers(), ranksHere);
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
        if (!needs.datagrams()) {
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
        String unnamed = needs.paths().stream()
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
        if (ranksHere > 0 && needs.gpus() && facts.cudaFault() != null) {
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
