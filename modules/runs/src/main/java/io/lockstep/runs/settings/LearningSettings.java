package io.lockstep.runs.settings;

import io.lockstep.networks.Initialisation;
import io.lockstep.training.settings.Parsers;
import java.util.List;

/** The optimizer, the learning rate's schedule, regularisation, and what the zoo's networks are built with. */
public final class LearningSettings {
    static final SettingGroup GROUP = new SettingGroup("How it learns");

    public static final Setting<String> UPDATER = GROUP.add(
            "updater",
            "nesterovs",
            "The optimizer, as DL4J implements it: sgd, nesterovs, adam, adamw, amsgrad, adagrad, rmsprop, ...",
            Parsers.text(),
            Heeded.ofNetwork("sgd", "adam", "is for networks that learn, and MODEL does not"));
    public static final Setting<Double> LEARNING_RATE = GROUP.add(
            "learning-rate",
            "0.1",
            "The learning rate. With schedule = one-cycle it is the highest rate of the run.",
            Parsers.number(0, 1e6),
            Heeded.where(Rules.learns()));
    public static final Setting<String> SCHEDULE = GROUP.add(
            "schedule",
            "one-cycle",
            "How the learning rate changes during the run. constant: not at all. step: by schedule-factor at each "
                    + "of schedule-milestones. cosine: down to 0. one-cycle: up to learning-rate, then down to nearly 0.",
            Parsers.word("constant", "step", "cosine", "one-cycle"),
            Heeded.where(Rules.learns()));
    public static final Setting<List<Double>> SCHEDULE_MILESTONES = GROUP.add(
            "schedule-milestones",
            "",
            "The epochs at which schedule = step multiplies the learning rate by schedule-factor, separated by "
                    + "commas: 80, 120.",
            Parsers.numbers(),
            Heeded.where(Rules.learns()).and(Rules.steppedSchedule()));
    public static final Setting<Double> SCHEDULE_FACTOR = GROUP.add(
            "schedule-factor",
            "0.1",
            "What schedule = step multiplies the learning rate by at each milestone.",
            Parsers.number(0, 1),
            Heeded.where(Rules.learns()).and(Rules.steppedSchedule()));
    public static final Setting<Double> WARMUP_EPOCHS = GROUP.add(
            "warmup-epochs",
            "0",
            "Raise the learning rate linearly over the first N epochs (fractions are allowed) to what the "
                    + "schedule says. The schedule itself also begins with the first step. Useful with large batches and "
                    + "with transformers.",
            Parsers.number(0, 1e6),
            Heeded.where(Rules.learns()));
    public static final Setting<Double> MOMENTUM = GROUP.add(
            "momentum",
            "0.9",
            "The momentum of updater = nesterovs, from 0 to 1.",
            Parsers.number(0, 1),
            Heeded.ofNetwork("0.25", "0.5", "is no constant of updater = UPDATER")
                    .or(run -> run.get(CommunicationSettings.MOMENTUM_CORRECTION)));
    public static final Setting<Double> BETA1 = GROUP.add(
            "beta1",
            "0.9",
            "How slowly the running mean of the gradient changes, for adam and its relatives, from 0 to 1.",
            Parsers.number(0, 1),
            Heeded.ofNetwork("0.25", "0.5", "is no constant of updater = UPDATER"));
    public static final Setting<Double> BETA2 = GROUP.add(
            "beta2",
            "0.999",
            "How slowly the running mean of the squared gradient changes, for adam and its relatives, rmsprop and "
                    + "adadelta, from 0 to 1.",
            Parsers.number(0, 1),
            Heeded.ofNetwork("0.25", "0.5", "is no constant of updater = UPDATER"));
    public static final Setting<Double> EPSILON = GROUP.add(
            "epsilon",
            "1e-8",
            "A small number that keeps adaptive optimizers from dividing by 0. A larger one makes steps smaller "
                    + "where gradients are small.",
            Parsers.number(0, 1),
            Heeded.ofNetwork("0.25", "0.5", "is no constant of updater = UPDATER"));
    public static final Setting<Double> WEIGHT_DECAY = GROUP.add(
            "weight-decay",
            "0",
            "Decoupled weight decay: each step subtracts learning-rate x this x the weight. Biases and batch norm "
                    + "are left out.",
            Parsers.number(0, 1),
            Heeded.ofNetwork("0.25", "0.5", "is for weights, and MODEL has none")
                    .and(Rules.decaysByRate()));
    public static final Setting<Double> L1 = GROUP.add(
            "l1",
            "0",
            "The L1 penalty on weights: its sign times this is added to the gradient. Biases and batch norm are "
                    + "left out.",
            Parsers.number(0, 1e3),
            Heeded.ofNetwork("0.25", "0.5", "is for weights, and MODEL has none"));
    public static final Setting<Double> L2 = GROUP.add(
            "l2",
            "0.0005",
            "The L2 penalty on weights: the weight times this is added to the gradient, as PyTorch's SGD does "
                    + "with weight_decay. Biases and batch norm are left out.",
            Parsers.number(0, 1e3),
            Heeded.ofNetwork("0.25", "0.5", "is for weights, and MODEL has none"));
    public static final Setting<Double> LABEL_SMOOTHING = GROUP.add(
            "label-smoothing",
            "0",
            "How much of each label's probability is spread evenly over all classes, from 0 to 0.999. 0.1 is "
                    + "usual.",
            Parsers.number(0, 0.999));
    public static final Setting<Double> MAX_NORM = GROUP.add(
            "max-norm",
            "0",
            "Scale the incoming weights of a unit down after an update if their L2 norm exceeds this. 0: no "
                    + "limit.",
            Parsers.number(0, 1e6),
            Heeded.ofNetwork("1", "2", "is for weights, and MODEL has none"));
    public static final Setting<Integer> NORM = GROUP.add(
            "norm",
            "batch",
            "What models with batch norm use. batch: batch norm. Three that do not depend on the batch: group:N "
                    + "(group norm over N groups of channels), layer (one group) and instance (a group for each channel).",
            NormGroups.parser(),
            Heeded.ofNetwork(
                    "batch",
                    "layer",
                    "takes the place of batch norm in networks of pictures, and MODEL has none to replace"));
    public static final Setting<Double> DROPOUT = GROUP.add(
            "dropout",
            "0",
            "The probability of dropping an activation, from 0 to 0.999, in models that have dropout layers.",
            Parsers.number(0, 0.999),
            Heeded.ofNetwork("0.25", "0.5", "is for models with dropout, and MODEL has none"));
    public static final Setting<Double> DROP_CONNECT = GROUP.add(
            "drop-connect",
            "0",
            "The probability of dropping a weight of a convolution or dense layer for the duration of a step, "
                    + "from 0 to 0.999.",
            Parsers.number(0, 0.999),
            Heeded.ofNetwork("0.25", "0.5", "is for convolutions and dense layers, and MODEL has none")
                    .notByMasters("DL4J's does not divide what is kept, so that a test sees other weights"));
    public static final Setting<Integer> BPTT_STEPS = GROUP.add(
            "bptt-steps",
            "0",
            "Truncate back-propagation through time: gradients of recurrent layers go back within blocks of N "
                    + "steps, while states are carried through the whole sequence. 0: do not truncate.",
            Parsers.int32(0, 1 << 16),
            Heeded.ofNetwork("8", "16", "is for recurrent networks, which MODEL is not")
                    .notByMasters("DL4J's truncation makes an update for each part of a sequence")
                    .and(Rules.recurrent()));
    public static final Setting<Initialisation> INITIALISATION = GROUP.add(
            "initialisation",
            "model",
            "How weights are initialised. model: as the model's paper does it, layer by layer. xavier, "
                    + "xavier-uniform, he, he-uniform: that for all layers.",
            Initialisation::of,
            Heeded.ofNetwork("he", "xavier", "is for weights, and MODEL has none"));
    public static final Setting<Integer> DISCRIMINATOR_STEPS = GROUP.add(
            "discriminator-steps",
            "0",
            "Updates of a GAN's discriminator for each update of its generator. 0: as many as the model's paper "
                    + "has.",
            Parsers.int32(0, 1000),
            Heeded.where(Rules.game()));
    public static final Setting<String> GENERATOR_LOSS = GROUP.add(
            "generator-loss",
            "non-saturating",
            "The loss of a GAN's generator. non-saturating: -log D(G(z)). saturating: log(1 - D(G(z))), which "
                    + "gives almost no gradient while the discriminator wins.",
            Parsers.word("non-saturating", "saturating"),
            Heeded.where(Rules.game()).and(Rules.discriminator()));
    public static final Setting<Double> GENERATOR_RATE = GROUP.add(
            "generator-rate",
            "1",
            "The learning rate of a GAN's generator, as a multiple of learning-rate.",
            Parsers.number(1e-6, 1e6),
            Heeded.where(Rules.game()).and(Rules.learns()));
    public static final Setting<Double> WEIGHT_CLIP = GROUP.add(
            "weight-clip",
            "0",
            "Clip the parameters of a critic (wgan) to between -N and N after each update. 0: as the model's "
                    + "paper does.",
            Parsers.number(0, 1e3),
            Heeded.where(Rules.game()));
    public static final Setting<Double> GRADIENT_PENALTY = GROUP.add(
            "gradient-penalty",
            "0",
            "The weight of the penalty on the norm of a critic's gradient (wgan-gp). 0: as in the model's paper.",
            Parsers.number(0, 1e6),
            Heeded.where(Rules.game()));
    public static final Setting<Double> CLIP_NORM = GROUP.add(
            "clip-norm",
            "0",
            "Scale the gradient down if its L2 norm over all parameters exceeds this. 0: never.",
            Parsers.number(0, Double.MAX_VALUE),
            Heeded.ALWAYS.notByMasters("DL4J does not clip by the global norm"));

    private LearningSettings() {}
}
