package io.lockstep.cli;

import io.lockstep.collectives.Algorithm;
import io.lockstep.collectives.PortRange;
import io.lockstep.collectives.Tuning;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.catalog.DataCatalog;
import io.lockstep.dl4jmasters.MasterStrategy;
import io.lockstep.engine.Precision;
import io.lockstep.networks.Initialisation;
import io.lockstep.spark.LocalAddresses;
import io.lockstep.training.CheckpointStore;
import io.lockstep.training.Metric;
import io.lockstep.training.Metrics;
import io.lockstep.training.Task;
import io.lockstep.training.settings.Parsers;
import io.lockstep.training.strategies.BucketSize;
import io.lockstep.training.strategies.DistributedDataParallel;
import io.lockstep.training.strategies.GradientSharing;
import io.lockstep.training.strategies.ParameterAveraging;
import io.lockstep.training.strategies.StrategyKind;
import io.lockstep.training.strategies.StrategySetting;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/** Every setting that there is, in the order in which the template lists them. */
final class Settings {
    private static final List<Setting<?>> ALL = new ArrayList<>();
    private static final int MANY = Integer.MAX_VALUE;

    // What is trained, on what
    static final Setting<String> MODEL =
            add("model", "resnet20", "The network: a name that `bin/lockstep models` lists.", Parsers.text());
    static final Setting<String> DATA = add(
            "data",
            "shapes",
            "The examples: " + DataCatalog.described() + ". Names that begin with . or _ are no data.",
            Parsers.text());
    static final Setting<String> DATA_HOME = add(
            "data-home",
            "",
            "Folder in which `data fetch` puts data sets and names are looked up; empty: .lockstep/data in the home folder.",
            Parsers.text(),
            Heeded.where(Rules.publishedData()));
    static final Setting<Integer> TRAIN_EXAMPLES = add(
            "train-examples",
            "0",
            "Train on the first so many examples only; 0: all.",
            Parsers.int32(0, MANY),
            Heeded.where(
                    (setting, run) -> Rules.fewerThanThereAre(run, run.get(Settings.TRAIN_EXAMPLES), Split.TRAIN)));
    static final Setting<Integer> TEST_EXAMPLES = add(
            "test-examples",
            "0",
            "Test on the first so many examples only; 0: all.",
            Parsers.int32(0, MANY),
            Heeded.where((setting, run) -> Rules.fewerThanThereAre(run, run.get(Settings.TEST_EXAMPLES), Split.TEST)));

    static final Setting<Integer> SEQUENCE_LENGTH = add(
            "sequence-length",
            "64",
            "Steps of an example, where the data is a text (how far a language model sees), sort or reverse (digits and answer).",
            Parsers.int32(2, 1 << 16),
            Heeded.where(Rules.sequences()));
    static final Setting<String> TEXT = add(
            "text",
            "auto",
            "What is learned of a text: next (the character behind each), masked (15 % of the bytes are hidden and guessed from"
                    + " the others), auto: what the model is for.",
            Parsers.word("auto", "next", "masked"),
            Heeded.where(Rules.textsWithoutLabels()));

    static final Setting<RuntimeSettings.Runtime> RUNTIME = add(
            "runtime",
            "auto",
            "What runs the network: auto (compiled for oneDNN, or DL4J itself where that is not possible), compiled (the run ends"
                    + " where that is not possible), dl4j, cuda (DL4J on the rank's GPU; a build with mvn -P cuda).",
            Parsers.constant(RuntimeSettings.Runtime.class),
            Heeded.ALWAYS.notByMasters("DL4J runs them, on CPUs"));

    static final Setting<Precision> PRECISION = add(
            "precision",
            "fp32",
            "Of the factors of convolutions and of dense layers of steps: fp32; bf16, on a CPU with AVX512_BF16 or AMX,"
                    + " but for 3x3 convolutions of 64 channels or more, which are faster by tiles in fp32. All else is fp32.",
            Parsers.word("fp32", "bf16").andThen(word -> word.equals("bf16") ? Precision.BFLOAT16 : Precision.FLOAT32),
            Heeded.ALWAYS.notByMasters("DL4J has float32 only"));

