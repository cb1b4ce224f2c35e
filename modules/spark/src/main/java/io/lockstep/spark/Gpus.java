package io.lockstep.spark;

import io.lockstep.collectives.ProcessGroup;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;

/** What Spark's resource scheduling is told, and what it gives a rank: one whole GPU, or none. */
public final class Gpus {
    private static final String RESOURCE = "gpu";
    private static final String OF_EXECUTOR = "spark.executor.resource.gpu.amount";
    private static final String OF_TASK = "spark.task.resource.gpu.amount";
    private static final String DISCOVERY = "spark.executor.resource.gpu.discoveryScript";

    /** Addresses of this executor's that no rank has. */
    private static final ArrayDeque<String> FREE = new ArrayDeque<>();

    private Gpus() {}

    /**
     * What can be known before an executor starts.
     *
     * @param needed whether ranks compute on GPUs
     * @throws IllegalArgumentException naming the property that is wrong, and what it should be
     */
    public static void check(SparkConf conf, boolean needed) {
        int ofExecutor = conf.getInt(OF_EXECUTOR, 0);
        double ofTask = conf.getDouble(OF_TASK, 0);
        if (ofExecutor == 0 && ofTask == 0) {
            if (needed) {
                throw new IllegalArgumentException("each rank computes on a GPU of its own: set " + OF_EXECUTOR
                        + " and " + OF_TASK + " (deploy/README.md#gpus), or leave runtime = auto");
            }
            return;
        }
        if (ofExecutor == 0) {
            throw new IllegalArgumentException(
                    OF_TASK + " asks for GPUs that executors do not have: set " + OF_EXECUTOR);
        }
        if (ofTask == 0 || ofTask > 1) {
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

    /** What this executor has; told when it starts. */
    static void ofExecutor(Map<String, ResourceInformation> resources) {
        ResourceInformation gpus = resources.get(RESOURCE);
        synchronized (FREE) {
            FREE.clear();
            FREE.addAll(gpus == null ? List.of() : List.of(gpus.addresses()));
        }
    }

    /**
     * The addresses of a rank's GPUs, as the discovery script named them; empty where it has none. Where tasks have shares of
     * GPUs, Spark 3.5 gives the first ones of an executor to several, even for a stage that asks for whole ones (SPARK-45527):
     * a rank takes a free one of its executor's then, which has as many as ranks.
     */
    static List<String> take(TaskContext context) {
        ResourceInformation ofTask = context.resourcesJMap().get(RESOURCE);
        if (ofTask == null) {
            return List.of();
        }
        if (SparkEnv.get().conf().getDouble(OF_TASK, 1) == 1) {
            return List.of(ofTask.addresses());
        }
        synchronized (FREE) {
            if (FREE.isEmpty()) {
                throw new IllegalStateException("more ranks than GPUs in this executor: make spark.executor.cores /"
                        + " spark.task.cpus and " + OF_EXECUTOR + " equal");
            }
            return List.of(FREE.remove());
        }
    }

    /** What a rank took is free again. */
    static void giveBack(List<String> gpus) {
        synchronized (FREE) {
            gpus.stream().filter(gpu -> !FREE.contains(gpu)).forEach(FREE::add);
        }
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
