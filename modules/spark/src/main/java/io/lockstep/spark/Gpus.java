package io.lockstep.spark;

import io.lockstep.collectives.ProcessGroup;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;

/** What Spark's resource scheduling is told, and what it gives a rank: one whole GPU, or none. */
public final class Gpus {
    private static final String RESOURCE = "gpu";
    private static final String OF_EXECUTOR = "spark.executor.resource.gpu.amount";
    private static final String OF_TASK = "spark.task.resource.gpu.amount";
    private static final String DISCOVERY = "spark.executor.resource.gpu.discoveryScript";

    private Gpus() {}

    /**
     * What can be known before an executor starts.
     *
     * @throws IllegalArgumentException naming the property that is wrong, and what it should be
     */
    public static void check(SparkConf conf) {
        int ofExecutor = conf.getInt(OF_EXECUTOR, 0);
        double ofTask = conf.getDouble(OF_TASK, 0);
        if (ofExecutor == 0 && ofTask == 0) {
            return;
        }
        if (ofExecutor == 0) {
            throw new IllegalArgumentException(
                    OF_TASK + " asks for GPUs that executors do not have: set " + OF_EXECUTOR);
        }
        if (ofTask != 1) {
            throw new IllegalArgumentException("a rank has one whole GPU: set " + OF_TASK + "=1"
                    + (ofTask == 0 ? ", without which it gets none" : ", not " + conf.get(OF_TASK)));
        }
        int ranks = conf.getInt("spark.executor.cores", ofExecutor * cpusOfTask(conf)) / cpusOfTask(conf);
        if (ranks != ofExecutor) {
            throw new IllegalArgumentException("an executor has cores for " + ranks + " rank(s) and " + ofExecutor
                    + " GPU(s): make spark.executor.cores / spark.task.cpus and " + OF_EXECUTOR + " equal");
        }
        String master = conf.get("spark.master", "");
        boolean discoveredByExecutors = master.startsWith("yarn") || master.startsWith("k8s");
        if (discoveredByExecutors && !conf.contains(DISCOVERY)) {
            throw new IllegalArgumentException("executors do not know which GPUs they have: set " + DISCOVERY
                    + " (deploy/standalone/gpu-discovery.sh)");
        }
    }

    private static int cpusOfTask(SparkConf conf) {
        return conf.getInt("spark.task.cpus", 1);
    }

    /** The addresses of this task's GPUs, as the discovery script named them; empty where it has none. */
    static List<String> of(TaskContext context) {
        ResourceInformation gpus = context.resourcesJMap().get(RESOURCE);
        return gpus == null ? List.of() : List.of(gpus.addresses());
    }

    /**
     * Makes sure that no two ranks of a host were given the same GPU, as two workers of one host give that both
     * discovered all of them; a collective.
     *
     * @throws IllegalStateException naming both ranks
     */
    static void requireDistinct(ProcessGroup group, String host, List<String> mine) {
        byte[] record = mine.isEmpty() ? new byte[0] : (host + " " + mine.get(0)).getBytes(StandardCharsets.UTF_8);
        Map<String, Integer> owners = new HashMap<>();
        List<byte[]> records = group.allGatherRecords(record);
        for (int rank = 0; rank < records.size(); rank++) {
            String gpu = new String(records.get(rank), StandardCharsets.UTF_8);
            Integer other = gpu.isEmpty() ? null : owners.put(gpu, rank);
            if (other != null) {
                throw new IllegalStateException("ranks " + other + " and " + rank + " were both given GPU "
                        + gpu.substring(gpu.indexOf(' ') + 1) + " of " + gpu.substring(0, gpu.indexOf(' '))
                        + ": where a host has several workers, each one's discovery script must name others");
            }
        }
    }
}