    // How it is distributed
    static final Setting<String> STRATEGY = add(
            "strategy",
            "ddp",
            StrategySettings.meaning(),
            Parsers.word(StrategySettings.words().toArray(String[]::new)));
    static final Setting<String> DL4J_INSECURE_TRANSPORT = add(MasterStrategy.INSECURE_TRANSPORT);
    static final Setting<Integer> WORKERS =
            add("workers", "2", "Ranks, each a replica in a task of its own.", Parsers.int32(1, 4096));
    static final Setting<Integer> GLOBAL_BATCH =
            add("global-batch", "32", "Examples per optimizer step, over all ranks.", Parsers.int32(1, 1 << 20));
    static final Setting<Integer> MICRO_BATCHES = add(
            "micro-batches",
            "1",
            "Parts in which a worker runs its share of a step, to save memory; their gradients are added up before they"
                    + " are exchanged. Must divide that share.",
            Parsers.int32(1, 1 << 20),
            Heeded.ALWAYS.notByMasters("DL4J does not accumulate gradients"));
    static final Setting<Integer> EPOCHS = add(
            "epochs",
            "2",
            "Passes over the training set, where steps is 0.",
            Parsers.int32(1, 1 << 20),
            Heeded.where(Rules.countedInEpochs()));
    static final Setting<Long> STEPS =
            add("steps", "0", "Optimizer steps; 0: as many as the epochs take.", Parsers.integer(0, Long.MAX_VALUE));
    static final Setting<Long> STOP_AFTER = add(
            "stop-after",
            "0",
            "Stop after so many steps, with a checkpoint, on schedules made for all of them; 0: do not. --resume goes on.",
            Parsers.integer(0, Long.MAX_VALUE),
            Heeded.ALWAYS.notByMasters("DL4J's runs cannot be gone on with").and(Rules.beforeTheEnd()));
    static final Setting<String> INIT_FROM = add(
            "init-from",
            "",
            "Begin with what another network has learned: the folder of a run, whose newest checkpoint is taken, or a file of"
                    + " DL4J's ModelSerializer (.zip). Parameters of the same name and shape are taken, others begin anew.",
            Parsers.text(),
            Heeded.ALWAYS.notByMasters("they begin with the network's own parameters"));
    static final Setting<Long> SEED = add(
            "seed",
            "1",
            "Initial parameters of the zoo's networks, order, augmentation and noise are a function of it.",
            Parsers.integer(0, Long.MAX_VALUE),
            Heeded.where(Rules.seedOfOnesOwn()));

