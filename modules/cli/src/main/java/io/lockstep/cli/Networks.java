package io.lockstep.cli;

import io.lockstep.modelzoo.Model;
import io.lockstep.modelzoo.ModelInput;
import io.lockstep.modelzoo.ModelZoo;
import io.lockstep.networks.Dl4jReplica;
import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.UpdaterName;
import io.lockstep.training.Replica;
import io.lockstep.training.ReplicaFactory;
import java.io.PrintStream;
import java.util.Map;

/** From settings to networks. */
final class Networks {
    private Networks() {}

    /** @throws UsageException for an unknown model, or hyper-parameters that do not go together */
    static void check(Configuration configuration) {
        try {
            ModelZoo.get(configuration.get(Settings.MODEL));
            hyperparameters(configuration);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage(), e);
        }
    }

    static ReplicaFactory replicas(Configuration configuration) {
        return new ZooReplicas(configuration.get(Settings.MODEL), configuration.differenceFrom(new Configuration()));
    }

    /** Prints the zoo. */
    static Object list(PrintStream out) {
        ModelZoo.all().forEach(model -> out.println(Progress.format("%-10s %s", model.name(), model.description())));
        return ModelZoo.names();
    }

    /** Prints a network. */
    static Object describe(String name, PrintStream out) {
        Model model;
        try {
            model = ModelZoo.get(name);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage(), e);
        }
        out.println(model.name() + ": " + model.description());
        out.println("after " + model.source());
        return model.name();
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
        public Replica create(int channels, int height, int width, int classes, int largestBatch, long seed) {
            Configuration configuration = new Configuration();
            settings.forEach(configuration::put);
            Hyperparameters hyperparameters = hyperparameters(configuration);
            Model network = ModelZoo.get(model);
            return new Dl4jReplica(
                    network.build(new ModelInput(channels, height, width, classes), hyperparameters, seed),
                    largestBatch,
                    hyperparameters.labelSmoothing());
        }
    }
}
