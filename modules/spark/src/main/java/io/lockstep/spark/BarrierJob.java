package io.lockstep.spark;

import io.lockstep.collectives.GroupOptions.Security;
import io.lockstep.training.RunEvent;
import java.io.Serializable;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
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
     * @param workers ranks
     * @param deadline of each collective, and of forming the group
     * @param slotTimeout how long to wait for further executors when there are too few
     * @param security of what crosses the network between ranks
     */
    public record Options(int workers, Duration deadline, Duration slotTimeout, Security security) {}

    /** How long ranks may take to say why they failed. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);

    private BarrierJob() {}

    /**
     * @param events what rank 0 tells, in order, on one of Spark's threads
     * @return the ranks' results, by rank
     * @throws TooFewSlotsException before anything runs
     * @throws JobFailedException naming the rank and the cause
     */
    public static <R extends Serializable> List<R> run(
            JavaSparkContext spark,
            Options options,
            GroupFactory groups,
            RankProgram<R> program,
            Consumer<RunEvent> events) {
        Slots.await(spark.sc(), options.workers(), options.slotTimeout());
        String jobId = UUID.randomUUID().toString();
        var storage = new HadoopStorage(spark.hadoopConfiguration());
        var task = new RankTask<>(jobId, options.deadline(), options.security(), groups, program, storage);
        List<Integer> ranks = IntStream.range(0, options.workers()).boxed().toList();
        RDD<Integer> partitions = spark.parallelize(ranks, options.workers()).rdd();
        ClassTag<Object> results = ClassTag$.MODULE$.apply(Object.class);
        try (var channel = new JobChannel(jobId, events)) {
            try {
                Object[] collected = (Object[])
                        partitions.barrier().mapPartitions(task, false, results).collect();
                @SuppressWarnings("unchecked") // a rank's result is all that a task returns
                List<R> byRank = (List<R>) (List<?>) Arrays.asList(collected);
                return byRank;
            } catch (Exception e) { // Scala's collect throws SparkException without declaring it
                throw new JobFailedException(explain(channel, e), e);
            }
        }
    }

    private static String explain(JobChannel channel, Exception failure) {
        return channel.cause(LAST_WORDS)
                .map(cause -> cause.consequence() // names both ranks itself
                        ? cause.message()
                        : "rank " + cause.rank() + " (" + cause.host() + ") failed: " + cause.message())
                .orElseGet(() ->
                        failure instanceof SparkException ? firstLines(failure.getMessage()) : failure.toString());
    }

    /** Spark puts the stack trace into the message; a person wants what comes before it. */
    private static String firstLines(String message) {
        return String.valueOf(message).lines().limit(2).collect(Collectors.joining(" "));
    }
}