    // How it learns
    static final Setting<String> UPDATER = add(
            "updater",
            "nesterovs",
            "The optimizer, as DL4J implements it: sgd, nesterovs, adam, adamw, amsgrad, adagrad, rmsprop, ...",
            Parsers.text(),
            Heeded.ofNetwork("sgd", "adam", "is for networks that learn, and MODEL does not"));
    static final Setting<Double> LEARNING_RATE = add(
            "learning-rate",
            "0.1",
            "The learning rate; with one-cycle its peak.",
            Parsers.number(0, 1e6),
            Heeded.where(Rules.learns()));
    static final Setting<String> SCHEDULE = add(
            "schedule",
            "one-cycle",
            "How the learning rate changes: constant, step, cosine (to 0), one-cycle (up, then down to nearly 0).",
            Parsers.word("constant", "step", "cosine", "one-cycle"),
            Heeded.where(Rules.learns()));
    static final Setting<List<Double>> SCHEDULE_MILESTONES = add(
            "schedule-milestones",
            "",
            "Epochs at which `schedule = step` multiplies the rate by schedule-factor: 80, 120.",
            Parsers.numbers(),
            Heeded.where(Rules.learns()).and(Rules.steppedSchedule()));
    static final Setting<Double> SCHEDULE_FACTOR = add(
            "schedule-factor",
            "0.1",
            "What `schedule = step` multiplies by.",
            Parsers.number(0, 1),
            Heeded.where(Rules.learns()).and(Rules.steppedSchedule()));
    static final Setting<Double> WARMUP_EPOCHS = add(
            "warmup-epochs",
            "0",
            "Epochs, fractions too, over which the schedule's rate is multiplied by a factor that rises linearly to 1. The"
                    + " schedule begins with the first step too: constant and step show as they are behind the warm-up,"
                    + " cosine and one-cycle have come some way by then.",
            Parsers.number(0, 1e6),
            Heeded.where(Rules.learns()));
    static final Setting<Double> MOMENTUM = add(
            "momentum",
            "0.9",
            "Of nesterovs.",
            Parsers.number(0, 1),
            Heeded.ofNetwork("0.25", "0.5", "is no constant of updater = UPDATER")
                    .or(run -> run.get(Settings.MOMENTUM_CORRECTION)));
    static final Setting<Double> BETA1 = add(
            "beta1",
            "0.9",
            "Decay of the mean gradient, for the Adam family.",
            Parsers.number(0, 1),
            Heeded.ofNetwork("0.25", "0.5", "is no constant of updater = UPDATER"));
    static final Setting<Double> BETA2 = add(
            "beta2",
            "0.999",
            "Decay of the mean squared gradient, for the Adam family.",
            Parsers.number(0, 1),
            Heeded.ofNetwork("0.25", "0.5", "is no constant of updater = UPDATER"));
    static final Setting<Double> EPSILON = add(
            "epsilon",
            "1e-8",
            "Keeps adaptive updaters from dividing by 0.",
            Parsers.number(0, 1),
            Heeded.ofNetwork("0.25", "0.5", "is no constant of updater = UPDATER"));
    static final Setting<Double> WEIGHT_DECAY = add(
            "weight-decay",
            "0",
            "Decoupled weight decay, times the learning rate; not on biases and batch norm.",
            Parsers.number(0, 1),
            Heeded.ofNetwork("0.25", "0.5", "is for weights, and MODEL has none")
                    .and(Rules.decaysByRate()));
    static final Setting<Double> L1 = add(
            "l1",
            "0",
            "L1 penalty on weights.",
            Parsers.number(0, 1e3),
            Heeded.ofNetwork("0.25", "0.5", "is for weights, and MODEL has none"));
    static final Setting<Double> L2 = add(
            "l2",
            "0.0005",
            "L2 penalty on weights, added to the gradient: what PyTorch's SGD calls weight_decay.",
            Parsers.number(0, 1e3),
            Heeded.ofNetwork("0.25", "0.5", "is for weights, and MODEL has none"));
    static final Setting<Double> LABEL_SMOOTHING = add(
            "label-smoothing",
            "0",
            "Share of each label's probability that is spread over all classes.",
            Parsers.number(0, 0.999));
    static final Setting<Double> MAX_NORM = add(
            "max-norm",
            "0",
            "The norm that each unit's incoming weights are scaled down to after an update; 0: no limit.",
            Parsers.number(0, 1e6),
            Heeded.ofNetwork("1", "2", "is for weights, and MODEL has none"));
    static final Setting<Integer> NORM = add(
            "norm",
            "batch",
            "What models with batch norm have: batch; or, independent of the batch, group:N (N groups of channels); layer (one"
                    + " group); instance (a channel each).",
            NormGroups.parser(),
            Heeded.ofNetwork(
                    "batch",
                    "layer",
                    "takes the place of batch norm in networks of pictures, and MODEL has none to replace"));
    static final Setting<Double> DROPOUT = add(
            "dropout",
            "0",
            "Probability of dropping an activation, where the model has dropout.",
            Parsers.number(0, 0.999),
            Heeded.ofNetwork("0.25", "0.5", "is for models with dropout, and MODEL has none"));
    static final Setting<Double> DROP_CONNECT = add(
            "drop-connect",
            "0",
            "Probability of dropping a weight of a convolution or dense layer for a step.",
            Parsers.number(0, 0.999),
            Heeded.ofNetwork("0.25", "0.5", "is for convolutions and dense layers, and MODEL has none")
                    .notByMasters("DL4J's does not divide what is kept, so that a test sees other weights"));
    static final Setting<Integer> BPTT_STEPS = add(
            "bptt-steps",
            "0",
            "Recurrent networks: gradients go back within blocks of so many steps, states through all; 0: gradients too.",
            Parsers.int32(0, 1 << 16),
            Heeded.ofNetwork("8", "16", "is for recurrent networks, which MODEL is not")
                    .notByMasters("DL4J's truncation makes an update for each part of a sequence")
                    .and(Rules.recurrent()));
    static final Setting<Initialisation> INITIALISATION = add(
            "initialisation",
            "model",
            "What weights begin with: model (each layer's, as its source has it), xavier, xavier-uniform, he, he-uniform.",
            Initialisation::of,
            Heeded.ofNetwork("he", "xavier", "is for weights, and MODEL has none"));
    static final Setting<Integer> DISCRIMINATOR_STEPS = add(
            "discriminator-steps",
            "0",
            "Updates of a GAN's discriminator to one of its generator; 0: as the model's paper has it.",
            Parsers.int32(0, 1000),
            Heeded.where(Rules.game()));
    static final Setting<String> GENERATOR_LOSS = add(
            "generator-loss",
            "non-saturating",
            "What a GAN's generator learns from: -log D(G(z)), or log(1 - D(G(z))), whose slope is 0 where D wins.",
            Parsers.word("non-saturating", "saturating"),
            Heeded.where(Rules.game()).and(Rules.discriminator()));
    static final Setting<Double> GENERATOR_RATE = add(
            "generator-rate",
            "1",
            "Learning rate of a GAN's generator, as a multiple of learning-rate.",
            Parsers.number(1e-6, 1e6),
            Heeded.where(Rules.game()).and(Rules.learns()));
    static final Setting<Double> WEIGHT_CLIP = add(
            "weight-clip",
            "0",
            "Parameters of a critic (wgan) stay within so much of 0; 0: as the model's paper has it.",
            Parsers.number(0, 1e3),
            Heeded.where(Rules.game()));
    static final Setting<Double> GRADIENT_PENALTY = add(
            "gradient-penalty",
            "0",
            "Weight of the penalty on a critic's gradient (wgan-gp); 0: as the model's paper has it.",
            Parsers.number(0, 1e6),
            Heeded.where(Rules.game()));
    static final Setting<Double> CLIP_NORM = add(
            "clip-norm",
            "0",
            "Scale gradients down to this global L2 norm; 0: do not.",
            Parsers.number(0, Double.MAX_VALUE),
            Heeded.ALWAYS.notByMasters("DL4J does not clip by the global norm"));

