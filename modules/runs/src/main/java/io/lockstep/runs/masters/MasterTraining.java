package io.lockstep.runs.masters;

import io.lockstep.datasets.ImageShape;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.spark.HadoopStorage;
import io.lockstep.training.ReplicaFactory;
import io.lockstep.training.RunEvent;
import io.lockstep.training.run.RunOptions;
import java.io.IOException;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** Who trains by DL4J's masters, from the driver. A jar on the class path names its class as a service of this type. */
public interface MasterTraining {
    /** Builds the network for the examples that the run turns out to have. */
    @FunctionalInterface
    interface NetworkFactory {
        NetworkDefinition build(ImageShape examples, int classes, long seed);
    }

    /**
     * @param run its strategy is one of {@link MasterStrategy}'s words, its global batch a multiple of the workers
     * @param network what DL4J runs
     * @param replicas what evaluates and saves it: of the same network
     * @param events told on several threads, one event at a time
     */
    record Job(
            RunOptions run,
            MasterOptions options,
            NetworkFactory network,
            ReplicaFactory replicas,
            HadoopStorage storage,
            Consumer<RunEvent> events) {}

    /** @throws IllegalArgumentException if DL4J cannot run a network, or its accuracy cannot be read while it does */
    void requireTrainable(NetworkDefinition network);

    /** Gives executors the flags that a master needs; before the context is made. */
    void prepare(MasterStrategy strategy, SparkConf conf);

    /**
     * Trains.
     *
     * @param spark of a configuration that {@link #prepare} has seen
     * @return SHA-256 of the driver's parameters, which are the run's result; the workers' own may differ from them
     * @throws IOException if data or checkpoints cannot be read or written
     * @throws io.lockstep.spark.JobFailedException if a worker failed
     */
    String train(JavaSparkContext spark, Job job) throws IOException;

    /** Empty in a build without DL4J's masters. */
    static Optional<MasterTraining> find() {
        return ServiceLoader.load(MasterTraining.class, MasterTraining.class.getClassLoader())
                .findFirst();
    }
}
