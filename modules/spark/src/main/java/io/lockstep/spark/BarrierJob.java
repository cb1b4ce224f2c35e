package io.lockstep.spark;

import io.lockstep.collectives.GroupOptions.Security;
import io.lockstep.training.RunEvent;
import java.io.NotSerializableException;
import java.io.Serializable;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;

/** Runs a {@link RankProgram} on every rank: a barrier stage of one task a rank. */
public final class BarrierJob {
    /**
     * @param workers ranks; whoever calls has seen that there are slots for them ({@link Slots#await})
     * @param deadline of each collective, and of forming the group
     * @param slotTimeout how long slots may be missing before a stage that has not begun is given up
     * @param security of what crosses the network between ranks
     * @param network that ranks of different hosts talk over, as {@link LocalAddresses} takes it
     */
    public record Options(int workers, Duration deadline, Duration slotTimeout, Security security, String network) {}

    /** How long ranks may take to say why they failed. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    // as Spark words them
    private static final Pattern CANCELLED = Pattern.compile("^Job \\d+ cancelled");
    private static final String EXECUTOR_LOST = "ExecutorLostFailure";
    private static final Pattern LOST_WITH_EXECUTOR = Pattern.compile(
            "ResultTask\\(\\d+, (\\d+)\\)[\\s\\S]*?ExecutorLostFailure \\(executor (\\S+) .*?\\) Reason: (.*?)(?:\\R|$)");
    private static final String SLOTS_LOST = "requires more slots than";

    private BarrierJob() {}

    /**
     * @param events what rank 0 tells, in order, on one of Spark's threads
     * @return the ranks' results, by rank
     * @throws RankLostException naming the rank that was lost
     * @throws JobFailedException naming the rank that failed, and the cause
     */
    public static <R extends Serializable> List<R> run(
            JavaSparkContext spark,
            Options options,
            GroupFactory groups,
            RankProgram<R> program,
            Consumer<RunEvent> events) {
        String jobId = UUID.randomUUID().toString();
        var storage = new HadoopStorage(spark.hadoopConfiguration());
        var task = new RankTask<>(jobId, options, groups, program, storage);
        List<Integer> ranks = IntStream.range(0, options.workers()).boxed().toList();
        RDD<Integer> partitions = spark.parallelize(ranks, options.workers()).rdd();
        ClassTag<Object> results = ClassTag$.MODULE$.apply(Object.class);
        boolean done = false;
        spark.sc().addJobTag(jobId);
        try (var channel = new JobChannel(jobId, events);
                var watch = new StartWatch(spark.sc(), channel, jobId, options.workers(), options.slotTimeout())) {
            try {
                Object[] collected = (Object[])
                        partitions.barrier().mapPartitions(task, false, results).collect();
                done = true;
                @SuppressWarnings("unchecked") // a rank's result is all that a task returns
                List<R> byRank = (List<R>) (List<?>) Arrays.asList(collected);
                return byRank;
            } catch (Exception e) { // Scala's collect throws SparkException without declaring it
                throw explained(channel, watch, e);
            }
        } finally {
            if (!done && !spark.sc().isStopped()) {
                spark.sc().cancelJobsWithTag(jobId); // where only this thread was interrupted, ranks would go on
            }
            spark.sc().removeJobTag(jobId);
        }
    }

    private static JobFailedException explained(JobChannel channel, StartWatch watch, Exception failure) {
        String told = String.valueOf(failure.getMessage());
        if (watch.gaveUp() || told.contains(SLOTS_LOST)) {
            return new RankLostException("an executor was lost before its ranks had begun", failure, true, false);
        }
        if (CANCELLED.matcher(told).find()) {
            return new JobFailedException(firstLines(told), failure);
        }
        Optional<RankFailure> cause = channel.cause(LAST_WORDS);
        boolean executorLost = told.contains(EXECUTOR_LOST);
        boolean lost = cause.map(RankFailure::consequence).orElse(executorLost);
        String message = cause.map(each -> each.consequence() // names both ranks itself
                        ? each.message()
                        : "rank " + each.rank() + " (" + each.host() + ") failed: " + each.message())
                .or(() -> notSerializable(failure))
                .orElseGet(() -> failure instanceof SparkException ? inWords(told) : failure.toString());
        boolean departing =
                cause.map(each -> each.kind() == RankFailure.Kind.DEPARTURE).orElse(false);
        return lost
                ? new RankLostException(message, failure, executorLost, departing)
                : new JobFailedException(message, failure);
    }

    /** Spark's own message does not name the class. */
    private static Optional<String> notSerializable(Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof NotSerializableException) {
                return Optional.of("ranks are sent an object of "
                        + String.valueOf(each.getMessage()).lines().findFirst().orElse("a class")
                        + ", which does not implement java.io.Serializable");
            }
        }
        return Optional.empty();
    }

    private static String inWords(String told) {
        Matcher lost = LOST_WITH_EXECUTOR.matcher(told);
        return lost.find()
                ? "rank " + lost.group(1) + " was lost with executor " + lost.group(2) + ": " + lost.group(3)
                : firstLines(told);
    }

    /** Spark puts the stack trace into the message; a person wants what comes before it. */
    private static String firstLines(String message) {
        return String.valueOf(message).lines().limit(2).collect(Collectors.joining(" "));
    }
}
