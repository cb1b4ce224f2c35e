package io.lockstep.runs.doctor;

import io.lockstep.datasets.DataSource;
import io.lockstep.networks.ModelSummary;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.runs.RunPlan;
import io.lockstep.runs.folder.Progress;
import io.lockstep.runs.hosts.Finding;
import io.lockstep.runs.hosts.HostFacts;
import io.lockstep.runs.networks.MemoryBudget;
import io.lockstep.runs.networks.Networks;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.DataSettings;
import io.lockstep.runs.settings.DistributionSettings;
import io.lockstep.runs.settings.ExecutorSettings;
import io.lockstep.runs.settings.NetworkSource;
import io.lockstep.runs.settings.RuntimeSettings;
import io.lockstep.runs.settings.UsageException;
import io.lockstep.runs.spark.LocalCluster;
import io.lockstep.training.Replica;
import io.lockstep.training.ReplicaFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;

/** Whether a rank's replica fits into the memory that it would have. */
final class MemoryExamination {
    private static final long MIB = MemoryBudget.MIB;

    private final Configuration configuration;
    private final SparkConf conf;
    private final List<Finding> findings;
    private final Map<String, String> notes;

    /**
     * @param findings get what is found
     * @param notes get what is to be told of settings, by setting
     */
    MemoryExamination(Configuration configuration, SparkConf conf, List<Finding> findings, Map<String, String> notes) {
        this.configuration = configuration;
        this.conf = conf;
        this.findings = findings;
        this.notes = notes;
    }

    /**
     * Makes a rank's replica, for the share of the batch that it would have, and looks what it takes.
     *
     * @return bytes of a checkpoint
     */
    long examine(DataSource source) {
        int workers = configuration.get(DistributionSettings.WORKERS);
        int share = (configuration.get(DistributionSettings.GLOBAL_BATCH) + workers - 1) / workers;
        int batch = Math.max(
                1,
                (share + configuration.get(DistributionSettings.MICRO_BATCHES) - 1)
                        / configuration.get(DistributionSettings.MICRO_BATCHES));
        NetworkDefinition network;
        try {
            NetworkSource zoo = Networks.zoo();
            notes.putAll(RunPlan.together(configuration, zoo, conf.contains("spark.master") ? conf : null, source));
            network = zoo.under(configuration)
                    .build(source.shape(), source.classes(), configuration.get(DistributionSettings.SEED));
        } catch (UsageException e) {
            findings.add(Finding.fail(
                    "network", configuration.get(DataSettings.MODEL), e.getMessage(), "change what it names"));
            return 0;
        }
        ModelSummary summary = ModelSummary.of(network);
        long vector = (summary.parameters() + summary.statistics()) * Float.BYTES;
        RuntimeSettings runtime = RuntimeSettings.of(configuration);
        if (runtime.byDl4j()) {
            return 3 * vector;
        }
        List<String> slower = new ArrayList<>();
        var setup = new ReplicaFactory.Setup(null, network.classes(), batch, 0, threadsOfARank(), slower::add);
        try (Replica replica = runtime.asHere().replica(network, setup)) {
            if (replica instanceof Dl4jReplica) {
                findings.add(runsOnDl4j(slower.toString()));
                return 3 * vector;
            }
            compare(replica.memoryBytes(), workers, batch);
            return vector + replica.updaterState().limit();
        } catch (UnsupportedOperationException | LinkageError e) {
            findings.add(runsOnDl4j(e.getMessage()));
            return 3 * vector;
        } catch (OutOfMemoryError e) {
            findings.add(Finding.fail(
                    "memory",
                    "not enough here for one rank's " + batch + " examples",
                    e.getMessage(),
                    "raise micro-batches, or lower global-batch"));
            return 3 * vector;
        }
    }

    private int threadsOfARank() {
        int otherwise = LocalCluster.isMasterOf(conf)
                ? LocalCluster.cores(configuration)
                : configuration.get(ExecutorSettings.WORKER_CORES);
        return Math.max(1, conf.getInt("spark.task.cpus", otherwise));
    }

    private Finding runsOnDl4j(String why) {
        return Finding.warn(
                "network",
                configuration.get(DataSettings.MODEL) + " runs on DL4J itself, which is slower",
                why,
                "take the layer that is named out, if you can do without it");
    }

    private void compare(long needed, int workers, int batch) {
        String what = Progress.format("%,d MB outside the heap for a rank's %d examples", needed / MIB, batch);
        var budget = new MemoryBudget(conf);
        if (budget.isEnforced()) {
            long overhead = budget.overheadMib();
            int ranks = budget.ranksPerExecutor();
            long wanted = budget.wantedOverheadMib(needed);
            what += Progress.format(", %d rank(s) an executor; memoryOverhead is %,d MB", ranks, overhead);
            String why = "the cluster kills an executor that takes more than its memory and overhead";
            String remedy = "set spark.executor.memoryOverhead=" + wanted + "m";
            if (budget.isExceededBy(needed)) {
                findings.add(Finding.fail("memory", what, why, remedy));
            } else if (wanted > overhead) {
                findings.add(Finding.warn("memory", what, "the JVM and Spark need some of it too; " + why, remedy));
            } else {
                findings.add(Finding.ok("memory", what));
            }
            return;
        }
        long available = HostFacts.here(false).availableBytes();
        long heaps = workers * configuration.get(ExecutorSettings.WORKER_MEMORY_MB) * MIB;
        if (LocalCluster.isMasterOf(conf) && available > 0 && workers * needed + heaps > available) {
            findings.add(Finding.fail(
                    "memory",
                    what
                            + Progress.format(
                                    ", %d ranks and their heaps take %,d MB, %,d are available",
                                    workers, (workers * needed + heaps) / MIB, available / MIB),
                    "the system kills a process when memory is gone",
                    "lower global-batch or worker-memory-mb, raise micro-batches, or ask for fewer workers"));
        } else {
            findings.add(Finding.ok("memory", what));
        }
    }
}
