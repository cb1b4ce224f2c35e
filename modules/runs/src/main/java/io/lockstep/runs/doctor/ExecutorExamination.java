package io.lockstep.runs.doctor;

import io.lockstep.collectives.ProcessGroup;
import io.lockstep.collectives.Reduction;
import io.lockstep.runs.folder.Progress;
import io.lockstep.runs.folder.RunFolderProbe;
import io.lockstep.runs.hosts.Finding;
import io.lockstep.runs.hosts.HostExamination;
import io.lockstep.runs.hosts.HostFacts;
import io.lockstep.runs.hosts.NetworkLink;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.HostNeeds;
import io.lockstep.runs.settings.RankSettings;
import io.lockstep.runs.settings.StrategySettings;
import io.lockstep.runs.spark.SparkJobs;
import io.lockstep.spark.BarrierJob;
import io.lockstep.spark.HadoopStorage;
import io.lockstep.spark.RankContext;
import io.lockstep.spark.RankProgram;
import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.spark.SparkEnv;
import org.apache.spark.api.java.JavaSparkContext;

/** What the executors of a run would find: their hosts, each other, and what an exchange takes. */
public final class ExecutorExamination {
    private static final int EXCHANGED_BYTES = 4 << 20;
    private static final int TIMES = 5;
    /** Kerberos refuses tickets of clocks that differ by more. */
    private static final long STOPPING_SKEW_MILLIS = 5 * 60_000;
    /** Logs of hosts can no longer be laid beside each other. */
    private static final long SKEW_MILLIS = 1_000;

    private final JavaSparkContext spark;
    private final Configuration configuration;

    public ExecutorExamination(JavaSparkContext spark, Configuration configuration) {
        this.spark = spark;
        this.configuration = configuration;
    }

    /**
     * What a rank saw.
     *
     * @param address of the executor, as Spark has it
     * @param exchangeNanos of an all-reduce of four megabytes, the median
     * @param folderFault why it cannot write the run's folder as training would; null where it can, or need not
     */
    record Seen(int rank, HostFacts facts, String address, NetworkLink link, long exchangeNanos, String folderFault)
            implements Serializable {}

    /**
     * @param network the setting
     * @param runFolder null where ranks do not write it
     * @param trial names this look's files there
     */
    private record Look(String network, String runFolder, String trial) implements RankProgram<Seen> {
        @Override
        public Seen run(RankContext context) {
            ProcessGroup group = context.group();
            long exchangeNanos = exchangeNanos(group);
            String folderFault = runFolder == null ? null : folderFault(context);
            String address = SparkEnv.get().blockManager().blockManagerId().host();
            NetworkLink link = NetworkLink.of(network, address);
            group.barrier(); // so that clocks are read at once
            return new Seen(group.rank(), HostFacts.here(true), address, link, exchangeNanos, folderFault);
        }

        private static long exchangeNanos(ProcessGroup group) {
            ByteBuffer floats = ByteBuffer.allocateDirect(EXCHANGED_BYTES).order(ByteOrder.nativeOrder());
            long[] nanos = new long[TIMES];
            for (int i = 0; i < TIMES; i++) {
                group.barrier();
                long start = System.nanoTime();
                group.allReduce(floats, Reduction.SUM).await();
                nanos[i] = System.nanoTime() - start;
            }
            Arrays.sort(nanos);
            return nanos[TIMES / 2];
        }

        private String folderFault(RankContext context) {
            String name = trial + "-rank-" + context.group().rank();
            return new RunFolderProbe(context.storage(), runFolder, name)
                    .fault(driversName(), () -> context.group().barrier());
        }

        String driversName() {
            return trial + "-driver";
        }
    }

    /** @throws IOException if the driver cannot write the run's folder */
    public List<Finding> findings() throws IOException {
        RankSettings settings = RankSettings.of(configuration);
        HostNeeds needs = HostNeeds.of(configuration);
        int workers = settings.awaitSlots(spark);
        if (StrategySettings.isMaster(configuration)) { // the driver writes all of its folder
            return of(ranks(workers, settings, new Look(settings.network(), null, "")), needs, null);
        }
        HadoopStorage storage = SparkJobs.storage(spark.getConf());
        String folder = storage.qualify(RunFolderProbe.folder(configuration));
        Look look = new Look(settings.network(), folder, UUID.randomUUID().toString());
        try (var drivers = new RunFolderProbe(storage, folder, look.driversName())) {
            drivers.write();
            return of(ranks(workers, settings, look), needs, folder);
        }
    }

