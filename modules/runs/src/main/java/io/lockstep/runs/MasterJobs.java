package io.lockstep.runs;

import io.lockstep.networks.NetworkDefinition;
import io.lockstep.runs.build.BuildInfo;
import io.lockstep.runs.hosts.RankEnvironment;
import io.lockstep.runs.masters.MasterOptions;
import io.lockstep.runs.masters.MasterStrategy;
import io.lockstep.runs.masters.MasterTraining;
import io.lockstep.runs.settings.CommunicationSettings;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.DataSettings;
import io.lockstep.runs.settings.DistributionSettings;
import io.lockstep.runs.settings.LearningSettings;
import io.lockstep.runs.settings.NetworkBuilder;
import io.lockstep.runs.settings.StrategySettings;
import io.lockstep.runs.settings.UsageException;
import io.lockstep.spark.HadoopStorage;
import io.lockstep.training.ReplicaFactory;
import io.lockstep.training.RunEvent;
import io.lockstep.training.run.RunOptions;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** Runs by DL4J's own training masters. */
final class MasterJobs {
    private MasterJobs() {}

    private static Optional<MasterStrategy> strategy(Configuration configuration) {
        return MasterStrategy.of(configuration.get(DistributionSettings.STRATEGY));
    }

    /** @throws UsageException within an application that runs already: DL4J's masters leave static state in its JVMs */
    static void requireOwnApplication(Configuration configuration) {
        if (StrategySettings.isMaster(configuration)) {
            throw new UsageException(
                    configuration.get(DistributionSettings.STRATEGY) + " needs a Spark application of its own, whose"
                            + " JVMs start with DL4J's flags and end with its static state: bin/lockstep train --strategy "
                            + configuration.get(DistributionSettings.STRATEGY));
        }
    }

    /** @throws UsageException if a build has not what the strategy needs */
    static void requireInBuild(Configuration configuration) {
        if (StrategySettings.isMaster(configuration)) {
            training(configuration);
        }
    }

    private static MasterTraining training(Configuration configuration) {
        return MasterTraining.find()
                .orElseThrow(() -> new UsageException("strategy = " + configuration.get(DistributionSettings.STRATEGY)
                        + " is not in this build, which is for Spark " + BuildInfo.SPARK + ": DL4J's masters were"
                        + " published for Spark 3 with Scala 2.12 alone; take Lockstep's build for Spark 3.5, or another"
                        + " strategy"));
    }

    /** @throws UsageException if the model is none that can be watched while DL4J trains it */
    static void checkModel(NetworkDefinition network, Configuration configuration) {
        if (!StrategySettings.isMaster(configuration)) {
            return;
        }
        try {
            training(configuration).requireTrainable(network);
        } catch (IllegalArgumentException e) {
            throw new UsageException(
                    configuration.get(DistributionSettings.STRATEGY) + " cannot train "
                            + configuration.get(DataSettings.MODEL) + ": " + e.getMessage(),
                    e);
        }
    }

    /** What Spark's side must fulfil; its configuration gets the flags that a master needs. */
    static void check(Configuration configuration, SparkConf conf, boolean resume) {
        Optional<MasterStrategy> strategy = strategy(configuration);
        if (strategy.isEmpty()) {
            return;
        }
        String word = strategy.get().word();
        if (resume) {
            throw new UsageException("--resume: a run by " + word + " cannot be gone on with, as DL4J's masters keep"
                    + " state that no checkpoint has; start another --run-dir");
        }
        if (strategy.get() == MasterStrategy.GRADIENT_SHARING) {
            for (String demand :
                    List.of("spark.network.crypto.enabled", "spark.ssl.enabled", "spark.ssl.rpc.enabled")) {
                if (conf.getBoolean(demand, false)) {
                    throw new UsageException(demand + " is true, but the transport of " + word + " cannot encrypt");
                }
            }
            String master = conf.get("spark.master");
            if (!master.startsWith("local")
                    && configuration
                            .get(DistributionSettings.DL4J_INSECURE_TRANSPORT)
                            .equals("true")) {
                throw new UsageException("dl4j-insecure-transport = true listens on 127.0.0.1, where executors of "
                        + master + " may not be; name a trusted network instead, like 10.1.0.0/16");
            }
        }
        training(configuration).prepare(strategy.get(), conf);
    }

    static List<RankResult> run(
            JavaSparkContext spark,
            NetworkBuilder network,
            Configuration configuration,
            RunOptions run,
            ReplicaFactory replicas,
            HadoopStorage storage,
            Consumer<RunEvent> events)
            throws IOException {
        int workers = configuration.get(DistributionSettings.WORKERS);
        String trusted = configuration.get(DistributionSettings.DL4J_INSECURE_TRANSPORT);
        var options = new MasterOptions(
                workers,
                configuration.get(CommunicationSettings.AVERAGING_PERIOD),
                configuration.get(CommunicationSettings.AVERAGE_UPDATER_STATE),
                configuration.get(LearningSettings.LABEL_SMOOTHING),
                trusted.contains("/") ? trusted : MasterOptions.LOOPBACK,
                configuration.get(CommunicationSettings.SLOT_TIMEOUT),
                configuration.get(CommunicationSettings.DEADLINE));
        var job = new MasterTraining.Job(run, options, network::build, replicas, storage, events);
        String hash = training(configuration).train(spark, job);
        int cores = spark.sc().conf().getInt("spark.task.cpus", 1);
        List<String> hashes = List.of(hash);
        List<Integer> ranks = IntStream.range(0, workers).boxed().toList();
        return spark.parallelize(ranks, workers)
                .map(rank -> new RankResult(rank, hashes, RankEnvironment.here(cores)))
                .collect();
    }
}
