package io.lockstep.cli;

import io.lockstep.collectives.ProcessGroup;
import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.MaskedText;
import io.lockstep.engine.Precision;
import io.lockstep.modelzoo.Model;
import io.lockstep.modelzoo.ModelInput;
import io.lockstep.modelzoo.ModelZoo;
import io.lockstep.networks.Dl4jReplica;
import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.ModelSummary;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.UpdaterName;
import io.lockstep.networks.compiled.AdversarialReplica;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.compiled.Replicas;
import io.lockstep.networks.gpu.CudaBackend;
import io.lockstep.spark.JobFailedException;
import io.lockstep.training.Replica;
import io.lockstep.training.ReplicaFactory;
import io.lockstep.training.ReplicaFactory.Setup;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.inputs.InputType;

/** From settings to networks. */
final class Networks {
    /** What a run of a program's own network has for a model. */
    static final String OWN = "own";

    private Networks() {}

    /** @throws UsageException for an unknown model */
    static Model model(String name) {
        if (name.equals(OWN)) {
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
    static void check(Configuration configuration) {
        model(configuration.get(Settings.MODEL));
        try {
            hyperparameters(configuration);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage(), e);
        }
    }

    /** Whether the model is for texts of which some is hidden. */
    static boolean readsMaskedText(Configuration configuration) {
        String name = configuration.get(Settings.MODEL);
        return !name.equals(OWN) && model(name).architecture().readsMaskedText();
    }

    /** @throws UsageException if the examples are not such as the network reads */
    static void requireReads(NetworkDefinition network, DataSource data, Configuration configuration) {
        if (readsMaskedText(configuration) && !(data instanceof MaskedText)) {
            throw new UsageException(configuration.get(Settings.MODEL)
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
        if (network.adversarial() == null && network.classes() == 1 && configuration.get(Settings.MIXUP) > 0) {
            throw new UsageException(
                    "mixup is for networks that choose one of several classes, and this one has a single"
                            + " output; leave mixup = 0");
        }
        DataChecks.requireShape(network, data);
    }

    /** @throws UsageException if a bucket of the given size would hold more than the network's gradient */
    static void checkBucket(NetworkDefinition network, Configuration configuration) {
        if (configuration.get(Settings.BUCKET_BYTES).bytes() > 0) {
            ModelSummary summary = ModelSummary.of(network);
            checkBucket(Float.BYTES * (summary.parameters() + summary.statistics()), configuration);
        }
    }

    private static void checkBucket(long gradientBytes, Configuration configuration) {
        int bucketBytes = configuration.get(Settings.BUCKET_BYTES).bytes();
        if (bucketBytes > gradientBytes) {
            throw new UsageException("bucket-bytes = " + bucketBytes + " is more than the gradient of "
                    + configuration.get(Settings.MODEL) + " has, " + gradientBytes
                    + " bytes: nothing would overlap. Take at most a quarter of that, or auto");
        }
    }

    /** The network of the zoo that the settings name. Travels as text, which needs no Java serialisation of DL4J's. */
    static NetworkSource zoo(Configuration configuration) {
        return new ZooNetwork(configuration.differenceFrom(new Configuration()));
    }

    /** One that is there already; its updater is its own, only the learning rate is the settings'. */
    static NetworkSource own(NetworkDefinition network) {
        return new OwnNetwork(network);
    }

    static ReplicaFactory replicas(NetworkSource network, Configuration configuration) {
        return new NetworkReplicas(network, configuration.differenceFrom(new Configuration()));
    }

    private record ZooNetwork(Map<String, String> settings) implements NetworkSource {
        @Override
        public NetworkDefinition build(ImageShape shape, int classes, long seed) {
            Configuration configuration = configuration(settings);
            var input = new ModelInput(shape.channels(), shape.height(), shape.width(), classes);
            try {
                NetworkDefinition network =
                        model(configuration.get(Settings.MODEL)).build(input, hyperparameters(configuration), seed);
                return GameSettings.apply(network, configuration);
            } catch (IllegalArgumentException e) {
                throw new UsageException(configuration.get(Settings.MODEL) + ": " + e.getMessage(), e);
            }
        }

        @Override
        public void check(Configuration configuration) {
            Networks.check(configuration);
        }

        @Override
        public NetworkSource under(Configuration changed) {
            return zoo(changed);
        }

        @Override
        public boolean own() {
            return false;
        }

        @Override
        public String resumeCall(String runDir, String master, Map<String, String> changed) {
            StringBuilder call = new StringBuilder("bin/lockstep train --resume --run-dir ");
            call.append(Submission.quoted(runDir));
            if (!master.isEmpty()) {
                call.append(" --master ").append(Submission.quoted(master));
            }
            changed.forEach((name, value) -> call.append(" --set ").append(Submission.quoted(name + "=" + value)));
            return call.toString();
        }
    }

    private record OwnNetwork(NetworkDefinition network) implements NetworkSource {
        @Override
        public NetworkDefinition build(ImageShape shape, int classes, long seed) {
            if (network.adversarial() != null) {
                int asked = network.adversarial().classes();
                if (asked > 0 && asked != classes) {
                    throw new UsageException(
                            "the generator is asked for " + asked + " classes, the data has " + classes);
                }
            } else if (network.classesOfData() != classes) {
                throw new UsageException(
                        "the network tells " + network.classesOfData() + " classes apart, the data has " + classes);
            }
            return network;
        }

        @Override
        public void check(Configuration configuration) {
            if (configuration.get(Settings.MOMENTUM_CORRECTION)) {
                throw new UsageException("momentum-correction takes the momentum out of the zoo's updater; a network of"
                        + " one's own keeps its updater, so give it plain Sgd and leave momentum-correction = false");
            }
        }

        @Override
        public NetworkSource under(Configuration changed) {
            return this;
        }

        @Override
        public boolean own() {
            return true;
        }

        @Override
        public String resumeCall(String runDir, String master, Map<String, String> changed) {
            StringBuilder call = new StringBuilder("the same program, with Lockstep's resume()");
            call.append(changed.isEmpty() ? " and" : ",")
                    .append(" runDir(\"")
                    .append(runDir)
                    .append("\")");
            changed.forEach((name, value) -> call.append(" and set(\"")
                    .append(name)
                    .append("\", \"")
                    .append(value)
                    .append("\")"));
            return call.toString();
        }
    }

    private record NetworkReplicas(NetworkSource source, Map<String, String> settings) implements ReplicaFactory {
        @Override
        public Replica create(Setup setup) {
            NetworkDefinition network = source.build(setup.examples(), setup.classes(), setup.seed());
            long available = HostFacts.availableMemory(); // the replica takes some of it
            Replica replica;
            try {
                replica = replica(network, configuration(settings), setup);
            } catch (ArithmeticException e) { // places in memory are counted by ints
                throw new JobFailedException(
                        Progress.format(
                                "%,d examples at once are more than one buffer holds; raise micro-batches, or lower"
                                        + " global-batch",
                                setup.largestBatch()),
                        e);
            }
            if (setup.group() != null) {
                requireMemory(replica, setup, available);
                noteExactness(replica, configuration(settings), setup);
            }
            return replica;
        }
    }

    /** What of bfloat16 a network is too small for, its plan alone knows. */
    private static void noteExactness(Replica replica, Configuration configuration, Setup setup) {
        if (precision(configuration) == Precision.BFLOAT16
                && replica instanceof CompiledReplica compiled
                && !compiled.plan().rounds()) {
            setup.notices()
                    .accept("precision = bf16 has no effect in this run: " + configuration.get(Settings.MODEL)
                            + " has no layer that is computed in bfloat16 (convolutions and dense layers of steps, of 16"
                            + " channels or more)");
        }
    }

    /**
     * Makes a replica for one example, and drops it: what every rank would refuse is told on the driver. Of the zoo's networks
     * only where that depends on the settings; all of them can be made otherwise.
     *
     * @throws UsageException if the network cannot be run, or not under these settings
     */
    static void tryOut(NetworkSource source, NetworkDefinition network, Configuration configuration) {
        boolean compiledAlone = !configuration.get(Settings.PRECISION).equals("fp32")
                || configuration.get(Settings.SYNC_BATCH_NORM)
                || configuration.isChanged(Settings.DROP_CONNECT);
        boolean bucketsOfPlayers = network.adversarial() != null && configuration.isChanged(Settings.BUCKET_BYTES);
        if (onGpus(configuration) || !source.own() && !compiledAlone && !bucketsOfPlayers) {
            return;
        }
        Configuration here = configuration.copy();
        here.derive(Settings.PRECISION, "fp32"); // executors may have a CPU with bf16 where the driver has not
        List<String> notices = new ArrayList<>();
        var setup = new Setup(null, network.classes(), 1, configuration.get(Settings.SEED), 1, notices::add);
        try (Replica replica = replica(network, here, setup)) {
            if (!configuration.get(Settings.PRECISION).equals("fp32") && !notices.isEmpty()) {
                throw new UsageException("precision = bf16 is the compiled runtime's: " + notices.get(0));
            }
            for (Replica player : replica.players()) {
                checkBucket(player.gradients().limit(), configuration);
            }
        } catch (IllegalArgumentException | IllegalStateException | UnsupportedOperationException e) {
            throw new UsageException(configuration.get(Settings.MODEL) + ": " + e.getMessage(), e);
        }
    }

    private static void requireMemory(Replica replica, Setup setup, long available) {
        try {
            MemoryBudget.require(replica, setup, available);
        } catch (RuntimeException e) {
            replica.close();
            throw e;
        }
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
                configuration.get(Settings.MAX_NORM),
                configuration.get(Settings.DROPOUT),
                configuration.get(Settings.DROP_CONNECT),
                configuration.get(Settings.BPTT_STEPS),
                configuration.get(Settings.NORM),
                configuration.get(Settings.INITIALISATION),
                configuration.get(Settings.LABEL_SMOOTHING));
    }

    /** The strategy has the momentum then, and the penalty does not go through it: this much a step is what it comes to. */
    private static double l2WithoutMomentum(Configuration configuration) {
        return configuration.get(Settings.L2) / (1 - configuration.get(Settings.MOMENTUM));
    }

    static Configuration configuration(Map<String, String> settings) {
        Configuration configuration = new Configuration();
        settings.forEach(configuration::put);
        return configuration;
    }

    private static Replica replica(NetworkDefinition network, Configuration configuration, Setup setup) {
        double smoothing = configuration.get(Settings.LABEL_SMOOTHING);
        Precision precision = precision(configuration);
        if (network.adversarial() != null) {
            return new AdversarialReplica(network, setup.largestBatch(), setup.threads(), precision);
        }
        if (demandsCompiled(configuration)) {
            ProcessGroup group = configuration.get(Settings.SYNC_BATCH_NORM) ? setup.group() : null;
            return new CompiledReplica(network, setup.largestBatch(), smoothing, setup.threads(), precision, group);
        }
        return byDl4j(configuration)
                ? new Dl4jReplica(network, setup.largestBatch(), smoothing)
                : Replicas.fastest(
                        network, setup.largestBatch(), smoothing, setup.threads(), precision, setup.notices());
    }

    /** Whether DL4J is asked to run the network, here or on a GPU. */
    static boolean byDl4j(Configuration configuration) {
        String runtime = configuration.get(Settings.RUNTIME);
        return runtime.equals("dl4j") || runtime.equals("cuda");
    }

    /** Whether DL4J must not run the network instead: it would do something else, or not at all. */
    private static boolean demandsCompiled(Configuration configuration) {
        return configuration.get(Settings.RUNTIME).equals("compiled")
                || configuration.get(Settings.SYNC_BATCH_NORM)
                || isZooWithDropConnect(configuration);
    }

    /** DL4J's does not divide what is kept; a network of one's own has its own, if any, and the setting is not for it. */
    private static boolean isZooWithDropConnect(Configuration configuration) {
        return configuration.isChanged(Settings.DROP_CONNECT) && !isOwn(configuration);
    }

    /** Whether the network is a program's. */
    static boolean isOwn(Configuration configuration) {
        return configuration.get(Settings.MODEL).equals(OWN);
    }

    /**
     * What can be known of how a network will run before anything is started: which runtime takes it, and whether ranks may
     * share it.
     *
     * @throws UsageException naming what is in the way
     */
    static void checkRuntime(NetworkDefinition network, Configuration configuration) {
        if (configuration.get(Settings.WORKERS) > 1) {
            network.whyOneRank().ifPresent(why -> {
                throw new UsageException(why + ": take workers = 1");
            });
        }
        if (MasterJobs.isMaster(configuration)) {
            return; // DL4J's own training, from one end to the other
        }
        double smoothing = configuration.get(Settings.LABEL_SMOOTHING);
        // the engine has all of the zoo's layers
        Optional<String> obstacle = isOwn(configuration) && !byDl4j(configuration)
                ? Replicas.obstacle(network, smoothing)
                : Optional.empty();
        if (obstacle.isPresent() && (demandsCompiled(configuration) || network.adversarial() != null)) {
            throw new UsageException("the compiled runtime must run this network"
                    + (network.adversarial() == null ? "" : ", as DL4J plays no such game")
                    + ": " + obstacle.get());
        }
        if (obstacle.isPresent() && precision(configuration) != Precision.FLOAT32) {
            throw new UsageException("precision = bf16 is the compiled runtime's: " + obstacle.get());
        }
        if (byDl4j(configuration) || obstacle.isPresent()) {
            try {
                Dl4jReplica.requireRuns(network, smoothing, configuration.get(Settings.MIXUP) > 0);
            } catch (UnsupportedOperationException e) {
                String why = obstacle.map(reason -> "; " + reason).orElse("");
                throw new UsageException(e.getMessage() + why, e);
            }
        }
    }

    static boolean onGpus(Configuration configuration) {
        return configuration.get(Settings.RUNTIME).equals("cuda");
    }

    /** Before a rank uses ND4J: where its arrays will be. */
    static void chooseDevice(boolean onGpus, List<String> gpus) {
        if (onGpus) {
            CudaBackend.claim(gpus.get(0));
        } else {
            CudaBackend.hide();
        }
    }

    private static Precision precision(Configuration configuration) {
        return configuration.get(Settings.PRECISION).equals("bf16") ? Precision.BFLOAT16 : Precision.FLOAT32;
    }
}
