package io.lockstep.runs.networks;

import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.text.MaskedText;
import io.lockstep.modelzoo.Model;
import io.lockstep.modelzoo.ModelInput;
import io.lockstep.modelzoo.ModelZoo;
import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.LossColumns;
import io.lockstep.networks.ModelSummary;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.Regularisation;
import io.lockstep.networks.UpdaterName;
import io.lockstep.networks.UpdaterSettings;
import io.lockstep.networks.compiled.Replicas;
import io.lockstep.networks.compiled.games.GameReplica;
import io.lockstep.networks.dl4j.Dl4jReplica;
import io.lockstep.networks.gpu.CudaBackend;
import io.lockstep.networks.weights.NameTable;
import io.lockstep.runs.folder.Progress;
import io.lockstep.runs.folder.ShellWords;
import io.lockstep.runs.settings.AugmentationSettings;
import io.lockstep.runs.settings.CommunicationSettings;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.DataSettings;
import io.lockstep.runs.settings.DistributionSettings;
import io.lockstep.runs.settings.LearningSettings;
import io.lockstep.runs.settings.NetworkBuilder;
import io.lockstep.runs.settings.NetworkSource;
import io.lockstep.runs.settings.RuntimeSettings;
import io.lockstep.runs.settings.StrategySettings;
import io.lockstep.runs.settings.UsageException;
import io.lockstep.training.Replica;
import io.lockstep.training.ReplicaFactory;
import io.lockstep.training.ReplicaFactory.Setup;
import io.lockstep.training.Turn;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.inputs.InputType;

/** From settings to networks. */
public final class Networks {
    private Networks() {}