    // Augmentation
    static final Setting<Integer> CROP_PADDING = add(
            "crop-padding",
            "0",
            "Pad pictures by so many pixels and crop at a random place; 4 is usual for CIFAR-10.",
            Parsers.int32(0, 64),
            Heeded.where(Rules.pictures()));
    static final Setting<String> FLIP = add(
            "flip",
            "auto",
            "Mirror every other picture left to right, by chance: true; false; auto: pictures in colour, not digits.",
            Parsers.word("auto", "true", "false"),
            Heeded.where(Rules.mirroredPictures()));
    static final Setting<Integer> CUTOUT = add(
            "cutout",
            "0",
            "Blank a random square of so many pixels; 0: none.",
            Parsers.int32(0, 512),
            Heeded.where(Rules.pictures()));
    static final Setting<Double> MIXUP = add(
            "mixup",
            "0",
            "Mix another picture into each, label and all, by a share from Beta(alpha, alpha): this alpha, at most 1; 0: none.",
            Parsers.number(0, 1),
            Heeded.ALWAYS
                    .notByMasters("their examples have one label")
                    .and(Rules.pictures())
                    .and(Rules.oneOfSeveralClasses()));
    static final Setting<Double> INPUT_NOISE = add(
            "input-noise",
            "0",
            "Standard deviation of normal noise that is added to pictures, once they are normalised.",
            Parsers.number(0, 100),
            Heeded.where(Rules.pictures()));

    // Communication
    static { // what single strategies know, as their files declare it
        StrategySettings.settings().stream()
                .filter(setting -> !names().contains(setting.name()))
                .forEach(Settings::add);
    }

    static final Setting<BucketSize> BUCKET_BYTES = of(DistributedDataParallel.BUCKET_BYTES);
    static final Setting<Integer> AVERAGING_PERIOD = of(ParameterAveraging.PERIOD);
    static final Setting<Boolean> AVERAGE_UPDATER_STATE = of(ParameterAveraging.UPDATER_STATE);
    static final Setting<Boolean> MOMENTUM_CORRECTION = of(GradientSharing.MOMENTUM_CORRECTION);

