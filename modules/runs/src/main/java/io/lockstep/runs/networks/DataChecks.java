package io.lockstep.runs.networks;

import io.lockstep.datasets.Augmentation;
import io.lockstep.datasets.Batch;
import io.lockstep.datasets.DataSource;
import io.lockstep.datasets.Field;
import io.lockstep.datasets.ImageShape;
import io.lockstep.datasets.Split;
import io.lockstep.datasets.storage.FileNames;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.games.Adversarial;
import io.lockstep.runs.folder.Progress;
import io.lockstep.runs.settings.AugmentationSettings;
import io.lockstep.runs.settings.Configuration;
import io.lockstep.runs.settings.DataSettings;
import io.lockstep.runs.settings.DistributionSettings;
import io.lockstep.runs.settings.StrategySettings;
import io.lockstep.runs.settings.UsageException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.inputs.InputType;

/**
 * What must be true of a run's data before anything is started for it: on the driver, since a rank that finds it has executors
 * running, and a run's folder that nothing can come of.
 */
public final class DataChecks {
    /** A loader has a rank's examples of a step in one buffer, whose places are counted by ints. */
    private static final long LARGEST_BUFFER = Integer.MAX_VALUE - 128;

    private DataChecks() {}

    /**
     * Looks at the data as it was opened, and reads no examples.
     *
     * @throws UsageException if nothing can be trained or tested on it, or no crops or buffers can be made of it
     */
    public static void requireTrainable(DataSource source, Configuration configuration) {
        requireExamples(source, configuration, Split.TRAIN, "training", "there is nothing to learn from");
        requireExamples(source, configuration, Split.TEST, "test", "there is nothing to test the network on");
        requireOneForEachRank(source, configuration);
        requireNamesThatDiffer(source);
        requireCountable(source, configuration);
        requireCropsWithin(source, configuration);
        requireBufferHolds(source, configuration);
    }

    /** @throws UsageException if a split is empty */
    public static void requireExamples(
            DataSource source, Configuration configuration, Split split, String called, String consequence) {
        if (source.examples(split) == 0) {
            throw new UsageException(configuration.get(DataSettings.DATA) + " (" + source.format() + ") has no "
                    + called + " examples: " + consequence);
        }
    }

    /** A rank without examples computes nothing, and has others wait for it. */
    private static void requireOneForEachRank(DataSource source, Configuration configuration) {
        int examples = trainingExamples(source, configuration);
        int workers = configuration.get(DistributionSettings.WORKERS);
        if (examples <= 0 || examples >= workers) { // of a stream whose end nobody knows
            return;
        }
        boolean limited = examples < source.examples(Split.TRAIN);
        throw new UsageException((limited
                        ? DataSettings.TRAIN_EXAMPLES.name() + " = " + examples
                        : configuration.get(DataSettings.DATA) + " (" + source.format() + ") has only " + examples
                                + (examples == 1 ? " training example" : " training examples"))
                + ", which is less than one for each of workers = " + workers + ": "
                + (limited ? "leave out fewer, " : "add some, ") + "or set workers = " + examples);
    }

    /**
     * What is suspicious about the training examples' classes, in one line: classes that cannot be learned, or hardly. Empty
     * where nothing is, or where nobody has counted.
     */
    public static Optional<String> suspicion(DataSource source, NetworkDefinition network) {
        int[] counts = source.trainClassCounts();
        boolean asked = network.adversarial() == null || network.adversarial().classes() > 0;
        if (!asked || Arrays.stream(counts).allMatch(count -> count == 0)) {
            return Optional.empty();
        }
        List<String> parts = new ArrayList<>();
        List<String> none = ofCount(source, counts, 0);
        if (!none.isEmpty()) {
            parts.add("there is no training example of " + FileNames.shortened(none) + ", which cannot be learned");
        }
        List<String> one = ofCount(source, counts, 1);
        if (!one.isEmpty()) {
            parts.add("there is only one training example of " + FileNames.shortened(one));
        }
        return parts.isEmpty()
                ? Optional.empty()
                : Optional.of("of the " + counts.length + (counts.length == 1 ? " class" : " classes") + " of "
                        + source.name() + ", " + String.join(", and ", parts));
    }

    private static List<String> ofCount(DataSource source, int[] counts, int wanted) {
        return IntStream.range(0, counts.length)
                .filter(label -> counts[label] == wanted)
                .mapToObj(label -> "'" + source.classNames().get(label) + "'")
                .toList();
    }

    /** Of an epoch of the run; 0 of a stream whose end nobody knows. */
    public static int trainingExamples(DataSource source, Configuration configuration) {
        int all = source.examples(Split.TRAIN);
        int limit = configuration.get(DataSettings.TRAIN_EXAMPLES);
        return limit > 0 ? Math.min(limit, all) : Math.max(0, all);
    }

    private static void requireNamesThatDiffer(DataSource source) {
        Set<String> names = new HashSet<>();
        for (Field field : source.fields()) {
            if (!names.add(field.name())) {
                throw new UsageException(
                        source.name() + " has two columns '" + field.name() + "': give one of them another name");
            }
        }
    }