    private List<Seen> ranks(int workers, RankSettings settings, Look look) {
        return BarrierJob.run(spark, settings.options(workers), settings.groups(), look, event -> {});
    }

    /**
     * What it means for a run.
     *
     * @param ranks what each saw, by rank
     * @param runFolder null where ranks do not write it
     */
    static List<Finding> of(List<Seen> ranks, HostNeeds needs, String runFolder) {
        Map<String, List<Seen>> hosts = new TreeMap<>();
        for (Seen each : ranks) {
            hosts.computeIfAbsent(host(each, ranks), host -> new ArrayList<>()).add(each);
        }
        List<Finding> findings = new ArrayList<>();
        hosts.forEach((host, there) -> {
            HostExamination.of(there.get(0).facts(), needs, there.size())
                    .forEach(finding -> findings.add(finding.at(host)));
            if (runFolder != null) {
                findings.add(runFolder(runFolder, there).at(host));
            }
        });
        findings.add(meeting(ranks, hosts.size()));
        Map<String, NetworkLink> links = new TreeMap<>();
        hosts.forEach((host, there) -> links.put(host, there.get(0).link()));
        mtu(links, needs.datagrams()).ifPresent(findings::add);
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

    /** A fault of any rank is one of the run: Spark deals ranks out anew at each start, so rank 0 may be there. */
    private static Finding runFolder(String folder, List<Seen> there) {
        List<Seen> faulty =
                there.stream().filter(each -> each.folderFault() != null).toList();
        if (faulty.isEmpty()) {
            return Finding.ok("run folder", folder + " can be written");
        }
        String ranks = faulty.stream().map(each -> String.valueOf(each.rank())).collect(Collectors.joining(", "));
        return Finding.fail(
                "run folder",
                folder + " is of no use to rank" + (faulty.size() == 1 ? " " : "s ") + ranks,
                faulty.get(0).folderFault() + "; rank 0 writes checkpoints there, and may be on any host",
                "give the user that executors run as write access there, or another --run-dir, on a file system that"
                        + " all hosts share");
    }

    private static Finding meeting(List<Seen> ranks, int hosts) {
        long slowest = ranks.stream().mapToLong(Seen::exchangeNanos).max().orElseThrow();
        return Finding.ok(
                "ranks meet",
                Progress.format(
                        "%d ranks on %d host%s; an all-reduce of 4 MiB takes %.1f ms",
                        ranks.size(), hosts, hosts == 1 ? "" : "s", slowest / 1e6));
    }

    /**
     * Whether hosts send packets of one size.
     *
     * @param links by host
     * @return empty where there is one host, or fewer than two that tell
     */
    static Optional<Finding> mtu(Map<String, NetworkLink> links, boolean datagrams) {
        IntSummaryStatistics known = links.values().stream()
                .filter(NetworkLink::isKnown)
                .mapToInt(NetworkLink::mtuBytes)
                .summaryStatistics();
        if (known.getCount() < 2) {
            return Optional.empty();
        }
        if (known.getMin() == known.getMax()) {
            return Optional.of(
                    Finding.ok("MTU", Progress.format("%d bytes on %d hosts", known.getMin(), known.getCount())));
        }
        String measured = links.entrySet().stream()
                .map(link -> link.getKey() + ": " + link.getValue())
                .collect(Collectors.joining(", "));
        String smaller = links.entrySet().stream()
                .filter(link -> link.getValue().mtuBytes() > known.getMin())
                .map(link -> "ip link set dev " + link.getValue().device() + " mtu " + known.getMin() + " on "
                        + link.getKey())
                .collect(Collectors.joining(", "));
        return Optional.of(Finding.warn(
                "MTU",
                measured,
                "packets too large for a host or a hop are fragmented or dropped on the way: transfers stall after the"
                        + " handshake, whose packets are small",
                smaller + (datagrams ? "; or set transport = tcp" : "")));
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