    static final Setting<Boolean> SYNC_BATCH_NORM = add(
            "sync-batch-norm",
            "false",
            "With ddp and dp, batch norm over the global batch instead of each worker's share; its exchanges are waited for,"
                    + " and gradients follow after backward.",
            Parsers.bool(),
            Heeded.by(StrategySettings.words(StrategyKind::stepsTogether))
                    .and(Rules.batchNorm())
                    .and(Rules.several()));
    static final Setting<Duration> DEADLINE = add(
            "deadline",
            "60s",
            "The longest that a collective may take before the rank that did not arrive is given up.",
            Parsers.duration(),
            Heeded.where(Rules.several()));
    static final Setting<Duration> SILENCE = add(
            "silence",
            "10s",
            "How long a rank that is waited for may give no sign of life (it is stopped, or its link is cut) before it is"
                    + " given up, where deadline is longer; at least 2s.",
            Parsers.duration(Tuning.SHORTEST_SILENCE),
            Heeded.ALWAYS
                    .notByMasters("DL4J's workers give no sign of life")
                    .and(Rules.several())
                    .and(Rules.sooner()));
    static final Setting<Integer> RETRIES = add(
            "retries",
            "3",
            "How often a run goes on by itself from its last checkpoint when a rank is lost, without a new checkpoint in"
                    + " between; 0: never.",
            Parsers.int32(0, 1000),
            Heeded.ALWAYS.notByMasters("DL4J's runs cannot be gone on with"));
    static final Setting<Integer> MIN_WORKERS = add(
            "min-workers",
            "0",
            "Go on with as few workers where executors are missing after slot-timeout; 0: with all or not at all.",
            Parsers.int32(0, 1 << 16),
            Heeded.ALWAYS.notByMasters("DL4J's masters begin with all"));
    static final Setting<Duration> SLOT_TIMEOUT = add(
            "slot-timeout",
            "15s",
            "With too few slots for all workers, how long to wait for another executor; on local-cluster at least a minute.",
            Parsers.duration());
    static final Setting<String> SECURITY = add(
            "security",
            "auto",
            "Encryption between hosts: on; off; auto (on).",
            Parsers.word("auto", "on", "off"),
            Heeded.ALWAYS
                    .notByMasters("DL4J has none: Spark's own settings secure parameter averaging")
                    .and(Rules.severalHosts()));
    static final Setting<RankSettings.Transport> TRANSPORT = add(
            "transport",
            "auto",
            "auto: shared memory within a host, TCP between hosts; tcp, udp: that everywhere.",
            Parsers.constant(RankSettings.Transport.class),
            Heeded.ALWAYS.notByMasters("DL4J brings its own").and(Rules.several()));

    static final Setting<Algorithm> ALL_REDUCE = add(
            "all-reduce",
            "auto",
            "How ranks add what they exchange: auto (the fastest for its size by link-costs), recursive-doubling,"
                    + " halving-doubling, ring, central, hierarchical.",
            Parsers.word("auto", "recursive-doubling", "halving-doubling", "ring", "central", "hierarchical")
                    .andThen(Algorithm::parse),
            Heeded.by(allReducing()).and(Rules.several()));

    static final Setting<String> LINK_COSTS = add(
            "link-costs",
            "nominal",
            "What all-reduce = auto rests on: nominal; measured (when ranks meet, in about a second; another run of more than two"
                    + " ranks may then add in another order).",
            Parsers.word("nominal", "measured"),
            Heeded.by(allReducing()).and(Rules.chosenAlgorithm()).and(Rules.several()));

    static final Setting<PortRange> PORTS = add(
            "ports",
            "0",
            "Where ranks listen for those of other hosts: FIRST-LAST, with at least as many as a host has ranks; 0: the"
                    + " system chooses.",
            PortRange::parse,
            Heeded.ALWAYS.notByMasters("DL4J brings its own transport").and(Rules.severalHosts()));
    static final Setting<String> NETWORK = add(
            "network",
            "",
            "The network that ranks of different hosts talk over, where hosts have several: an interface (ib0) or"
                    + " addresses (10.1.0.0/16); empty: the address that Spark advertises.",
            LocalAddresses::checked,
            Heeded.ALWAYS.notByMasters("dl4j-insecure-transport names theirs").and(Rules.severalHosts()));

