package io.lockstep.runs.settings;

import io.lockstep.training.settings.Parsers;

/** The executors that a call without a master starts on this machine. */
public final class ExecutorSettings {
    private static final int MANY = Integer.MAX_VALUE;
    static final SettingGroup GROUP = new SettingGroup("Executors of a local cluster");

    public static final Setting<Integer> WORKER_CORES = GROUP.add(
            "worker-cores",
            "0",
            "CPU cores of each worker. 0: on a local cluster an equal share of this machine's cores; elsewhere "
                    + "spark.task.cpus.",
            Parsers.int32(0, 4096),
            Heeded.where(Rules.coresOfTasks()));
    public static final Setting<Integer> WORKER_MEMORY_MB = GROUP.add(
            "worker-memory-mb",
            "2048",
            "Java heap of each worker of a local cluster, in MiB. The network and its activations are outside the "
                    + "heap and come on top.",
            Parsers.int32(512, MANY),
            Heeded.where(Rules.localExecutors()));

    private ExecutorSettings() {}
}
