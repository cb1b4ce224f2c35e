package io.lockstep.runs.settings;

import io.lockstep.collectives.Algorithm;
import io.lockstep.collectives.PortRange;
import io.lockstep.collectives.Tuning;
import io.lockstep.runs.masters.MasterStrategy;
import io.lockstep.spark.LocalAddresses;
import io.lockstep.training.settings.Parsers;
import io.lockstep.training.strategies.BucketSize;
import io.lockstep.training.strategies.DistributedDataParallel;
import io.lockstep.training.strategies.GradientSharing;
import io.lockstep.training.strategies.ParameterAveraging;
import io.lockstep.training.strategies.StrategyKind;
import java.time.Duration;
import java.util.List;

/** How workers find each other, exchange and wait for each other; what single strategies know, too. */
public final class CommunicationSettings {
    static final SettingGroup GROUP = new SettingGroup("How workers exchange");

    static { // what single strategies know, as their files declare it
        StrategySettings.settings().stream()
                .filter(setting -> setting != MasterStrategy.INSECURE_TRANSPORT)
                .forEach(GROUP::add);
    }

    public static final Setting<BucketSize> BUCKET_BYTES =
            GROUP.find(DistributedDataParallel.BUCKET_BYTES).orElseThrow();
    public static final Setting<Integer> AVERAGING_PERIOD =
            GROUP.find(ParameterAveraging.PERIOD).orElseThrow();
    public static final Setting<Boolean> AVERAGE_UPDATER_STATE =
            GROUP.find(ParameterAveraging.UPDATER_STATE).orElseThrow();
    public static final Setting<Boolean> MOMENTUM_CORRECTION =
            GROUP.find(GradientSharing.MOMENTUM_CORRECTION).orElseThrow();

    static final Setting<Boolean> SYNC_BATCH_NORM = GROUP.add(
            "sync-batch-norm",
            "false",
            "Compute the statistics of batch norm over the global batch instead of each worker's share, under ddp "
                    + "and dp. It helps where shares are small, and costs time: each batch norm waits for an exchange, and "
                    + "gradients are exchanged only after backward.",
            Parsers.bool(),
            Heeded.by(StrategySettings.words(StrategyKind::stepsTogether))
                    .and(Rules.batchNorm())
                    .and(Rules.several()));
    public static final Setting<Duration> DEADLINE = GROUP.add(
            "deadline",
            "60s",
            "How long a collective may take before the rank that has not arrived is given up.",
            Parsers.duration(),
            Heeded.where(Rules.several()));
    static final Setting<Duration> SILENCE = GROUP.add(
            "silence",
            "10s",
            "How long a rank that others wait for may show no sign of life, because it was stopped or its link is "
                    + "cut, before it is given up. At least 2s; of use where deadline is longer.",
            Parsers.duration(Tuning.SHORTEST_SILENCE),
            Heeded.ALWAYS
                    .notByMasters("DL4J's workers give no sign of life")
                    .and(Rules.several())
                    .and(Rules.sooner()));
    static final Setting<Integer> RETRIES = GROUP.add(
            "retries",
            "3",
            "How often a run that lost a rank goes on from its last checkpoint by itself, without having written "
                    + "another one in between. 0: never.",
            Parsers.int32(0, 1000),
            Heeded.ALWAYS.notByMasters("DL4J's runs cannot be gone on with"));
    public static final Setting<Integer> MIN_WORKERS = GROUP.add(
            "min-workers",
            "0",
            "Begin, or go on, with fewer workers, but at least N, if executors are still missing after "
                    + "slot-timeout. 0: only with all of them.",
            Parsers.int32(0, 1 << 16),
            Heeded.ALWAYS.notByMasters("DL4J's masters begin with all"));
    public static final Setting<Duration> SLOT_TIMEOUT = GROUP.add(
            "slot-timeout",
            "15s",
            "How long to wait for another executor while there are too few for all workers. On local-cluster it "
                    + "is at least a minute.",
            Parsers.duration());
    public static final Setting<String> SECURITY = GROUP.add(
            "security",
            "auto",
            "Encryption and authentication of what ranks of different hosts send each other. on, off, or auto, "
                    + "which is on.",
            Parsers.word("auto", "on", "off"),
            Heeded.ALWAYS
                    .notByMasters("DL4J has none: Spark's own settings secure parameter averaging")
                    .and(Rules.severalHosts()));
    static final Setting<RankSettings.Transport> TRANSPORT = GROUP.add(
            "transport",
            "auto",
            "How ranks reach each other. auto: by shared memory within a host and by TCP between hosts. tcp, udp: "
                    + "by that everywhere.",
            Parsers.constant(RankSettings.Transport.class),
            Heeded.ALWAYS.notByMasters("DL4J brings its own").and(Rules.several()));

    static final Setting<Algorithm> ALL_REDUCE = GROUP.add(
            "all-reduce",
            "auto",
            "The algorithm by which ranks add their gradients. auto: for each size the one that is fastest by "
                    + "link-costs; or recursive-doubling, halving-doubling, ring, central, hierarchical.",
            Parsers.word("auto", "recursive-doubling", "halving-doubling", "ring", "central", "hierarchical")
                    .andThen(Algorithm::parse),
            Heeded.by(allReducing()).and(Rules.several()));

    static final Setting<String> LINK_COSTS = GROUP.add(
            "link-costs",
            "nominal",
            "The speeds of links that all-reduce = auto calculates with. nominal: typical ones. measured: this "
                    + "cluster's, which takes about a second at the start; with more than two ranks another run may then "
                    + "add gradients in another order, and round differently.",
            Parsers.word("nominal", "measured"),
            Heeded.by(allReducing()).and(Rules.chosenAlgorithm()).and(Rules.several()));

    static final Setting<PortRange> PORTS = GROUP.add(
            "ports",
            "0",
            "The ports on which ranks listen for ranks of other hosts: FIRST-LAST, at least as many as a host has "
                    + "ranks. 0: the operating system chooses.",
            PortRange::parse,
            Heeded.ALWAYS.notByMasters("DL4J brings its own transport").and(Rules.severalHosts()));
    static final Setting<String> NETWORK = GROUP.add(
            "network",
            "",
            "The network over which ranks of different hosts talk, where hosts have several: an interface (ib0) "
                    + "or a range of addresses (10.1.0.0/16). Empty: that of the address which Spark advertises.",
            LocalAddresses::checked,
            Heeded.ALWAYS.notByMasters("dl4j-insecure-transport names theirs").and(Rules.severalHosts()));

    private CommunicationSettings() {}

    private static List<String> allReducing() {
        return StrategySettings.words(kind -> kind.byRanks() && !kind.central());
    }
}
