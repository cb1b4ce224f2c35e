package io.lockstep.cli;

import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.ImageShape;
import io.lockstep.modelzoo.Model;
import io.lockstep.modelzoo.ModelInput;
import io.lockstep.modelzoo.ModelZoo;
import io.lockstep.networks.Dl4jReplica;
import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.ModelSummary;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.UpdaterName;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.compiled.Replicas;
import io.lockstep.training.Replica;
import io.lockstep.training.ReplicaFactory;
import io.lockstep.training.ReplicaFactory.Setup;
import java.util.Map;

/** From settings to networks. */
final class Networks {
    private Networks() {}

    /** @throws UsageException for an unknown model */
    static Model model(String name) {
        try {
            return ModelZoo.get(name);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage(), e);
        }
    }

    /** @throws UsageException for an unknown model, or hyper-parameters that do not go together */
    static void check(Configuration configuration) {
        model(configuration.get(Settings.MODEL));
        try {
            hyperparameters(configuration);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage(), e);
        }
    }

    /** @throws UsageException if a bucket of the given size would hold more than the network's gradient */
    static void checkBucket(Configuration configuration, DataSource data) {
        int bucketBytes = configuration.get(Settings.BUCKET_BYTES).bytes();
        if (bucketBytes == 0) {
            return;
        }
        ImageShape shape = data.shape();
        var input = new ModelInput(shape.channels(), shape.height(), shape.width(), data.classes());
        NetworkDefinition network = model(configuration.get(Settings.MODEL))
                .build(input, hyperparameters(configuration), configuration.get(Settings.SEED));
        ModelSummary summary = ModelSummary.of(network);
        long gradientBytes = Float.BYTES * (summary.parameters() + summary.statistics());
        if (bucketBytes > gradientBytes) {
            throw new UsageException("bucket-bytes = " + bucketBytes + " is more than the gradient of "
                    + configuration.get(Settings.MODEL) + " has, " + gradientBytes
                    + " bytes: nothing would overlap. Take at most a quarter of that, or auto");
        }
    }

    static ReplicaFactory replicas(Configuration configuration) {
        return new ZooReplicas(configuration.get(Settings.MODEL), configuration.differenceFrom(new Configuration()));
    }

    /** What DL4J runs by itself. */
    static NetworkDefinition definition(Configuration configuration, ImageShape shape, int classes, long seed) {
        var input = new ModelInput(shape.channels(), shape.height(), shape.width(), classes);
        return model(configuration.get(Settings.MODEL)).build(input, hyperparameters(configuration), seed);
    }

    private static Hyperparameters hyperparameters(Configuration configuration) {
        boolean corrected = configuration.get(Settings.MOMENTUM_CORRECTION);
        return new Hyperparameters(
                corrected ? UpdaterName.SGD : UpdaterName.of(configuration.get(Settings.UPDATER)),
                configuration.get(Settings.LEARNING_RATE),
                configuration.get(Settings.MOMENTUM),
                configuration.get(Settings.BETA1),
                configuration.get(Settings.BETA2),
                configuration.get(Settings.EPSILON),
                configuration.get(Settings.L1),
                corrected ? l2WithoutMomentum(configuration) : configuration.get(Settings.L2),
                configuration.get(Settings.WEIGHT_DECAY),
                configuration.get(Settings.DROPOUT),
                configuration.get(Settings.LABEL_SMOOTHING));
    }

    /** The strategy has the momentum then, and the penalty does not go through it: this much a step is what it comes to. */
    private static double l2WithoutMomentum(Configuration configuration) {
        return configuration.get(Settings.L2) / (1 - configuration.get(Settings.MOMENTUM));
    }

    /** For a network that is not the zoo's. */
    static ReplicaFactory replicas(NetworkDefinition network, Configuration configuration) {
        return new OwnReplicas(network, configuration.differenceFrom(new Configuration()));
    }

    private record OwnReplicas(NetworkDefinition network, Map<String, String> settings) implements ReplicaFactory {
        @Override
        public Replica create(Setup setup) {
            if (network.classes() != setup.classes()) {
                throw new IllegalArgumentException(
                        "the network tells " + network.classes() + " classes apart, the data has " + setup.classes());
            }
            return replica(network, configuration(settings), setup);
        }
    }

    private static Configuration configuration(Map<String, String> settings) {
        Configuration configuration = new Configuration();
        settings.forEach(configuration::put);
        return configuration;
    }

    private static Replica replica(NetworkDefinition network, Configuration configuration, Setup setup) {
        double smoothing = configuration.get(Settings.LABEL_SMOOTHING);
        if (configuration.get(Settings.SYNC_BATCH_NORM)) {
            return new CompiledReplica(network, setup.largestBatch(), smoothing, setup.threads(), setup.group());
        }
        return configuration.get(Settings.RUNTIME).equals("dl4j")
                ? new Dl4jReplica(network, setup.largestBatch(), smoothing)
                : Replicas.fastest(network, setup.largestBatch(), smoothing, setup.threads(), setup.notices());
    }

    /** Travels to the executors as text, which needs no Java serialisation of the network library. */
    private record ZooReplicas(String model, Map<String, String> settings) implements ReplicaFactory {
        @Override
        public Replica create(Setup setup) {
            Configuration configuration = configuration(settings);
            var shape = setup.examples();
            var input = new ModelInput(shape.channels(), shape.height(), shape.width(), setup.classes());
            NetworkDefinition network = ModelZoo.get(model).build(input, hyperparameters(configuration), setup.seed());
            return replica(network, configuration, setup);
        }
    }
}