    /** @throws UsageException for an unknown model */
    public static Model model(String name) {
        if (name.equals(DataSettings.OWN_NETWORK)) {
            throw new UsageException(
                    "the run trains a program's own network, which only that program knows: use it there,"
                            + " or open checkpoints/*/model.zip with DL4J's ModelSerializer");
        }
        try {
            return ModelZoo.get(name);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage(), e);
        }
    }

    /** @throws UsageException for an unknown model, or hyper-parameters that do not go together */
    public static void check(Configuration configuration) {
        model(configuration.get(DataSettings.MODEL));
        try {
            hyperparameters(configuration);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage(), e);
        }
    }

    /** Whether the model is for texts of which some is hidden. */
    public static boolean readsMaskedText(Configuration configuration) {
        String name = configuration.get(DataSettings.MODEL);
        return !name.equals(DataSettings.OWN_NETWORK)
                && model(name).architecture().readsMaskedText();
    }

    /** What other frameworks call the parameters of the model; nothing of a program's own network. */
    public static List<NameTable> weightNames(Configuration configuration) {
        String name = configuration.get(DataSettings.MODEL);
        return name.equals(DataSettings.OWN_NETWORK)
                ? List.of()
                : model(name).architecture().weightNames();
    }

    /** @throws UsageException if the examples are not such as the network reads */
    public static void requireReads(NetworkDefinition network, DataSource data, Configuration configuration) {
        boolean inTurns = network.game() != null && network.adversarial() == null;
        if (data.classes() == 0 || network.inputs().size() > 1 || inTurns) {
            requireColumns(network, data);
            return;
        }
        if (readsMaskedText(configuration) && !(data instanceof MaskedText)) {
            throw new UsageException(configuration.get(DataSettings.MODEL)
                    + " sees the byte behind each and must not be asked for it: leave text = auto, and give it a text");
        }
        if (network.tokens() != data.vocabulary() > 0) {
            throw new UsageException(
                    network.tokens()
                            ? "the network reads text, and " + data.name() + " is none"
                            : data.name() + " is text, which the network does not read;"
                                    + " `bin/lockstep models` lists those that do");
        }
        if (network.tokens()) {
            long known = ((InputType.InputTypeRecurrent) network.input()).getSize();
            if (known < data.vocabulary() || network.labelsOfExample() != data.labelsOfExample()) {
                throw new UsageException(Progress.format(
                        "%s has %d numbers of a step and %d labels of an example, the network %d and %d: see text in"
                                + " conf/lockstep-defaults.conf.template",
                        data.name(), data.vocabulary(), data.labelsOfExample(), known, network.labelsOfExample()));
            }
        }
        if (network.game() == null && network.classes() == 1 && configuration.get(AugmentationSettings.MIXUP) > 0) {
            throw new UsageException(
                    "mixup is for networks that choose one of several classes, and this one has a single"
                            + " output; leave mixup = 0");
        }
        DataChecks.requireShape(network, data);
        if (network.game() == null) {
            requireColumns(network, data); // labels and masks too
        }
    }

    private static void requireColumns(NetworkDefinition network, DataSource data) {
        try {
            network.requireColumns(data.fields());
        } catch (IllegalArgumentException e) {
            throw new UsageException(data.name() + ": " + e.getMessage(), e);
        }
    }

    /** @throws UsageException if a bucket of the given size would hold more than the network's gradient */
    public static void checkBucket(NetworkDefinition network, Configuration configuration) {
        if (configuration.get(CommunicationSettings.BUCKET_BYTES).bytes() > 0) {
            ModelSummary summary = ModelSummary.of(network);
            checkBucket(Float.BYTES * (summary.parameters() + summary.statistics()), configuration);
        }
    }

    private static void checkBucket(long gradientBytes, Configuration configuration) {
        int bucketBytes = configuration.get(CommunicationSettings.BUCKET_BYTES).bytes();
        if (bucketBytes > gradientBytes) {
            throw new UsageException("bucket-bytes = " + bucketBytes + " is more than the gradient of "
                    + configuration.get(DataSettings.MODEL) + " has, " + gradientBytes
                    + " bytes: nothing would overlap. Take at most a quarter of that, or auto");
        }
    }

    /** The network of the zoo that the settings name. */
    public static NetworkSource zoo() {
        return new ZooNetwork();
    }

    /** One that is there already; its updater is its own, only the learning rate is the settings'. */
    public static NetworkSource own(NetworkDefinition network) {
        return new OwnNetwork(network);
    }

    public static ReplicaFactory replicas(NetworkBuilder network, RuntimeSettings runtime) {
        return new NetworkReplicas(network, runtime);
    }

    /** Travels as numbers and words, which need no Java serialisation of DL4J's. */
    private record ZooBuilder(String model, Hyperparameters hyperparameters, GameRules rules)
            implements NetworkBuilder {
        @Override
        public NetworkDefinition build(ImageShape shape, int classes, long seed) {
            try {
                var input = new ModelInput(shape.channels(), shape.height(), shape.width(), classes);
                return rules.applyTo(Networks.model(model).build(input, hyperparameters, seed));
            } catch (IllegalArgumentException e) {
                throw new UsageException(model + ": " + e.getMessage(), e);
            }
        }
    }

    private record ZooNetwork() implements NetworkSource {
        @Override
        public void check(Configuration configuration) {
            Networks.check(configuration);
        }

        @Override
        public NetworkBuilder under(Configuration configuration) {
            try {
                return FreezingBuilder.of(
                        new ZooBuilder(
                                configuration.get(DataSettings.MODEL),
                                hyperparameters(configuration),
                                GameRules.of(configuration)),
                        configuration);
            } catch (IllegalArgumentException e) {
                throw new UsageException(e.getMessage(), e);
            }
        }

        @Override
        public boolean own() {
            return false;
        }

        @Override
        public String resumeCall(String runDir, String master, Map<String, String> changed) {
            StringBuilder call = new StringBuilder("bin/lockstep train --resume --run-dir ");
            call.append(ShellWords.quoted(runDir));
            if (!master.isEmpty()) {
                call.append(" --master ").append(ShellWords.quoted(master));
            }
            changed.forEach((name, value) -> call.append(" --set ").append(ShellWords.quoted(name + "=" + value)));
            return call.toString();
        }
    }

    /**
     * Makes a replica for one example, and drops it: what every rank would refuse is told on the driver. Of the zoo's networks
     * only where that depends on the settings; all of them can be made otherwise.
     *
     * @throws UsageException if the network cannot be run, or not on these data or under these settings
     */
    public static void tryOut(
            NetworkSource source, NetworkDefinition network, DataSource data, Configuration configuration) {
        RuntimeSettings runtime = RuntimeSettings.of(configuration);
        boolean compiledAlone = runtime.inBfloat16() || runtime.syncBatchNorm() || runtime.dropConnect();
        boolean bucketsOfTurns = network.game() != null && configuration.isChanged(CommunicationSettings.BUCKET_BYTES);
        if (runtime.onGpus() || !source.own() && !compiledAlone && !bucketsOfTurns) {
            return;
        }
        List<String> notices = new ArrayList<>();
        var setup =
                new Setup(null, network.classes(), 1, configuration.get(DistributionSettings.SEED), 1, notices::add);
        try (Replica replica = runtime.inFloat32().replica(network, setup)) {
            if (runtime.inBfloat16() && !notices.isEmpty()) {
                throw new UsageException("precision = bf16 is the compiled runtime's: " + notices.get(0));
            }
            if (replica instanceof GameReplica game) {
                game.requireColumns(data.fields());
            }
            for (Turn turn : replica.turns()) {
                checkBucket(turn.trainee().gradients().limit(), configuration);
            }
        } catch (IllegalArgumentException | IllegalStateException | UnsupportedOperationException e) {
            throw new UsageException(runtime.model() + ": " + e.getMessage(), e);
        }
    }

    private static Hyperparameters hyperparameters(Configuration configuration) {
        boolean corrected = configuration.get(CommunicationSettings.MOMENTUM_CORRECTION);
        UpdaterName updater = corrected ? UpdaterName.SGD : UpdaterName.of(configuration.get(LearningSettings.UPDATER));
        return Hyperparameters.defaults()
                .withUpdater(UpdaterSettings.of(updater, configuration.get(LearningSettings.LEARNING_RATE))
                        .withMomentum(configuration.get(LearningSettings.MOMENTUM))
                        .withBeta1(configuration.get(LearningSettings.BETA1))
                        .withBeta2(configuration.get(LearningSettings.BETA2))
                        .withEpsilon(configuration.get(LearningSettings.EPSILON)))
                .withRegularisation(Regularisation.NONE
                        .withL1(configuration.get(LearningSettings.L1))
                        .withL2(corrected ? l2WithoutMomentum(configuration) : configuration.get(LearningSettings.L2))
                        .withWeightDecay(configuration.get(LearningSettings.WEIGHT_DECAY))
                        .withMaxNorm(configuration.get(LearningSettings.MAX_NORM))
                        .withDropout(configuration.get(LearningSettings.DROPOUT))
                        .withDropConnect(configuration.get(LearningSettings.DROP_CONNECT))
                        .withLabelSmoothing(configuration.get(LearningSettings.LABEL_SMOOTHING)))
                .withBpttSteps(configuration.get(LearningSettings.BPTT_STEPS))
                .withNormGroups(configuration.get(LearningSettings.NORM))
                .withInitialisation(configuration.get(LearningSettings.INITIALISATION));
    }

    /** The strategy has the momentum then, and the penalty does not go through it: this much a step is what it comes to. */
    private static double l2WithoutMomentum(Configuration configuration) {
        return configuration.get(LearningSettings.L2) / (1 - configuration.get(LearningSettings.MOMENTUM));
    }

    /**
     * What can be known of how a network will run before anything is started: which runtime takes it, and whether ranks may
     * share it.
     *
     * @throws UsageException naming what is in the way
     */
    public static void checkRuntime(NetworkDefinition network, Configuration configuration) {
        if (configuration.get(DistributionSettings.WORKERS) > 1) {
            network.whyOneRank().ifPresent(why -> {
                throw new UsageException(why + ": take workers = 1");
            });
        }
        if (configuration.get(DistributionSettings.MICRO_BATCHES) > 1) {
            network.whyOnePart().ifPresent(why -> {
                throw new UsageException(why + ": take micro-batches = 1");
            });
        }
        if (StrategySettings.isMaster(configuration)) {
            return; // DL4J's own training, from one end to the other
        }
        RuntimeSettings runtime = RuntimeSettings.of(configuration);
        Optional<String> obstacle = runtime.obstacle(network);
        if (obstacle.isPresent() && (runtime.demandsCompiled() || network.game() != null)) {
            throw new UsageException("the compiled runtime must run this network"
                    + (network.game() == null ? "" : ", as DL4J plays no such game")
                    + ": " + obstacle.get());
        }
        if (obstacle.isPresent() && runtime.inBfloat16()) {
            throw new UsageException("precision = bf16 is the compiled runtime's: " + obstacle.get());
        }
        if (runtime.byDl4j() || obstacle.isPresent()) {
            FreezingBuilder.requireCompiled(configuration, obstacle);
            try {
                Dl4jReplica.requireRuns(
                        network, runtime.labelSmoothing(), configuration.get(AugmentationSettings.MIXUP) > 0);
            } catch (UnsupportedOperationException e) {
                String why = obstacle.map(reason -> "; " + reason).orElse("");
                throw new UsageException(e.getMessage() + why, e);
            }
        }
    }

    /**
     * Whether what runs a network reads all that the data say of the loss: what an example counts, and which labels do.
     *
     * @throws UsageException naming the column that it does not read
     */
    public static void checkLossColumns(NetworkDefinition network, DataSource data, Configuration configuration) {
        if (network.game() != null
                || StrategySettings.isMaster(configuration)
                || LossColumns.among(data.fields()).isEmpty()) {
            return;
        }
        RuntimeSettings runtime = RuntimeSettings.of(configuration);
        Optional<String> obstacle = runtime.obstacle(network);
        try {
            if (runtime.byDl4j() || obstacle.isPresent()) {
                Dl4jReplica.requireHeard(network, data.fields());
            } else {
                Replicas.requireHeard(network, runtime.labelSmoothing(), data.fields());
            }
        } catch (IllegalArgumentException | UnsupportedOperationException e) {
            String why = obstacle.map(reason -> "; " + reason).orElse("");
            throw new UsageException(data.name() + ": " + e.getMessage() + why, e);
        }
    }

    /** Before a rank uses ND4J: where its arrays will be. */
    public static void chooseDevice(boolean onGpus, List<String> gpus) {
        if (onGpus) {
            CudaBackend.claim(gpus.get(0));
        } else {
            CudaBackend.hide();
        }
    }
}
