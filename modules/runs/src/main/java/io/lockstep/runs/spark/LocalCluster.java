package io.lockstep.runs.spark;

import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.DistributionSettings;
import io.lockstep.runs.settings.ExecutorSettings;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.SparkConf;

/** The cluster on this machine, which a call without a master gets. */
public final class LocalCluster {
    private static final String MASTER = "spark.master";

    private LocalCluster() {}

    /** Spark's, in the order in which one would read them. */
    public static Map<String, String> properties(Configuration configuration) {
        int workers = configuration.get(DistributionSettings.WORKERS);
        int memory = configuration.get(ExecutorSettings.WORKER_MEMORY_MB);
        int cores = cores(configuration);
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put(MASTER, "local-cluster[" + workers + "," + cores + "," + memory + "]");
        properties.put("spark.executor.memory", memory + "m");
        properties.put("spark.task.cpus", Integer.toString(cores));
        return properties;
    }

    /** Whether executors are on this machine, as they are where nothing names a master. */
    public static boolean isMasterOf(SparkConf conf) {
        return conf.get(MASTER, "local").startsWith("local");
    }

    /** Of each worker: this machine's shared out, if no number is asked for. */
    public static int cores(Configuration configuration) {
        int asked = configuration.get(ExecutorSettings.WORKER_CORES);
        int shared = Runtime.getRuntime().availableProcessors() / configuration.get(DistributionSettings.WORKERS);
        return asked > 0 ? asked : Math.max(1, shared);
    }
}
