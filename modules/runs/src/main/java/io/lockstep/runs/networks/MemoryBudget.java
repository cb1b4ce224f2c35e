package io.lockstep.runs.networks;

import io.lockstep.runs.folder.Progress;
import io.lockstep.runs.hosts.RankEnvironment;
import io.lockstep.spark.JobFailedException;
import io.lockstep.training.Replica;
import io.lockstep.training.ReplicaFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;

/**
 * What ranks' networks take outside the heap, against what their executors may have there. Too much is told before the
 * first step, and not by the kernel's killer in the middle of it.
 */
public final class MemoryBudget {
    public static final long MIB = 1 << 20;
    /** Spark's default, of the executor's memory and in MiB: spark.executor.memoryOverheadFactor and its least. */
    private static final double OVERHEAD_FACTOR = 0.1;

    private static final long LEAST_OVERHEAD_MIB = 384;

    private final SparkConf conf;

    public MemoryBudget(SparkConf conf) {
        this.conf = conf;
    }

    /** Whether the cluster kills an executor that takes more than its memory and overhead. */
    public boolean isEnforced() {
        String master = conf.get("spark.master", "");
        return master.startsWith("yarn") || master.startsWith("k8s");
    }

    /** What an executor may have beside its heap, in MiB. */
    public long overheadMib() {
        long heap = conf.getSizeAsMb("spark.executor.memory", "1g");
        double factor = conf.getDouble("spark.executor.memoryOverheadFactor", OVERHEAD_FACTOR);
        long byFactor = Math.max(LEAST_OVERHEAD_MIB, (long) (factor * heap));
        return conf.getSizeAsMb("spark.executor.memoryOverhead", byFactor + "m");
    }

    public int ranksPerExecutor() {
        return Math.max(1, conf.getInt("spark.executor.cores", 1) / conf.getInt("spark.task.cpus", 1));
    }

    /** Whether ranks' networks alone are more than an executor may have beside its heap. */
    public boolean isExceededBy(long bytesOfRank) {
        return ranksPerExecutor() * bytesOfRank > overheadMib() * MIB;
    }

    /** What {@link #overheadMib} should be: Spark's least is for the JVM and Spark themselves. */
    public long wantedOverheadMib(long bytesOfRank) {
        return ranksPerExecutor() * bytesOfRank / MIB + LEAST_OVERHEAD_MIB;
    }

    /**
     * On a rank that is about to train; a collective.
     *
     * @param availableBefore bytes of the host, as this rank found them before it made the replica
     * @throws JobFailedException if the replica will not fit, with the remedy
     */
    static void require(Replica replica, ReplicaFactory.Setup setup, long availableBefore) {
        String host = RankEnvironment.here(1).host();
        long mine = replica.memoryBytes();
        byte[] name = host.getBytes(StandardCharsets.UTF_8);
        byte[] record = ByteBuffer.allocate(2 * Long.BYTES + name.length)
                .putLong(mine)
                .putLong(availableBefore)
                .put(name)
                .array();
        long needed = 0;
        long available = -1;
        int ranks = 0;
        for (byte[] each : setup.group().allGatherRecords(record)) {
            ByteBuffer in = ByteBuffer.wrap(each);
            long theirs = in.getLong();
            long seen = in.getLong();
            if (StandardCharsets.UTF_8.decode(in).toString().equals(host)) {
                needed += theirs;
                available = Math.max(available, seen); // whoever looked first saw what nobody had taken yet
                ranks++;
            }
        }
        String what = Progress.format(
                "%,d MB outside the heap for the network and %,d examples at once", mine / MIB, setup.largestBatch());
        String remedy = "raise micro-batches, or lower global-batch";
        SparkEnv spark = SparkEnv.get();
        var budget = new MemoryBudget(spark == null ? new SparkConf(false) : spark.conf());
        if (budget.isEnforced() && budget.isExceededBy(mine)) {
            throw new JobFailedException(
                    Progress.format(
                                    "it needs %s, %d rank(s) an executor, and spark.executor.memoryOverhead is %,d MB: the cluster"
                                            + " would kill it; set spark.executor.memoryOverhead=%dm",
                                    what,
                                    budget.ranksPerExecutor(),
                                    budget.overheadMib(),
                                    budget.wantedOverheadMib(mine))
                            + ", " + remedy,
                    null);
        }
        if (available > 0 && needed > available) {
            throw new JobFailedException(
                    Progress.format(
                                    "it needs %s; the %d rank(s) of %s need %,d MB, and %,d MB are available",
                                    what, ranks, host, needed / MIB, available / MIB)
                            + "; " + remedy + ", or take fewer workers a host",
                    null);
        }
    }
}
