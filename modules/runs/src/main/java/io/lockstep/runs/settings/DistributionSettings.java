package io.lockstep.runs.settings;

import io.lockstep.runs.masters.MasterStrategy;
import io.lockstep.training.settings.Parsers;
import java.util.Arrays;
import java.util.List;

/** The strategy, the workers, their batches, and how long a run is. */
public final class DistributionSettings {
    static final SettingGroup GROUP = new SettingGroup("How long it trains, and on how many workers");

    public static final Setting<String> STRATEGY = GROUP.add(
            "strategy",
            "ddp",
            StrategySettings.meaning(),
            Parsers.word(StrategySettings.words().toArray(String[]::new)));
    public static final Setting<String> DL4J_INSECURE_TRANSPORT = GROUP.add(MasterStrategy.INSECURE_TRANSPORT);
    public static final Setting<Integer> WORKERS = GROUP.add(
            "workers",
            "2",
            "The number of ranks. Each is a Spark task with a replica of the network.",
            Parsers.int32(1, 4096));
    public static final Setting<Integer> GLOBAL_BATCH = GROUP.add(
            "global-batch",
            "32",
            "Examples in an optimizer step, over all ranks together. A larger batch usually wants a larger "
                    + "learning-rate.",
            Parsers.int32(1, 1 << 20));
    public static final Setting<Integer> MICRO_BATCHES = GROUP.add(
            "micro-batches",
            "1",
            "Split a worker's share of each step into N parts that run one after the other, to save memory. Their "
                    + "gradients are added before they are exchanged; batch norm sees one part at a time. N must divide the "
                    + "share.",
            Parsers.int32(1, 1 << 20),
            Heeded.ALWAYS.notByMasters("DL4J does not accumulate gradients"));
    public static final Setting<Integer> EPOCHS = GROUP.add(
            "epochs",
            "2",
            "Passes over the training set. Ignored where steps is set.",
            Parsers.int32(1, 1 << 20),
            Heeded.where(Rules.countedInEpochs()));
    public static final Setting<Long> STEPS = GROUP.add(
            "steps",
            "0",
            "Optimizer steps to train for. 0: as many as the epochs take.",
            Parsers.integer(0, Long.MAX_VALUE));
    public static final Setting<Long> STOP_AFTER = GROUP.add(
            "stop-after",
            "0",
            "Stop after N steps, with a checkpoint, while the schedules are made for the whole run; --resume goes "
                    + "on from there. 0: train to the end.",
            Parsers.integer(0, Long.MAX_VALUE),
            Heeded.ALWAYS.notByMasters("DL4J's runs cannot be gone on with").and(Rules.beforeTheEnd()));
    public static final Setting<Integer> EARLY_STOPPING = GROUP.add(
            "early-stopping",
            "0",
            "Stop when the test set, by the metric of checkpoint-best, has been predicted no better for N epochs; the "
                    + "best checkpoint stays. 0: train to the end.",
            Parsers.int32(0, 1 << 20),
            Heeded.ALWAYS.notByMasters("they train to the end").and(Rules.tested()));
    public static final Setting<String> INIT_FROM = GROUP.add(
            "init-from",
            "",
            "Begin with the parameters of another network: the folder of a run, whose newest checkpoint is read, "
                    + "a file that DL4J's ModelSerializer wrote (.zip), or weights that PyTorch or another framework "
                    + "saved (.safetensors, or the folder or the .safetensors.index.json of several). Parameters with "
                    + "the same name and shape are taken over; the others are initialised as usual.",
            Parsers.text(),
            Heeded.ALWAYS.notByMasters("they begin with the network's own parameters"));
    public static final Setting<Boolean> INIT_STRICT = GROUP.add(
            "init-strict",
            "true",
            "Whether all weights of a .safetensors file, and all parameters of the network, have to fit each other, "
                    + "but for the last layer of other classes. false: what fits is taken, and the rest is told.",
            Parsers.bool(),
            Heeded.where(Rules.beginsWithAnother()));
    public static final Setting<List<String>> FREEZE = GROUP.add(
            "freeze",
            "",
            "Layers that keep the parameters they begin with, separated by commas, as `bin/lockstep models NAME` "
                    + "lists them: NAME, in which * stands for any characters; ..NAME, a layer and everything before it; "
                    + "!NAME, none of those that the words before it named. Batch norm in them uses its running "
                    + "statistics.",
            DistributionSettings::words,
            Heeded.ALWAYS.notByMasters("DL4J goes back through frozen layers wrongly"));
    public static final Setting<Long> SEED = GROUP.add(
            "seed",
            "1",
            "The seed of everything that is random: initial parameters of the zoo's networks, the order of "
                    + "examples, augmentation and noise. The same call with the same seed gives the same run.",
            Parsers.integer(0, Long.MAX_VALUE),
            Heeded.where(Rules.seedOfOnesOwn()));

    private DistributionSettings() {}

    private static List<String> words(String text) {
        return Arrays.stream(text.split(","))
                .map(String::strip)
                .filter(word -> !word.isEmpty())
                .toList();
    }
}