    // The run
    static final Setting<String> RUN_DIR = add(
            "run-dir",
            "",
            "The run's folder, on any file system that Hadoop reaches; empty: runs/MODEL-DATA-TIME.",
            Parsers.text());
    static final Setting<Integer> LOG_EVERY =
            add("log-every", "10", "Steps between lines of metrics.jsonl.", Parsers.int32(1, MANY));
    static final Setting<Integer> EVALUATE_EVERY = add(
            "evaluate-every",
            "1",
            "Epochs between evaluations on the test set; 0: only at the end.",
            Parsers.int32(0, MANY));
    static final Setting<Integer> CHECKPOINT_EVERY = add(
            "checkpoint-every",
            "0",
            "Steps between checkpoints; 0: at the end of each epoch. The end of the run always has one.",
            Parsers.int32(0, MANY),
            Heeded.ALWAYS.notByMasters("the driver has the parameters only at the end of an epoch"));
    static final Setting<Integer> CHECKPOINT_KEEP =
            add("checkpoint-keep", "3", "Newest checkpoints that stay.", Parsers.int32(1, MANY));
    static final Setting<String> CHECKPOINT_BEST = add(
            "checkpoint-best",
            "auto",
            "By what the best tested checkpoint is told, which stays too: auto (what the network's task is judged by:"
                    + " accuracy for classifiers, mae for regressions, f1 for labels that may hold together); a metric"
                    + " of the task; loss; off (it does not stay).",
            Parsers.word(bestWords()),
            Heeded.ALWAYS
                    .notByMasters("only the newest of their checkpoints stay")
                    .and(Rules.classifier()));
    static final Setting<String> CHECKPOINT = add(
            "checkpoint",
            "newest",
            "Which checkpoint evaluate, predict and generate take: newest; best; or a step.",
            Parsers.wordOrStep("newest", "best"));
    static final Setting<Integer> COMPARE_EVERY = add(
            "compare-every",
            "100",
            "Steps between comparisons of all ranks' parameters; a difference stops the run.",
            Parsers.int32(1, MANY),
            Heeded.ALWAYS
                    .notByMasters("DL4J's replicas are not equal between exchanges")
                    .and(Rules.several()));

    // Executors of a local cluster
    static final Setting<Integer> WORKER_CORES = add(
            "worker-cores",
            "0",
            "Cores of each worker; 0: this machine's cores shared out (local), spark.task.cpus (cluster).",
            Parsers.int32(0, 4096),
            Heeded.where(Rules.coresOfTasks()));
    static final Setting<Integer> WORKER_MEMORY_MB = add(
            "worker-memory-mb",
            "2048",
            "MiB of Java heap of each worker of a local cluster; networks live outside the heap.",
            Parsers.int32(512, MANY),
            Heeded.where(Rules.localExecutors()));

    private Settings() {}

    /** By what the best checkpoint is told, whether it is kept or not. */
    static CheckpointStore.Best best(Configuration configuration, Task task) {
        String word = configuration.get(CHECKPOINT_BEST);
        if (task.isGame()) {
            return CheckpointStore.Best.NONE; // none of its checkpoints is better than another
        }
        if (word.equals("auto") || word.equals("off")) { // off: it does not stay, and is still told
            return new CheckpointStore.Best(task.main());
        }
        return Stream.concat(task.metrics().stream(), Stream.of(Metrics.LOSS))
                .filter(metric -> metric.word().equals(word))
                .findFirst()
                .map(CheckpointStore.Best::new)
                .orElseThrow(
                        () -> new UsageException("checkpoint-best = " + word + " is no metric of the network's task, "
                                + task.name() + "; take auto, loss, off or one of "
                                + task.metrics().stream().map(Metric::word).toList()));
    }

    private static String[] bestWords() {
        return Stream.concat(
                        Stream.of("auto", "off"),
                        Arrays.stream(Metrics.values()).map(Metric::word))
                .distinct()
                .toArray(String[]::new);
    }

    static List<Setting<?>> all() {
        return Collections.unmodifiableList(ALL);
    }

    static List<String> names() {
        return ALL.stream().map(Setting::name).toList();
    }

    /** The setting that a strategy has declared. */
    @SuppressWarnings("unchecked") // of the type that it was added with
    static <T> Setting<T> of(StrategySetting<T> declared) {
        return (Setting<T>) ALL.stream()
                .filter(setting -> setting.name().equals(declared.name()))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> allReducing() {
        return StrategySettings.words(kind -> kind.byRanks() && !kind.central());
    }

    private static <T> Setting<T> add(StrategySetting<T> declared) {
        return add(
                declared.name(),
                declared.defaultText(),
                declared.meaning(),
                declared.parser(),
                StrategySettings.heeded(declared));
    }

    private static <T> Setting<T> add(String name, String defaultText, String meaning, Function<String, T> parser) {
        return add(name, defaultText, meaning, parser, Heeded.ALWAYS);
    }

    private static <T> Setting<T> add(
            String name, String defaultText, String meaning, Function<String, T> parser, Heeded heeded) {
        Setting<T> setting = new Setting<>(name, defaultText, meaning, parser, heeded);
        ALL.add(setting);
        return setting;
    }
}