    /** A stream goes on until the run's steps are done. */
    private static void requireCountable(DataSource source, Configuration configuration) {
        if (source.stream(Split.TRAIN) == null) {
            return;
        }
        if (configuration.get(DataSettings.TRAIN_EXAMPLES) > 0) {
            throw new UsageException("train-examples is for sets that are held in memory, and " + source.name()
                    + " is a stream: let it end earlier itself, or set steps");
        }
        if (trainingExamples(source, configuration) == 0 && configuration.get(DistributionSettings.STEPS) == 0) {
            throw new UsageException("nobody knows how many examples " + source.name()
                    + " has, so that its epochs cannot be counted: set steps");
        }
        if (StrategySettings.isMaster(configuration)) {
            throw new UsageException(
                    configuration.get(DistributionSettings.STRATEGY) + " has all examples in memory, and "
                            + source.name() + " is a stream: take ddp or another of Lockstep's own strategies");
        }
    }

    private static void requireCropsWithin(DataSource source, Configuration configuration) {
        if (!source.hasPictures()) {
            return;
        }
        try {
            new Augmentation(configuration.get(AugmentationSettings.CROP_PADDING), Augmentation.Padding.ZERO, false, 0)
                    .checkFits(source.shape());
        } catch (IllegalArgumentException e) {
            throw new UsageException(
                    "crop-padding = " + configuration.get(AugmentationSettings.CROP_PADDING) + ": " + e.getMessage(),
                    e);
        }
    }

    private static void requireBufferHolds(DataSource source, Configuration configuration) {
        int workers = configuration.get(DistributionSettings.WORKERS);
        int examples = trainingExamples(source, configuration);
        int asked = configuration.get(DistributionSettings.GLOBAL_BATCH);
        long batch = examples > 0 ? Math.min(asked, examples) : asked;
        long share = (batch + workers - 1) / workers;
        for (Field field : source.fields()) {
            long bytes = share * field.elements() * Float.BYTES;
            if (bytes > LARGEST_BUFFER) {
                throw new UsageException(Progress.format(
                        "%,d examples of %s at once, a worker's share of global-batch = %d, take %,d MB, and a buffer holds"
                                + " 2,047; lower global-batch, or ask for more workers",
                        share,
                        field.name().equals(Batch.FEATURES) ? shown(source.shape()) : field,
                        configuration.get(DistributionSettings.GLOBAL_BATCH),
                        bytes >> 20));
            }
        }
    }

    /** @throws UsageException if the network reads examples of another shape, naming both */
    static void requireShape(NetworkDefinition network, DataSource source) {
        ImageShape shape = source.shape();
        if (network.adversarial() != null) {
            requireDrawn(network, source);
        } else if (network.tokens()) {
            long steps = ((InputType.InputTypeRecurrent) network.input()).getTimeSeriesLength();
            if (steps != shape.height()) {
                throw new UsageException("the network reads texts of " + steps + " steps, and " + source.name()
                        + " has examples of " + shape.height() + ": set sequence-length to as many");
            }
        } else if (!reads(network.input(), shape)) {
            throw new UsageException("the network reads " + shown(network.input()) + ", and the "
                    + (source.hasPictures() ? "pictures" : "examples") + " of " + source.name() + " are "
                    + shown(shape) + " (height x width x channels)");
        }
    }

    private static boolean reads(InputType input, ImageShape shape) {
        if (input instanceof InputType.InputTypeConvolutional pictures) {
            return pictures.getHeight() == shape.height()
                    && pictures.getWidth() == shape.width()
                    && pictures.getChannels() == shape.channels();
        }
        if (input instanceof InputType.InputTypeRecurrent rows) { // a row of all channels is a step
            return rows.getTimeSeriesLength() == shape.height()
                    && rows.getSize() == (long) shape.width() * shape.channels();
        }
        return input.arrayElementsPerExample() == shape.size();
    }

    /** What a generator draws is what a discriminator has beside it: a picture, and its class where that is asked for. */
    private static void requireDrawn(NetworkDefinition network, DataSource source) {
        Adversarial rules = network.adversarial();
        if (rules.classes() != 0 && rules.classes() != source.classes()) {
            throw new UsageException("the generator is asked for one of " + rules.classes() + " classes, "
                    + source.name() + " has " + source.classes());
        }
        InputType drawn = network.activationOf(rules.handover());
        boolean fits = rules.classes() == 0 && drawn instanceof InputType.InputTypeConvolutional
                ? reads(drawn, source.shape())
                : drawn.arrayElementsPerExample() == source.shape().size() + rules.classes();
        if (!fits) {
            throw new UsageException("the generator draws " + shown(drawn) + ", and the pictures of " + source.name()
                    + " are " + shown(source.shape()) + " (height x width x channels)");
        }
    }

    private static String shown(InputType input) {
        if (input instanceof InputType.InputTypeConvolutional pictures) {
            return "pictures of " + pictures.getHeight() + "x" + pictures.getWidth() + "x" + pictures.getChannels();
        }
        if (input instanceof InputType.InputTypeRecurrent rows) {
            return rows.getTimeSeriesLength() + " rows of " + rows.getSize() + " numbers";
        }
        return "vectors of " + input.arrayElementsPerExample() + " numbers";
    }

    private static String shown(ImageShape shape) {
        return shape.height() + "x" + shape.width() + "x" + shape.channels();
    }
}
