package io.lockstep.cli;

import io.lockstep.collectives.Reduction;
import io.lockstep.spark.BarrierJob;
import io.lockstep.spark.RankContext;
import io.lockstep.spark.RankProgram;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;

/** What the executors of a run would find: their hosts, each other, and what an exchange takes. */
final class ExecutorExamination {
    private static final int EXCHANGED_BYTES = 4 << 20;
    private static final int TIMES = 5;
    /** Kerberos refuses tickets of clocks that differ by more. */
    private static final long STOPPING_SKEW_MILLIS = 5 * 60_000;
    /** Logs of hosts can no longer be laid beside each other. */
    private static final long SKEW_MILLIS = 1_000;

    private final JavaSparkContext spark;
    private final Configuration configuration;

    ExecutorExamination(JavaSparkContext spark, Configuration configuration) {
        this.spark = spark;
        this.configuration = configuration;
    }

    /**
     * @param address of the executor, as Spark has it
     * @param exchangeNanos of an all-reduce of four megabytes, the median
     */
    private record Seen(HostFacts facts, String address, long exchangeNanos) implements Serializable {}

    private record Look() implements RankProgram<Seen> {
        @Override
        public Seen run(RankContext context) {
            ByteBuffer floats = ByteBuffer.allocateDirect(EXCHANGED_BYTES).order(ByteOrder.nativeOrder());
            long[] nanos = new long[TIMES];
            for (int i = 0; i < TIMES; i++) {
                context.group().barrier();
                long start = System.nanoTime();
                context.group().allReduce(floats, Reduction.SUM).await();
                nanos[i] = System.nanoTime() - start;
            }
            Arrays.sort(nanos);
            context.group().barrier(); // so that clocks are read at once
            String address = SparkEnv.get().blockManager().blockManagerId().host();
            return new Seen(HostFacts.here(true), address, nanos[TIMES / 2]);
        }
    }

    List<Finding> findings() {
        int workers = SparkJobs.awaitSlots(spark, configuration);
        List<Seen> ranks = BarrierJob.run(
                spark,
                SparkJobs.options(workers, configuration),
                SparkJobs.groups(configuration),
                new Look(),
                event -> {});
        List<Finding> findings = new ArrayList<>();
        Map<String, List<HostFacts>> hosts = new TreeMap<>();
        for (Seen each : ranks) {
            hosts.computeIfAbsent(host(each, ranks), host -> new ArrayList<>()).add(each.facts());
        }
        hosts.forEach((host, facts) -> HostExamination.of(facts.get(0), configuration, facts.size())
                .forEach(finding -> findings.add(finding.at(host))));
        findings.add(meeting(ranks, hosts.size()));
        findings.add(
                clocks(ranks.stream().map(each -> each.facts().clockMillis()).toList()));
        return findings;
    }

    /** Its name, with the address where others have that name too. */
    private static String host(Seen rank, List<Seen> all) {
        String name = rank.facts().host();
        boolean alone = all.stream()
                .filter(other -> other.facts().host().equals(name))
                .allMatch(other -> other.address().equals(rank.address()));
        return alone ? name : name + " (" + rank.address() + ")";
    }

    private static Finding meeting(List<Seen> ranks, int hosts) {
        long slowest = ranks.stream().mapToLong(Seen::exchangeNanos).max().orElseThrow();
        return Finding.ok(
                "ranks meet",
                Progress.format(
                        "%d ranks on %d host%s; an all-reduce of 4 MiB takes %.1f ms",
                        ranks.size(), hosts, hosts == 1 ? "" : "s", slowest / 1e6));
    }

    static Finding clocks(List<Long> millis) {
        long apart = Collections.max(millis) - Collections.min(millis);
        String measured = Progress.format("%.1f s apart", apart / 1e3);
        String why = "Kerberos refuses clocks that are 5 minutes apart, and logs of hosts cannot be laid side by side";
        String remedy = "run chrony or ntpd on the hosts";
        if (apart > STOPPING_SKEW_MILLIS) {
            return Finding.fail("clocks", measured, why, remedy);
        }
        return apart > SKEW_MILLIS ? Finding.warn("clocks", measured, why, remedy) : Finding.ok("clocks", measured);
    }
}
