package io.lockstep.dl4jmasters;

import io.lockstep.runs.masters.MasterOptions;
import io.lockstep.runs.masters.MasterStrategy;
import io.lockstep.spark.JobFailedException;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.SparkConf;
import org.deeplearning4j.spark.api.RDDTrainingApproach;
import org.deeplearning4j.spark.api.Repartition;
import org.deeplearning4j.spark.api.TrainingMaster;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingMaster;
import org.deeplearning4j.spark.parameterserver.training.SharedTrainingMaster;
import org.nd4j.linalg.exception.ND4JIllegalStateException;
import org.nd4j.parameterserver.distributed.conf.VoidConfiguration;
import org.nd4j.parameterserver.distributed.util.NetworkOrganizer;
import org.nd4j.parameterserver.distributed.v2.ModelParameterServer;

/** DL4J's masters, set up so that they work here; what is not named is their default. */
final class Masters {
    private static final String EXECUTOR_OPTIONS = "spark.executor.extraJavaOptions";

    /** Stock layers: the rest of Lockstep asks DL4J for its oneDNN helpers, which 1.0.0-M2.1 does not find. */
    private static final Map<String, String> STOCK = Map.of("org.eclipse.deeplearning4j.helpers.disable", "true");

    /**
     * What Aeron must be told before its first use: AeronUdpTransport raises the client's time limit to 30 s, and Aeron
     * refuses one above this, 15 s by default. And its files in /dev/shm are removed at the end.
     */
    private static final Map<String, String> AERON = Map.of(
            "aeron.publication.unblock.timeout", "60000000000", // ns
            "aeron.dir.delete.on.shutdown", "true");

    private Masters() {}

    /** Gives executors the flags that a master needs; call it before the context is made. */
    static void prepare(MasterStrategy strategy, SparkConf conf) {
        Map<String, String> properties = new TreeMap<>(STOCK);
        if (strategy == MasterStrategy.GRADIENT_SHARING) {
            properties.putAll(AERON);
        }
        StringBuilder flags = new StringBuilder(conf.get(EXECUTOR_OPTIONS, ""));
        properties.forEach((key, value) -> {
            System.setProperty(key, value);
            flags.append(" -D").append(key).append('=').append(value);
        });
        conf.set(EXECUTOR_OPTIONS, flags.toString().trim());
    }

    static TrainingMaster<?, ?> create(
            MasterStrategy strategy, MasterOptions options, int localBatch, long seed, WorkerProbe probe) {
        return switch (strategy) {
            case PARAMETER_AVERAGING -> parameterAveraging(options, localBatch, seed, probe);
            case GRADIENT_SHARING -> gradientSharing(options, localBatch, seed);
        };
    }

    private static TrainingMaster<?, ?> parameterAveraging(
            MasterOptions options, int localBatch, long seed, WorkerProbe probe) {
        return new ParameterAveragingTrainingMaster.Builder(options.workers(), localBatch)
                .batchSizePerWorker(localBatch)
                .averagingFrequency(options.averagingPeriod())
                .saveUpdater(options.averageUpdaterState()) // true by its Javadoc, false by its code
                .rddTrainingApproach(RDDTrainingApproach.Direct)
                .rngSeed(seed)
                .trainingHooks(probe)
                .build();
    }

    private static TrainingMaster<?, ?> gradientSharing(MasterOptions options, int localBatch, long seed) {
        VoidConfiguration transport =
                VoidConfiguration.builder().portSupplier(new FreePort()).build();
        // Both, or the environment's SPARK_PUBLIC_DNS and DL4J_VOID_IP would have a say in where it listens.
        transport.setControllerAddress(ownAddressIn(options.network()));
        transport.setNetworkMask(options.network());
        return new SharedTrainingMaster.Builder(transport, localBatch)
                .batchSizePerWorker(localBatch)
                .workersPerNode(1)
                .repartitionData(Repartition.Never) // a partition is a worker's already
                .repartitioner(null)
                .rddTrainingApproach(RDDTrainingApproach.Direct)
                .rngSeed(seed)
                .build();
    }

    private static String ownAddressIn(String network) {
        try {
            return new NetworkOrganizer(network).getMatchingAddress();
        } catch (ND4JIllegalStateException e) {
            throw new JobFailedException("the driver's host has no address in the network " + network, e);
        }
    }

    /** Ends the driver's side; executors end with the application. */
    static void shutDown(MasterStrategy strategy) {
        if (strategy == MasterStrategy.GRADIENT_SHARING
                && ModelParameterServer.getInstance().isInitialized()) {
            ModelParameterServer.getInstance().shutdown();
        }
    }
}
