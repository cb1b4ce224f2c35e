package io.lockstep.spark;

import java.time.Duration;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;

/**
 * Whether all ranks of a barrier stage fit at once. Spark itself finds out by trying, 40 times 15 seconds long; here a
 * cluster whose size is in its URL is judged at once, any other once its executors have stopped arriving.
 */
public final class Slots {
    private static final Pattern LOCAL_CLUSTER = Pattern.compile("local-cluster\\[\\s*(\\d+)\\s*,\\s*(\\d+)\\s*,.*]");
    private static final Pattern LOCAL = Pattern.compile("local(?:\\[(\\d+|\\*)(?:,\\d+)?])?");
    private static final long POLL_MILLIS = 200;
    private static final Duration PROMISED = Duration.ofMinutes(1);

    private Slots() {}

    /** Slots of a master whose URL tells them; empty for real clusters. */
    public static OptionalInt ofUrl(String master, int cpusPerTask) {
        Matcher cluster = LOCAL_CLUSTER.matcher(master);
        if (cluster.matches()) {
            int executors = Integer.parseInt(cluster.group(1));
            int cores = Integer.parseInt(cluster.group(2));
            return OptionalInt.of(executors * (cores / cpusPerTask));
        }
        Matcher local = LOCAL.matcher(master);
        if (local.matches()) {
            String threads = local.group(1) == null ? "1" : local.group(1);
            int cores = threads.equals("*") ? Runtime.getRuntime().availableProcessors() : Integer.parseInt(threads);
            return OptionalInt.of(cores / cpusPerTask);
        }
        return OptionalInt.empty();
    }

    /** @throws TooFewSlotsException if the master's URL already tells that the ranks do not fit */
    public static void requireInUrl(String master, int cpusPerTask, int workers) {
        OptionalInt slots = ofUrl(master, cpusPerTask);
        if (slots.isPresent() && slots.getAsInt() < workers) {
            throw new TooFewSlotsException(message(workers, slots.getAsInt(), cpusPerTask, master));
        }
    }

    /** Slots of the executors that are there now. */
    public static int now(SparkContext spark) {
        return spark.maxNumConcurrentTasks(spark.resourceProfileManager().defaultResourceProfile());
    }

    /**
     * Waits until the executors that have registered offer enough slots.
     *
     * @param fewest that will do where no more come
     * @param ofWish how long no new executor may arrive before giving up; more where the URL tells how many will come
     * @return slots to use, from {@code fewest} to {@code workers}
     * @throws TooFewSlotsException saying how many there are, and which settings give more
     */
    public static int await(SparkContext spark, int fewest, int workers, Duration ofWish) {
        SparkConf conf = spark.conf();
        int cpusPerTask = conf.getInt("spark.task.cpus", 1);
        requireInUrl(spark.master(), cpusPerTask, fewest);
        // executors that the URL promises will come, however busy this machine is
        boolean promised = ofUrl(spark.master(), cpusPerTask).orElse(0) >= workers;
        Duration patience = promised && ofWish.compareTo(PROMISED) < 0 ? PROMISED : ofWish;
        int seen = -1;
        long lastChange = System.nanoTime();
        while (true) {
            int slots = now(spark);
            if (slots >= workers) {
                return workers;
            }
            if (slots != seen) {
                seen = slots;
                lastChange = System.nanoTime();
            }
            if (System.nanoTime() - lastChange > patience.toNanos()) {
                if (slots >= fewest) {
                    return slots;
                }
                throw new TooFewSlotsException(message(workers, slots, cpusPerTask, spark.master())
                        + " No executor arrived for " + patience.toSeconds() + " s (slot-timeout).");
            }
            pause();
        }
    }

    private static String message(int workers, int slots, int cpusPerTask, String master) {
        return workers + " workers need " + workers + " slots of " + cpusPerTask
                + " core(s) at once (spark.task.cpus), "
                + master + " has " + slots
                + ". Ask for fewer --workers, or for more executors (spark.executor.instances)"
                + " or cores (spark.executor.cores, spark.cores.max).";
    }

    private static void pause() {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new JobFailedException("interrupted while waiting for executors", e);
        }
    }
}
