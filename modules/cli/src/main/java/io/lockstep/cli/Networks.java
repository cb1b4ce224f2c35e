package io.lockstep.cli;

import io.lockstep.modelzoo.Model;
import io.lockstep.modelzoo.ModelInput;
import io.lockstep.modelzoo.ModelZoo;
import io.lockstep.networks.Dl4jReplica;
import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.UpdaterName;
import io.lockstep.networks.compiled.Replicas;
import io.lockstep.training.Replica;
import io.lockstep.training.ReplicaFactory;
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

    static ReplicaFactory replicas(Configuration configuration) {
        return new ZooReplicas(configuration.get(Settings.MODEL), configuration.differenceFrom(new Configuration()));
    }

    private static Hyperparameters hyperparameters(Configuration configuration) {
        return new Hyperparameters(
                UpdaterName.of(configuration.get(Settings.UPDATER)),
                configuration.get(Settings.LEARNING_RATE),
                configuration.get(Settings.MOMENTUM),
                configuration.get(Settings.BETA1),
                configuration.get(Settings.BETA2),
                configuration.get(Settings.EPSILON),
                configuration.get(Settings.L1),
                configuration.get(Settings.L2),
                configuration.get(Settings.WEIGHT_DECAY),
                configuration.get(Settings.DROPOUT),
                configuration.get(Settings.LABEL_SMOOTHING));
    }

    /** Travels to the executors as text, which needs no Java serialisation of the network library. */
    private record ZooReplicas(String model, Map<String, String> settings) implements ReplicaFactory {
        @Override
        public Replica create(Setup setup) {
            Configuration configuration = new Configuration();
            settings.forEach(configuration::put);
            Hyperparameters hyperparameters = hyperparameters(configuration);
            var shape = setup.examples();
            var input = new ModelInput(shape.channels(), shape.height(), shape.width(), setup.classes());
            NetworkDefinition network = ModelZoo.get(model).build(input, hyperparameters, setup.seed());
            double smoothing = hyperparameters.labelSmoothing();
            return configuration.get(Settings.RUNTIME).equals("dl4j")
                    ? new Dl4jReplica(network, setup.largestBatch(), smoothing)
                    : Replicas.fastest(network, setup.largestBatch(), smoothing, setup.threads(), setup.notices());
        }
    }
}
