package io.lockstep.runs.settings;

import io.lockstep.datasets.Split;
import io.lockstep.datasets.catalog.DataCatalog;
import io.lockstep.engine.Precision;
import io.lockstep.training.settings.Parsers;

/** What is trained, on what, and what computes it. */
public final class DataSettings {
    private static final int MANY = Integer.MAX_VALUE;
    /** What a run of a program's own network has for a model. */
    public static final String OWN_NETWORK = "own";

    static final SettingGroup GROUP = new SettingGroup("What is trained, on what");

    public static final Setting<String> MODEL = GROUP.add(
            "model",
            "resnet20",
            "The network to train: one of the names that `bin/lockstep models` lists.",
            Parsers.text());
    public static final Setting<String> DATA = GROUP.add(
            "data",
            "shapes",
            "The examples: " + DataCatalog.described()
                    + "; or a table that Spark reads, parquet:PATH, orc:PATH, csv:PATH, "
                    + "json:PATH or avro:PATH, or the path of such files alone. Names that begin with . or _ are no data.",
            Parsers.text());
    public static final Setting<String> DATA_HOME = GROUP.add(
            "data-home",
            "",
            "The folder in which `bin/lockstep data fetch` puts data sets and in which their names are looked up. "
                    + "Empty: .lockstep/data in your home folder.",
            Parsers.text(),
            Heeded.where(Rules.publishedData()));
    public static final Setting<Integer> TRAIN_EXAMPLES = GROUP.add(
            "train-examples",
            "0",
            "Train on only the first N examples of the training set. 0: on all of them.",
            Parsers.int32(0, MANY),
            Heeded.where(
                    (setting, run) -> Rules.fewerThanThereAre(run, run.get(DataSettings.TRAIN_EXAMPLES), Split.TRAIN)));
    public static final Setting<Integer> TEST_EXAMPLES = GROUP.add(
            "test-examples",
            "0",
            "Test on only the first N examples of the test set. 0: on all of them.",
            Parsers.int32(0, MANY),
            Heeded.where(
                    (setting, run) -> Rules.fewerThanThereAre(run, run.get(DataSettings.TEST_EXAMPLES), Split.TEST)));

    public static final Setting<String> UNREADABLE = GROUP.add(
            "unreadable",
            "stop",
            "What becomes of examples that cannot be read in the middle of a run: a shard's damaged block, a picture that "
                    + "was deleted. stop: the run ends and names the file. skip: they are left out and counted; all ranks "
                    + "run the same steps, in which a missing example counts as a gradient of 0.",
            Parsers.word("stop", "skip"),
            Heeded.ALWAYS.notByMasters("they hold all examples before they begin"));

    public static final Setting<Integer> SEQUENCE_LENGTH = GROUP.add(
            "sequence-length",
            "64",
            "The number of steps in an example, for texts (how far back a language model sees) and for the "
                    + "generated sets sort and reverse (the digits and the answer).",
            Parsers.int32(2, 1 << 16),
            Heeded.where(Rules.sequences()));
    public static final Setting<String> TEXT = GROUP.add(
            "text",
            "auto",
            "What is learned from a text. next: to predict the next character. masked: to guess the 15 % of the "
                    + "bytes that are hidden from the others. auto: whichever the model is made for.",
            Parsers.word("auto", "next", "masked"),
            Heeded.where(Rules.textsWithoutLabels()));

    static final Setting<RuntimeSettings.Runtime> RUNTIME = GROUP.add(
            "runtime",
            "auto",
            "What runs the network. auto: Lockstep's engine on oneDNN, or DL4J where the engine lacks a layer. "
                    + "compiled: the engine, and an error where it lacks one. dl4j: DL4J on the CPU. cuda: DL4J on the "
                    + "rank's GPU, in a build with mvn -P cuda.",
            Parsers.constant(RuntimeSettings.Runtime.class),
            Heeded.ALWAYS.notByMasters("DL4J runs them, on CPUs"));

    public static final Setting<Precision> PRECISION = GROUP.add(
            "precision",
            "fp32",
            "The number format of the factors in convolutions and in dense layers over steps. fp32, or bf16 on a "
                    + "CPU with AVX512_BF16 or AMX, where 3x3 convolutions of 64 channels or more stay in fp32 because that "
                    + "is faster. Everything else is fp32 in either case.",
            Parsers.word("fp32", "bf16").andThen(word -> word.equals("bf16") ? Precision.BFLOAT16 : Precision.FLOAT32),
            Heeded.ALWAYS.notByMasters("DL4J has float32 only"));

    private DataSettings() {}

    /** Whether the network is a program's. */
    static boolean isOwn(Configuration configuration) {
        return configuration.get(MODEL).equals(OWN_NETWORK);
    }
}
