package io.lockstep.cli;

import io.lockstep.dl4jmasters.MasterOptions;
import io.lockstep.dl4jmasters.MasterRun;
import io.lockstep.dl4jmasters.MasterStrategy;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.spark.HadoopStorage;
import io.lockstep.training.ReplicaFactory;
import io.lockstep.training.RunEvent;
import io.lockstep.training.RunOptions;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** Runs by DL4J's own training masters. */
final class MasterJobs {
    /** Settings of Lockstep's ranks that have no meaning here, with the reason. */
    private static final Map<Setting<?>, String> FOREIGN = Map.ofEntries(
            Map.entry(Settings.CLIP_NORM, "DL4J does not clip by the global norm"),
            Map.entry(Settings.INIT_FROM, "they begin with the network's own parameters"),
            Map.entry(Settings.DROP_CONNECT, "DL4J's does not divide what is kept, so that a test sees other weights"),
            Map.entry(Settings.BPTT_STEPS, "DL4J's truncation makes an update for each part of a sequence"),
            Map.entry(Settings.MIXUP, "their examples have one label"),
            Map.entry(Settings.MICRO_BATCHES, "DL4J does not accumulate gradients"),
            Map.entry(Settings.COMPARE_EVERY, "DL4J's replicas are not equal between exchanges"),
            Map.entry(Settings.PRECISION, "DL4J has float32 only"),
            Map.entry(Settings.RUNTIME, "DL4J runs them, on CPUs"),
            Map.entry(Settings.TRANSPORT, "DL4J brings its own"),
            Map.entry(Settings.ALL_REDUCE, "DL4J brings its own"),
            Map.entry(Settings.LINK_COSTS, "DL4J brings its own"),
            Map.entry(Settings.SECURITY, "DL4J has none: Spark's own settings secure parameter averaging"),
            Map.entry(Settings.STOP_AFTER, "DL4J's runs cannot be gone on with"),
            Map.entry(Settings.CHECKPOINT_EVERY, "the driver has the parameters only at the end of an epoch"),
            Map.entry(Settings.RETRIES, "DL4J's runs cannot be gone on with"),
            Map.entry(Settings.MIN_WORKERS, "DL4J's masters begin with all"));

    private MasterJobs() {}

    static boolean isMaster(Configuration configuration) {
        return strategy(configuration).isPresent();
    }

    private static Optional<MasterStrategy> strategy(Configuration configuration) {
        return MasterStrategy.of(configuration.get(Settings.STRATEGY));
    }

    /** @throws UsageException for settings that a strategy cannot heed, or a transport that was not allowed */
    static void check(Configuration configuration) {
        Optional<MasterStrategy> strategy = strategy(configuration);
        if (strategy.isEmpty()) {
            return;
        }
        String word = strategy.get().word();
        if (strategy.get() == MasterStrategy.GRADIENT_SHARING
                && configuration.get(Settings.DL4J_INSECURE_TRANSPORT).equals("false")) {
            throw new UsageException(word + " is refused: DL4J's transport authenticates nobody and deserialises any"
                    + " object it is sent, so whoever reaches its port runs code here; where that is nobody,"
                    + " --set dl4j-insecure-transport=true allows it, on 127.0.0.1");
        }
        FOREIGN.forEach((setting, reason) -> {
            if (configuration.isChanged(setting)) {
                throw new UsageException(setting.name() + " cannot be heeded by " + word + ": " + reason);
            }
        });
        int workers = configuration.get(Settings.WORKERS);
        int batch = configuration.get(Settings.GLOBAL_BATCH);
        if (batch % workers != 0) {
            throw new UsageException("global-batch = " + batch + " is not a multiple of workers = " + workers
                    + ": DL4J's workers have one batch size");
        }
    }

    /** @throws UsageException within an application that runs already: DL4J's masters leave static state in its JVMs */
    static void requireOwnApplication(Configuration configuration) {
        if (isMaster(configuration)) {
            throw new UsageException(
                    configuration.get(Settings.STRATEGY) + " needs a Spark application of its own, whose"
                            + " JVMs start with DL4J's flags and end with its static state: bin/lockstep train --strategy "
                            + configuration.get(Settings.STRATEGY));
        }
    }

    /** @throws UsageException if the model is none that can be watched while DL4J trains it */
    static void checkModel(NetworkDefinition network, Configuration configuration) {
        if (!isMaster(configuration)) {
            return;
        }
        try {
            MasterRun.requireTrainable(network);
        } catch (IllegalArgumentException e) {
            throw new UsageException(
                    configuration.get(Settings.STRATEGY) + " cannot train " + configuration.get(Settings.MODEL) + ": "
                            + e.getMessage(),
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
                    && configuration.get(Settings.DL4J_INSECURE_TRANSPORT).equals("true")) {
                throw new UsageException("dl4j-insecure-transport = true listens on 127.0.0.1, where executors of "
                        + master + " may not be; name a trusted network instead, like 10.1.0.0/16");
            }
        }
        MasterRun.prepare(strategy.get(), conf);
    }

    static List<RankResult> run(
            JavaSparkContext spark,
            NetworkSource network,
            Configuration configuration,
            RunOptions run,
            ReplicaFactory replicas,
            HadoopStorage storage,
            Consumer<RunEvent> events)
            throws IOException {
        int workers = configuration.get(Settings.WORKERS);
        String trusted = configuration.get(Settings.DL4J_INSECURE_TRANSPORT);
        var options = new MasterOptions(
                workers,
                configuration.get(Settings.AVERAGING_PERIOD),
                configuration.get(Settings.AVERAGE_UPDATER_STATE),
                configuration.get(Settings.LABEL_SMOOTHING),
                trusted.contains("/") ? trusted : MasterOptions.LOOPBACK,
                configuration.get(Settings.SLOT_TIMEOUT),
                configuration.get(Settings.DEADLINE));
        String hash = new MasterRun(spark, run, options, network::build, replicas, storage, events).call();
        int cores = spark.sc().conf().getInt("spark.task.cpus", 1);
        List<String> hashes = List.of(hash);
        List<Integer> ranks = IntStream.range(0, workers).boxed().toList();
        return spark.parallelize(ranks, workers)
                .map(rank -> new RankResult(rank, hashes, RankEnvironment.here(cores)))
                .collect();
    }
}
