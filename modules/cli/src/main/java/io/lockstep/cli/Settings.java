package io.lockstep.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;

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
            "The examples: `shapes` (generated), `cifar10`, `mnist`, or the path or URI of a folder in one of their formats.",
            Parsers.text());
    static final Setting<String> DATA_HOME = add(
            "data-home",
            "",
            "Folder in which `data fetch` puts data sets and names are looked up; empty: .lockstep/data in the home folder.",
            Parsers.text());
    static final Setting<Integer> TRAIN_EXAMPLES =
            add("train-examples", "0", "Train on the first so many examples only; 0: all.", Parsers.int32(0, MANY));
    static final Setting<Integer> TEST_EXAMPLES =
            add("test-examples", "0", "Test on the first so many examples only; 0: all.", Parsers.int32(0, MANY));

    static final Setting<String> RUNTIME = add(
            "runtime",
            "auto",
            "What runs the network: auto (compiled for oneDNN, or DL4J itself where that is not possible), dl4j.",
            Parsers.word("auto", "dl4j"));

    // How it is distributed
    static final Setting<String> STRATEGY = add(
            "strategy",
            "ddp",
            "What ranks exchange: ddp (all-reduce of gradients, overlapped with backward).",
            Parsers.word("ddp"));
    static final Setting<Integer> WORKERS =
            add("workers", "2", "Ranks, each a replica in a task of its own.", Parsers.int32(1, 4096));
    static final Setting<Integer> GLOBAL_BATCH =
            add("global-batch", "32", "Examples per optimizer step, over all ranks.", Parsers.int32(1, 1 << 20));
    static final Setting<Integer> EPOCHS =
            add("epochs", "2", "Passes over the training set. Ignored where steps is set.", Parsers.int32(1, 1 << 20));
    static final Setting<Long> STEPS =
            add("steps", "0", "Optimizer steps; 0: as many as the epochs take.", Parsers.integer(0, Long.MAX_VALUE));
    static final Setting<Long> STOP_AFTER = add(
            "stop-after",
            "0",
            "Stop after so many steps, with a checkpoint, on schedules made for all of them; 0: do not. --resume goes on.",
            Parsers.integer(0, Long.MAX_VALUE));
    static final Setting<Long> SEED = add(
            "seed",
            "1",
            "Initial parameters, order, augmentation and noise are a function of it.",
            Parsers.integer(0, Long.MAX_VALUE));

    // How it learns
    static final Setting<String> UPDATER = add(
            "updater",
            "nesterovs",
            "The optimizer, as DL4J implements it: sgd, nesterovs, adam, adamw, amsgrad, adagrad, rmsprop, ...",
            Parsers.text());
    static final Setting<Double> LEARNING_RATE =
            add("learning-rate", "0.1", "The learning rate; with one-cycle its peak.", Parsers.number(0, 1e6));
    static final Setting<String> SCHEDULE = add(
            "schedule",
            "one-cycle",
            "How the learning rate changes: constant, step, cosine (to 0), one-cycle (up, then down to nearly 0).",
            Parsers.word("constant", "step", "cosine", "one-cycle"));
    static final Setting<List<Double>> SCHEDULE_MILESTONES = add(
            "schedule-milestones",
            "",
            "Epochs at which `schedule = step` multiplies the rate by schedule-factor: 80, 120.",
            Parsers.numbers());
    static final Setting<Double> SCHEDULE_FACTOR =
            add("schedule-factor", "0.1", "What `schedule = step` multiplies by.", Parsers.number(0, 1));
    static final Setting<Double> WARMUP_EPOCHS = add(
            "warmup-epochs",
            "0",
            "Epochs, fractions too, over which the rate rises linearly before the schedule shows.",
            Parsers.number(0, 1e6));
    static final Setting<Double> MOMENTUM = add("momentum", "0.9", "Of nesterovs.", Parsers.number(0, 1));
    static final Setting<Double> BETA1 =
            add("beta1", "0.9", "Decay of the mean gradient, for the Adam family.", Parsers.number(0, 1));
    static final Setting<Double> BETA2 =
            add("beta2", "0.999", "Decay of the mean squared gradient, for the Adam family.", Parsers.number(0, 1));
    static final Setting<Double> EPSILON =
            add("epsilon", "1e-8", "Keeps adaptive updaters from dividing by 0.", Parsers.number(0, 1));
    static final Setting<Double> WEIGHT_DECAY = add(
            "weight-decay",
            "0",
            "Decoupled weight decay, times the learning rate; not on biases and batch norm.",
            Parsers.number(0, 1));
    static final Setting<Double> L1 = add("l1", "0", "L1 penalty on weights.", Parsers.number(0, 1e3));
    static final Setting<Double> L2 = add(
            "l2",
            "0.0005",
            "L2 penalty on weights, added to the gradient: what PyTorch's SGD calls weight_decay.",
            Parsers.number(0, 1e3));
    static final Setting<Double> LABEL_SMOOTHING = add(
            "label-smoothing",
            "0",
            "Share of each label's probability that is spread over all classes.",
            Parsers.number(0, 0.999));
    static final Setting<Double> DROPOUT = add(
            "dropout",
            "0",
            "Probability of dropping an activation, where the model has dropout.",
            Parsers.number(0, 0.999));
    static final Setting<Double> CLIP_NORM = add(
            "clip-norm",
            "0",
            "Scale gradients down to this global L2 norm; 0: do not.",
            Parsers.number(0, Double.MAX_VALUE));

    // Augmentation
    static final Setting<Integer> CROP_PADDING = add(
            "crop-padding",
            "0",
            "Pad pictures by so many pixels and crop at a random place; 4 is usual for CIFAR-10.",
            Parsers.int32(0, 64));
    static final Setting<Boolean> FLIP =
            add("flip", "true", "Mirror every other picture left to right, by chance.", Parsers.bool());
    static final Setting<Integer> CUTOUT =
            add("cutout", "0", "Blank a random square of so many pixels; 0: none.", Parsers.int32(0, 512));

    // Communication
    static final Setting<Integer> BUCKET_BYTES = add(
            "bucket-bytes",
            "1m",
            "Gradients that are reduced together; the first bucket of a step is a quarter of it.",
            Parsers.bytes(1024));
    static final Setting<Duration> DEADLINE = add(
            "deadline",
            "60s",
            "The longest that a collective may take before the rank that did not arrive is given up.",
            Parsers.duration());
    static final Setting<Duration> SLOT_TIMEOUT = add(
            "slot-timeout",
            "15s",
            "With too few slots for all workers, how long to wait for another executor.",
            Parsers.duration());
    static final Setting<String> SECURITY =
            add("security", "auto", "Encryption between hosts: on; off; auto (on).", Parsers.word("auto", "on", "off"));
    static final Setting<String> TRANSPORT = add(
            "transport",
            "auto",
            "auto: shared memory within a host, UDP between hosts; udp: UDP everywhere.",
            Parsers.word("auto", "udp"));

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
            Parsers.int32(0, MANY));
    static final Setting<Integer> CHECKPOINT_KEEP =
            add("checkpoint-keep", "3", "Newest checkpoints that stay.", Parsers.int32(1, MANY));
    static final Setting<Integer> COMPARE_EVERY = add(
            "compare-every",
            "100",
            "Steps between comparisons of all ranks' parameters; a difference stops the run.",
            Parsers.int32(1, MANY));

    // Executors of a local cluster
    static final Setting<Integer> WORKER_CORES = add(
            "worker-cores",
            "0",
            "Cores of each worker; 0: this machine's cores shared out (local), spark.task.cpus (cluster).",
            Parsers.int32(0, 4096));
    static final Setting<Integer> WORKER_MEMORY_MB = add(
            "worker-memory-mb",
            "2048",
            "MiB of Java heap of each worker of a local cluster; networks live outside the heap.",
            Parsers.int32(512, MANY));

    private Settings() {}

    static List<Setting<?>> all() {
        return Collections.unmodifiableList(ALL);
    }

    static List<String> names() {
        return ALL.stream().map(Setting::name).toList();
    }

    private static <T> Setting<T> add(String name, String defaultText, String meaning, Function<String, T> parser) {
        Setting<T> setting = new Setting<>(name, defaultText, meaning, parser);
        ALL.add(setting);
        return setting;
    }
}
