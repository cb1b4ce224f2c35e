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
import io.lockstep.training.Metric;
import io.lockstep.training.Metrics;
import io.lockstep.training.Task;
import io.lockstep.training.checkpoint.CheckpointStore;
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
    static final Setting<String> MODEL = add(
            "model",
            "resnet20",
            "The network to train: one of the names that `bin/lockstep models` lists.",
            Parsers.text());
    static final Setting<String> DATA = add(
            "data",
            "shapes",
            "The examples: " + DataCatalog.described() + ". Names that begin with . or _ are no data.",
            Parsers.text());
    static final Setting<String> DATA_HOME = add(
            "data-home",
            "",
            "The folder in which `bin/lockstep data fetch` puts data sets and in which their names are looked up. "
                    + "Empty: .lockstep/data in your home folder.",
            Parsers.text(),
            Heeded.where(Rules.publishedData()));
    static final Setting<Integer> TRAIN_EXAMPLES = add(
            "train-examples",
            "0",
            "Train on only the first N examples of the training set. 0: on all of them.",
            Parsers.int32(0, MANY),
            Heeded.where(
                    (setting, run) -> Rules.fewerThanThereAre(run, run.get(Settings.TRAIN_EXAMPLES), Split.TRAIN)));
    static final Setting<Integer> TEST_EXAMPLES = add(
            "test-examples",
            "0",
            "Test on only the first N examples of the test set. 0: on all of them.",
            Parsers.int32(0, MANY),
            Heeded.where((setting, run) -> Rules.fewerThanThereAre(run, run.get(Settings.TEST_EXAMPLES), Split.TEST)));

    static final Setting<Integer> SEQUENCE_LENGTH = add(
            "sequence-length",
            "64",
            "The number of steps in an example, for texts (how far back a language model sees) and for the "
                    + "generated sets sort and reverse (the digits and the answer).",
            Parsers.int32(2, 1 << 16),
            Heeded.where(Rules.sequences()));
    static final Setting<String> TEXT = add(
            "text",
            "auto",
            "What is learned from a text. next: to predict the next character. masked: to guess the 15 % of the "
                    + "bytes that are hidden from the others. auto: whichever the model is made for.",
            Parsers.word("auto", "next", "masked"),
            Heeded.where(Rules.textsWithoutLabels()));

    static final Setting<RuntimeSettings.Runtime> RUNTIME = add(
            "runtime",
            "auto",
            "What runs the network. auto: Lockstep's engine on oneDNN, or DL4J where the engine lacks a layer. "
                    + "compiled: the engine, and an error where it lacks one. dl4j: DL4J on the CPU. cuda: DL4J on the "
                    + "rank's GPU, in a build with mvn -P cuda.",
            Parsers.constant(RuntimeSettings.Runtime.class),
            Heeded.ALWAYS.notByMasters("DL4J runs them, on CPUs"));

    static final Setting<Precision> PRECISION = add(
            "precision",
            "fp32",
            "The number format of the factors in convolutions and in dense layers over steps. fp32, or bf16 on a "
                    + "CPU with AVX512_BF16 or AMX, where 3x3 convolutions of 64 channels or more stay in fp32 because that "
                    + "is faster. Everything else is fp32 in either case.",
            Parsers.word("fp32", "bf16").andThen(word -> word.equals("bf16") ? Precision.BFLOAT16 : Precision.FLOAT32),
            Heeded.ALWAYS.notByMasters("DL4J has float32 only"));

    // How it is distributed
    static final Setting<String> STRATEGY = add(
            "strategy",
            "ddp",
            StrategySettings.meaning(),
            Parsers.word(StrategySettings.words().toArray(String[]::new)));
    static final Setting<String> DL4J_INSECURE_TRANSPORT = add(MasterStrategy.INSECURE_TRANSPORT);
    static final Setting<Integer> WORKERS = add(
            "workers",
            "2",
            "The number of ranks. Each is a Spark task with a replica of the network.",
            Parsers.int32(1, 4096));
    static final Setting<Integer> GLOBAL_BATCH = add(
            "global-batch",
            "32",
            "Examples in an optimizer step, over all ranks together. A larger batch usually wants a larger "
                    + "learning-rate.",
            Parsers.int32(1, 1 << 20));
    static final Setting<Integer> MICRO_BATCHES = add(
            "micro-batches",
            "1",
            "Split a worker's share of each step into N parts that run one after the other, to save memory. Their "
                    + "gradients are added before they are exchanged; batch norm sees one part at a time. N must divide the "
                    + "share.",
            Parsers.int32(1, 1 << 20),
            Heeded.ALWAYS.notByMasters("DL4J does not accumulate gradients"));
    static final Setting<Integer> EPOCHS = add(
            "epochs",
            "2",
            "Passes over the training set. Ignored where steps is set.",
            Parsers.int32(1, 1 << 20),
            Heeded.where(Rules.countedInEpochs()));
    static final Setting<Long> STEPS = add(
            "steps",
            "0",
            "Optimizer steps to train for. 0: as many as the epochs take.",
            Parsers.integer(0, Long.MAX_VALUE));
    static final Setting<Long> STOP_AFTER = add(
            "stop-after",
            "0",
            "Stop after N steps, with a checkpoint, while the schedules are made for the whole run; --resume goes "
                    + "on from there. 0: train to the end.",
            Parsers.integer(0, Long.MAX_VALUE),
            Heeded.ALWAYS.notByMasters("DL4J's runs cannot be gone on with").and(Rules.beforeTheEnd()));
    static final Setting<String> INIT_FROM = add(
            "init-from",
            "",
            "Begin with the parameters of another network: the folder of a run, whose newest checkpoint is read, "
                    + "or a file that DL4J's ModelSerializer wrote (.zip). Parameters with the same name and shape are "
                    + "taken over; the others are initialised as usual.",
            Parsers.text(),
            Heeded.ALWAYS.notByMasters("they begin with the network's own parameters"));
    static final Setting<Long> SEED = add(
            "seed",
            "1",
            "The seed of everything that is random: initial parameters of the zoo's networks, the order of "
                    + "examples, augmentation and noise. The same call with the same seed gives the same run.",
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
            "The learning rate. With schedule = one-cycle it is the highest rate of the run.",
            Parsers.number(0, 1e6),
            Heeded.where(Rules.learns()));
    static final Setting<String> SCHEDULE = add(
            "schedule",
            "one-cycle",
            "How the learning rate changes during the run. constant: not at all. step: by schedule-factor at each "
                    + "of schedule-milestones. cosine: down to 0. one-cycle: up to learning-rate, then down to nearly 0.",
            Parsers.word("constant", "step", "cosine", "one-cycle"),
            Heeded.where(Rules.learns()));
    static final Setting<List<Double>> SCHEDULE_MILESTONES = add(
            "schedule-milestones",
            "",
            "The epochs at which schedule = step multiplies the learning rate by schedule-factor, separated by "
                    + "commas: 80, 120.",
            Parsers.numbers(),
            Heeded.where(Rules.learns()).and(Rules.steppedSchedule()));
    static final Setting<Double> SCHEDULE_FACTOR = add(
            "schedule-factor",
            "0.1",
            "What schedule = step multiplies the learning rate by at each milestone.",
            Parsers.number(0, 1),
            Heeded.where(Rules.learns()).and(Rules.steppedSchedule()));
    static final Setting<Double> WARMUP_EPOCHS = add(
            "warmup-epochs",
            "0",
            "Raise the learning rate linearly over the first N epochs (fractions are allowed) to what the "
                    + "schedule says. The schedule itself also begins with the first step. Useful with large batches and "
                    + "with transformers.",
            Parsers.number(0, 1e6),
            Heeded.where(Rules.learns()));
    static final Setting<Double> MOMENTUM = add(
            "momentum",
            "0.9",
            "The momentum of updater = nesterovs, from 0 to 1.",
            Parsers.number(0, 1),
            Heeded.ofNetwork("0.25", "0.5", "is no constant of updater = UPDATER")
                    .or(run -> run.get(Settings.MOMENTUM_CORRECTION)));
    static final Setting<Double> BETA1 = add(
            "beta1",
            "0.9",
            "How slowly the running mean of the gradient changes, for adam and its relatives, from 0 to 1.",
            Parsers.number(0, 1),
            Heeded.ofNetwork("0.25", "0.5", "is no constant of updater = UPDATER"));
    static final Setting<Double> BETA2 = add(
            "beta2",
            "0.999",
            "How slowly the running mean of the squared gradient changes, for adam and its relatives, rmsprop and "
                    + "adadelta, from 0 to 1.",
            Parsers.number(0, 1),
            Heeded.ofNetwork("0.25", "0.5", "is no constant of updater = UPDATER"));
    static final Setting<Double> EPSILON = add(
            "epsilon",
            "1e-8",
            "A small number that keeps adaptive optimizers from dividing by 0. A larger one makes steps smaller "
                    + "where gradients are small.",
            Parsers.number(0, 1),
            Heeded.ofNetwork("0.25", "0.5", "is no constant of updater = UPDATER"));
    static final Setting<Double> WEIGHT_DECAY = add(
            "weight-decay",
            "0",
            "Decoupled weight decay: each step subtracts learning-rate x this x the weight. Biases and batch norm "
                    + "are left out.",
            Parsers.number(0, 1),
            Heeded.ofNetwork("0.25", "0.5", "is for weights, and MODEL has none")
                    .and(Rules.decaysByRate()));
    static final Setting<Double> L1 = add(
            "l1",
            "0",
            "The L1 penalty on weights: its sign times this is added to the gradient. Biases and batch norm are "
                    + "left out.",
            Parsers.number(0, 1e3),
            Heeded.ofNetwork("0.25", "0.5", "is for weights, and MODEL has none"));
    static final Setting<Double> L2 = add(
            "l2",
            "0.0005",
            "The L2 penalty on weights: the weight times this is added to the gradient, as PyTorch's SGD does "
                    + "with weight_decay. Biases and batch norm are left out.",
            Parsers.number(0, 1e3),
            Heeded.ofNetwork("0.25", "0.5", "is for weights, and MODEL has none"));
    static final Setting<Double> LABEL_SMOOTHING = add(
            "label-smoothing",
            "0",
            "How much of each label's probability is spread evenly over all classes, from 0 to 0.999. 0.1 is "
                    + "usual.",
            Parsers.number(0, 0.999));
    static final Setting<Double> MAX_NORM = add(
            "max-norm",
            "0",
            "Scale the incoming weights of a unit down after an update if their L2 norm exceeds this. 0: no "
                    + "limit.",
            Parsers.number(0, 1e6),
            Heeded.ofNetwork("1", "2", "is for weights, and MODEL has none"));
    static final Setting<Integer> NORM = add(
            "norm",
            "batch",
            "What models with batch norm use. batch: batch norm. Three that do not depend on the batch: group:N "
                    + "(group norm over N groups of channels), layer (one group) and instance (a group for each channel).",
            NormGroups.parser(),
            Heeded.ofNetwork(
                    "batch",
                    "layer",
                    "takes the place of batch norm in networks of pictures, and MODEL has none to replace"));
    static final Setting<Double> DROPOUT = add(
            "dropout",
            "0",
            "The probability of dropping an activation, from 0 to 0.999, in models that have dropout layers.",
            Parsers.number(0, 0.999),
            Heeded.ofNetwork("0.25", "0.5", "is for models with dropout, and MODEL has none"));
    static final Setting<Double> DROP_CONNECT = add(
            "drop-connect",
            "0",
            "The probability of dropping a weight of a convolution or dense layer for the duration of a step, "
                    + "from 0 to 0.999.",
            Parsers.number(0, 0.999),
            Heeded.ofNetwork("0.25", "0.5", "is for convolutions and dense layers, and MODEL has none")
                    .notByMasters("DL4J's does not divide what is kept, so that a test sees other weights"));
    static final Setting<Integer> BPTT_STEPS = add(
            "bptt-steps",
            "0",
            "Truncate back-propagation through time: gradients of recurrent layers go back within blocks of N "
                    + "steps, while states are carried through the whole sequence. 0: do not truncate.",
            Parsers.int32(0, 1 << 16),
            Heeded.ofNetwork("8", "16", "is for recurrent networks, which MODEL is not")
                    .notByMasters("DL4J's truncation makes an update for each part of a sequence")
                    .and(Rules.recurrent()));
    static final Setting<Initialisation> INITIALISATION = add(
            "initialisation",
            "model",
            "How weights are initialised. model: as the model's paper does it, layer by layer. xavier, "
                    + "xavier-uniform, he, he-uniform: that for all layers.",
            Initialisation::of,
            Heeded.ofNetwork("he", "xavier", "is for weights, and MODEL has none"));
    static final Setting<Integer> DISCRIMINATOR_STEPS = add(
            "discriminator-steps",
            "0",
            "Updates of a GAN's discriminator for each update of its generator. 0: as many as the model's paper "
                    + "has.",
            Parsers.int32(0, 1000),
            Heeded.where(Rules.game()));
    static final Setting<String> GENERATOR_LOSS = add(
            "generator-loss",
            "non-saturating",
            "The loss of a GAN's generator. non-saturating: -log D(G(z)). saturating: log(1 - D(G(z))), which "
                    + "gives almost no gradient while the discriminator wins.",
            Parsers.word("non-saturating", "saturating"),
            Heeded.where(Rules.game()).and(Rules.discriminator()));
    static final Setting<Double> GENERATOR_RATE = add(
            "generator-rate",
            "1",
            "The learning rate of a GAN's generator, as a multiple of learning-rate.",
            Parsers.number(1e-6, 1e6),
            Heeded.where(Rules.game()).and(Rules.learns()));
    static final Setting<Double> WEIGHT_CLIP = add(
            "weight-clip",
            "0",
            "Clip the parameters of a critic (wgan) to between -N and N after each update. 0: as the model's "
                    + "paper does.",
            Parsers.number(0, 1e3),
            Heeded.where(Rules.game()));
    static final Setting<Double> GRADIENT_PENALTY = add(
            "gradient-penalty",
            "0",
            "The weight of the penalty on the norm of a critic's gradient (wgan-gp). 0: as in the model's paper.",
            Parsers.number(0, 1e6),
            Heeded.where(Rules.game()));
    static final Setting<Double> CLIP_NORM = add(
            "clip-norm",
            "0",
            "Scale the gradient down if its L2 norm over all parameters exceeds this. 0: never.",
            Parsers.number(0, Double.MAX_VALUE),
            Heeded.ALWAYS.notByMasters("DL4J does not clip by the global norm"));

    // Augmentation
    static final Setting<Integer> CROP_PADDING = add(
            "crop-padding",
            "0",
            "Augmentation: pad each picture by N pixels on all sides and cut a picture of the original size out "
                    + "at a random place. 4 is usual for CIFAR-10. 0: off.",
            Parsers.int32(0, 64),
            Heeded.where(Rules.pictures()));
    static final Setting<String> FLIP = add(
            "flip",
            "auto",
            "Augmentation: mirror pictures left to right with probability 1/2. true, false, or auto: for pictures "
                    + "in colour, but not for digits.",
            Parsers.word("auto", "true", "false"),
            Heeded.where(Rules.mirroredPictures()));
    static final Setting<Integer> CUTOUT = add(
            "cutout",
            "0",
            "Augmentation: blank a square of NxN pixels at a random place in each picture. 16 is usual for "
                    + "CIFAR-10. 0: off.",
            Parsers.int32(0, 512),
            Heeded.where(Rules.pictures()));
    static final Setting<Double> MIXUP = add(
            "mixup",
            "0",
            "Augmentation: mix each picture and its label with another one's, in a proportion drawn from "
                    + "Beta(alpha, alpha). This is alpha, from 0 to 1. 0: off.",
            Parsers.number(0, 1),
            Heeded.ALWAYS
                    .notByMasters("their examples have one label")
                    .and(Rules.pictures())
                    .and(Rules.oneOfSeveralClasses()));
    static final Setting<Double> INPUT_NOISE = add(
            "input-noise",
            "0",
            "Augmentation: add normal noise to normalised pictures. This is its standard deviation. 0: off.",
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
            "Compute the statistics of batch norm over the global batch instead of each worker's share, under ddp "
                    + "and dp. It helps where shares are small, and costs time: each batch norm waits for an exchange, and "
                    + "gradients are exchanged only after backward.",
            Parsers.bool(),
            Heeded.by(StrategySettings.words(StrategyKind::stepsTogether))
                    .and(Rules.batchNorm())
                    .and(Rules.several()));
    static final Setting<Duration> DEADLINE = add(
            "deadline",
            "60s",
            "How long a collective may take before the rank that has not arrived is given up.",
            Parsers.duration(),
            Heeded.where(Rules.several()));
    static final Setting<Duration> SILENCE = add(
            "silence",
            "10s",
            "How long a rank that others wait for may show no sign of life, because it was stopped or its link is "
                    + "cut, before it is given up. At least 2s; of use where deadline is longer.",
            Parsers.duration(Tuning.SHORTEST_SILENCE),
            Heeded.ALWAYS
                    .notByMasters("DL4J's workers give no sign of life")
                    .and(Rules.several())
                    .and(Rules.sooner()));
    static final Setting<Integer> RETRIES = add(
            "retries",
            "3",
            "How often a run that lost a rank goes on from its last checkpoint by itself, without having written "
                    + "another one in between. 0: never.",
            Parsers.int32(0, 1000),
            Heeded.ALWAYS.notByMasters("DL4J's runs cannot be gone on with"));
    static final Setting<Integer> MIN_WORKERS = add(
            "min-workers",
            "0",
            "Begin, or go on, with fewer workers, but at least N, if executors are still missing after "
                    + "slot-timeout. 0: only with all of them.",
            Parsers.int32(0, 1 << 16),
            Heeded.ALWAYS.notByMasters("DL4J's masters begin with all"));
    static final Setting<Duration> SLOT_TIMEOUT = add(
            "slot-timeout",
            "15s",
            "How long to wait for another executor while there are too few for all workers. On local-cluster it "
                    + "is at least a minute.",
            Parsers.duration());
    static final Setting<String> SECURITY = add(
            "security",
            "auto",
            "Encryption and authentication of what ranks of different hosts send each other. on, off, or auto, "
                    + "which is on.",
            Parsers.word("auto", "on", "off"),
            Heeded.ALWAYS
                    .notByMasters("DL4J has none: Spark's own settings secure parameter averaging")
                    .and(Rules.severalHosts()));
    static final Setting<RankSettings.Transport> TRANSPORT = add(
            "transport",
            "auto",
            "How ranks reach each other. auto: by shared memory within a host and by TCP between hosts. tcp, udp: "
                    + "by that everywhere.",
            Parsers.constant(RankSettings.Transport.class),
            Heeded.ALWAYS.notByMasters("DL4J brings its own").and(Rules.several()));

    static final Setting<Algorithm> ALL_REDUCE = add(
            "all-reduce",
            "auto",
            "The algorithm by which ranks add their gradients. auto: for each size the one that is fastest by "
                    + "link-costs; or recursive-doubling, halving-doubling, ring, central, hierarchical.",
            Parsers.word("auto", "recursive-doubling", "halving-doubling", "ring", "central", "hierarchical")
                    .andThen(Algorithm::parse),
            Heeded.by(allReducing()).and(Rules.several()));

    static final Setting<String> LINK_COSTS = add(
            "link-costs",
            "nominal",
            "The speeds of links that all-reduce = auto calculates with. nominal: typical ones. measured: this "
                    + "cluster's, which takes about a second at the start; with more than two ranks another run may then "
                    + "add gradients in another order, and round differently.",
            Parsers.word("nominal", "measured"),
            Heeded.by(allReducing()).and(Rules.chosenAlgorithm()).and(Rules.several()));

    static final Setting<PortRange> PORTS = add(
            "ports",
            "0",
            "The ports on which ranks listen for ranks of other hosts: FIRST-LAST, at least as many as a host has "
                    + "ranks. 0: the operating system chooses.",
            PortRange::parse,
            Heeded.ALWAYS.notByMasters("DL4J brings its own transport").and(Rules.severalHosts()));
    static final Setting<String> NETWORK = add(
            "network",
            "",
            "The network over which ranks of different hosts talk, where hosts have several: an interface (ib0) "
                    + "or a range of addresses (10.1.0.0/16). Empty: that of the address which Spark advertises.",
            LocalAddresses::checked,
            Heeded.ALWAYS.notByMasters("dl4j-insecure-transport names theirs").and(Rules.severalHosts()));

    // The run
    static final Setting<String> RUN_DIR = add(
            "run-dir",
            "",
            "The folder of the run, on any file system that Hadoop reaches. Empty: runs/MODEL-DATA-TIME.",
            Parsers.text());
    static final Setting<Integer> LOG_EVERY =
            add("log-every", "10", "Write a line of metrics.jsonl every N steps.", Parsers.int32(1, MANY));
    static final Setting<Integer> EVALUATE_EVERY = add(
            "evaluate-every",
            "1",
            "Evaluate on the test set every N epochs, and at the end. 0: only at the end.",
            Parsers.int32(0, MANY));
    static final Setting<Integer> CHECKPOINT_EVERY = add(
            "checkpoint-every",
            "0",
            "Write a checkpoint every N steps. 0: at the end of each epoch. There is always one at the end of the "
                    + "run.",
            Parsers.int32(0, MANY),
            Heeded.ALWAYS.notByMasters("the driver has the parameters only at the end of an epoch"));
    static final Setting<Integer> CHECKPOINT_KEEP =
            add("checkpoint-keep", "3", "How many of the newest checkpoints are kept.", Parsers.int32(1, MANY));
    static final Setting<String> CHECKPOINT_BEST = add(
            "checkpoint-best",
            "auto",
            "Which checkpoint is kept as the best, beside the newest ones. auto: the one that is best by the main "
                    + "metric of the network's task (accuracy of classifiers, mae of regressions, f1 of multi-label "
                    + "classifiers). A metric's name, or loss: the best by that. off: none is kept.",
            Parsers.word(bestWords()),
            Heeded.ALWAYS
                    .notByMasters("only the newest of their checkpoints stay")
                    .and(Rules.classifier()));
    static final Setting<String> CHECKPOINT = add(
            "checkpoint",
            "newest",
            "The checkpoint that evaluate, predict and generate read: newest, best, or the number of a step.",
            Parsers.wordOrStep("newest", "best"));
    static final Setting<Integer> COMPARE_EVERY = add(
            "compare-every",
            "100",
            "Compare the parameters of all ranks every N steps. The run stops if they differ.",
            Parsers.int32(1, MANY),
            Heeded.ALWAYS
                    .notByMasters("DL4J's replicas are not equal between exchanges")
                    .and(Rules.several()));

    // Executors of a local cluster
    static final Setting<Integer> WORKER_CORES = add(
            "worker-cores",
            "0",
            "CPU cores of each worker. 0: on a local cluster an equal share of this machine's cores; elsewhere "
                    + "spark.task.cpus.",
            Parsers.int32(0, 4096),
            Heeded.where(Rules.coresOfTasks()));
    static final Setting<Integer> WORKER_MEMORY_MB = add(
            "worker-memory-mb",
            "2048",
            "Java heap of each worker of a local cluster, in MiB. The network and its activations are outside the "
                    + "heap and come on top.",
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
