package io.lockstep.networks;

import io.lockstep.datasets.Field;
import io.lockstep.networks.games.Adversarial;
import io.lockstep.networks.games.Game;
import io.lockstep.training.Task;
import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Predicate;
import org.apache.commons.lang3.SerializationUtils;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer;
import org.deeplearning4j.nn.conf.layers.Cnn3DLossLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.lossfunctions.impl.LossFMeasure;

/**
 * A network to train: DL4J's configuration, and what DL4J's configuration does not keep: the shape of an example, and
 * of networks that play against each other, how.
 *
 * @param configuration of any inputs and outputs that {@link Feeds} can tell. Outputs of the same classes after the first
 *     are auxiliary classifiers, which only training has, and of which the weights of the loss say how much they count, if
 *     nothing else is told of them
 * @param inputs of each of the network's inputs, in their order: {@link InputType#convolutional(long, long, long, CNN2DFormat)}
 *     for images, in the layout that the network reads, {@link InputType#convolutionalFlat} for images that come as rows (which
 *     are kept as feedForward), {@link InputType#feedForward(long)} for vectors, {@link InputType#recurrent(long, long)} for
 *     sequences of one length, or volumes; text, which an {@link EmbeddingSequenceLayer} reads, is recurrent(vocabulary, T),
 *     and one number of a vocabulary, which an {@link EmbeddingLayer} reads, is feedForward(vocabulary)
 * @param game how its parts play against each other; null for what is trained as a whole
 * @param feeds which column of a batch each input and output is fed from, as far as that is not usual
 *
 * <p>Of the updaters' learning rates a run keeps the ratios: see {@link #baseRate}. Momentum and other constants of an updater
 * are its own, schedules of them too.
 */
public record NetworkDefinition(
        ComputationGraphConfiguration configuration, List<InputType> inputs, Game game, Feeds feeds)
        implements Serializable {
    /** Of one input. */
    public NetworkDefinition(ComputationGraphConfiguration configuration, InputType input) {
        this(configuration, input, null);
    }

    /**
     * Of several inputs.
     *
     * @param inputs in the order of the configuration's
     */
    public NetworkDefinition(ComputationGraphConfiguration configuration, List<InputType> inputs, Feeds feeds) {
        this(configuration, inputs, null, feeds);
    }

    /** Of one input. */
    public NetworkDefinition(ComputationGraphConfiguration configuration, InputType input, Game game) {
        this(configuration, List.of(input), game, Feeds.USUAL);
    }

    public NetworkDefinition {
        Objects.requireNonNull(configuration, "configuration");
        inputs = inputs.stream().map(FlatImages::asRow).toList();
        List<String> names = configuration.getNetworkInputs();
        if (inputs.isEmpty() || inputs.size() != names.size()) {
            throw new IllegalArgumentException(
                    "the network has the inputs " + names + ", and " + inputs.size() + " types of them are told");
        }
        if (configuration.getNetworkOutputs().isEmpty()) {
            throw new IllegalArgumentException("a network to train has an output, this one has none");
        }
        feeds.require(names, configuration.getNetworkOutputs());
        ConfigurationCheck.require(configuration, game);
        for (InputType input : inputs) {
            requireSizes(input);
        }
        if (game instanceof Adversarial) {
            requireOne("input", names);
            requireOne("output", configuration.getNetworkOutputs());
        } else if (game == null) {
            FeedPlan.require(configuration, feeds);
        }
        PoolingWindows.require(configuration, inputs);
    }

    private static void requireSizes(InputType input) {
        if (!(input instanceof InputType.InputTypeConvolutional)
                && !(input instanceof InputType.InputTypeConvolutional3D)
                && !(input instanceof InputType.InputTypeFeedForward)
                && !(input instanceof InputType.InputTypeRecurrent sequence && sequence.getTimeSeriesLength() > 0)) {
            throw new IllegalArgumentException(
                    "images, volumes, vectors or sequences of a known length can be trained on, not " + input);
        }
    }

    /** The first input, or the only one. */
    public InputType input() {
        return inputs.get(0);
    }

    /** The same network, fed from other columns. */
    public NetworkDefinition withFeeds(Feeds changed) {
        return new NetworkDefinition(configuration, inputs, game, changed);
    }

    /**
     * The same, where each output that nobody said it of ({@link Feeds#kind}) is told what the data have in its column: numbers
     * where that is float32.
     */
    public NetworkDefinition toldBy(List<Field> data) {
        Feeds told = feeds;
        for (OutputFeed output : game == null ? plan().outputs() : List.<OutputFeed>of()) {
            boolean numbers = data.stream()
                    .filter(field -> field.name().equals(output.column()))
                    .anyMatch(field -> field.type() == Field.Type.FLOAT32);
            if (numbers && !feeds.kinds().containsKey(output.output())) {
                told = told.kind(output.output(), LabelKind.VALUES);
            }
        }
        return withFeeds(told);
    }

    /** A classifier whose layers come one after the other; they are named 0, 1, 2 ... */
    public static NetworkDefinition of(MultiLayerConfiguration configuration, InputType input) {
        return LayersInARow.definition(configuration, input);
    }

    /** What it is for, which decides what a run of it tells: what its first output is told, and by which loss. */
    public Task task() {
        if (game != null) {
            return adversarial() != null ? Task.GAME : Task.TURNS;
        }
        Layer output = layerOf(configuration, configuration.getNetworkOutputs().get(0));
        if (output == null) {
            return Task.OTHER;
        }
        OutputFeed first = plan().outputs().get(0);
        if (first.kind() == LabelKind.VALUES) {
            return first.taskOfValues(functionOf(output));
        } else if (FeedPlan.isOfPixels(output)) {
            return Task.SEGMENTATION;
        }
        // the perplexity is of a loss of steps alone
        return tokens() && labelsSteps() && !plan().addsLosses() ? Task.LANGUAGE : Task.CLASSIFICATION;
    }

    /**
     * Outputs of the network: one for each class to tell apart, or a single one that tells class 1 from class 0; of an output
     * that is told numbers, how many.
     */
    public int classes() {
        String output = configuration.getNetworkOutputs().get(0);
        Layer layer = layerOf(configuration, output);
        if (layer instanceof FeedForwardLayer known && known.getNOut() > 0) {
            return Math.toIntExact(known.getNOut());
        }
        if (layer == null) {
            throw new IllegalArgumentException("output '" + output + "' is no layer of classes");
        }
        return plan().outputs().get(0).layout().channels();
    }

    /** Classes of data that the network is for: a single output tells two apart. */
    public int classesOfData() {
        return Math.max(2, classes());
    }

    /** Where inputs and labels come from. */
    public FeedPlan plan() {
        return new FeedPlan(this);
    }

    /**
     * Refuses data that the network cannot be trained on.
     *
     * @param fields of an example
     * @throws IllegalArgumentException naming the column that is missing, or holds something else
     */
    public void requireColumns(List<Field> fields) {
        if (game == null) {
            plan().requireColumns(fields);
        } else {
            game.in(configuration)
                    .requireColumns(fields.stream().map(Field::name).toList());
        }
    }

    /**
     * Why one rank must see all of a step's examples; empty if the network can be trained on any number of ranks.
     */
    public Optional<String> whyOneRank() {
        for (String each : configuration.getNetworkOutputs()) {
            if (isOfWholeBatch(each)) {
                return Optional.of("output '" + each + "' has the loss LossFMeasure, which is of a whole batch:"
                        + " those of several ranks do not add up to it");
            }
        }
        String output = configuration.getNetworkOutputs().get(0);
        return layerOf(configuration, output) instanceof CenterLossOutputLayer layer && !layer.getGradientCheck()
                ? Optional.of(
                        "output '" + output + "' is a CenterLossOutputLayer, which moves the centre of a class by a"
                                + " mean over the class's examples in a batch: those of several ranks do not add up to it")
                : Optional.empty();
    }

    /** Why a step's examples must be computed at once, and not in parts; empty if parts add up to the whole. */
    public Optional<String> whyOnePart() {
        return configuration.getNetworkOutputs().stream()
                .filter(this::isOfWholeBatch)
                .findFirst()
                .map(output -> "output '" + output + "' has the loss LossFMeasure, which is of a whole batch:"
                        + " those of several parts do not add up to it");
    }

    private boolean isOfWholeBatch(String output) {
        return layerOf(configuration, output) instanceof BaseOutputLayer layer
                && layer.getLossFn() instanceof LossFMeasure;
    }

    /** Null for what is no layer. */
    static Layer layerOf(ComputationGraphConfiguration configuration, String vertex) {
        return configuration.getVertices().get(vertex) instanceof LayerVertex layer
                ? layer.getLayerConf().getLayer()
                : null;
    }

    /** What a layer reads. */
    String source(String layer) {
        return configuration.getVertexInputs().get(layer).get(0);
    }

    /** The rules of a generative adversarial network; null for what is none. */
    public Adversarial adversarial() {
        return game instanceof Adversarial rules ? rules : null;
    }

    /** Of networks that play against each other: the fewest steps after which all turns have come a whole number of times. */
    public int stepsOfAllTurns() {
        return game.in(configuration).stepsOfAllTurns();
    }

    /**
     * Of a generative adversarial network.
     *
     * @throws IllegalArgumentException if its rules are for another kind of discriminator
     */
    public void requireRulesThatFit() {
        if (adversarial() != null) {
            adversarial().requireFits(configuration);
        }
    }

    /** Whether what judges is a critic, whose loss is Wasserstein's, and no discriminator. */
    public boolean hasCritic() {
        return Adversarial.hasCritic(configuration);
    }

    /** Whether one of the layers is such a one, or wraps one. */
    public boolean hasLayer(Predicate<Layer> kind) {
        return configuration.getVertices().values().stream()
                .anyMatch(vertex -> vertex instanceof LayerVertex layer
                        && Wrapped.isOrWraps(layer.getLayerConf().getLayer(), kind));
    }

    /**
     * The learning rate that the run's takes the place of: the greatest that the configuration gives to weights, or to biases
     * where no weights have one. Parameters with another rate keep its ratio to this one, throughout the run's schedule: with
     * base rate 0.1, a layer at 0.001 learns at a hundredth of the run's rate, and biases at 0.2 at double of it.
     *
     * @return empty if no updater of the network has a learning rate
     */
    public OptionalDouble baseRate() {
        return LearningRates.base(configuration);
    }

    /** @throws IllegalArgumentException naming a layer whose updater has a learning-rate schedule, which the run's replaces */
    public void requireRatesWithoutSchedules() {
        LearningRates.requireNoSchedules(configuration);
    }

    /** Whether there is a label for each step of a sequence: they are (N, classes, T) then, even where T is 1. */
    public boolean labelsSteps() {
        Layer output = layerOf(configuration, configuration.getNetworkOutputs().get(0));
        return output instanceof RnnOutputLayer || output instanceof RnnLossLayer;
    }

    /** Labels of an example: 1, or one for each step, or pixel, where the output is of each. */
    public int labelsOfExample() {
        String output = configuration.getNetworkOutputs().get(0);
        if (labelsSteps()) {
            return stepsOf(output);
        }
        return FeedPlan.isOfPixels(layerOf(configuration, output))
                ? plan().outputs().get(0).layout().places()
                : 1;
    }

    /** Of the sequence that comes out of a vertex. */
    int stepsOf(String vertex) {
        // a copy, as DL4J sets preprocessors while it walks
        ComputationGraphConfiguration copy = SerializationUtils.clone(configuration);
        Map<String, InputType> types =
                new HashMap<>(copy.getLayerActivationTypes(true, inputs.toArray(InputType[]::new)));
        for (int i = 0; i < inputs.size(); i++) {
            types.put(configuration.getNetworkInputs().get(i), inputs.get(i));
        }
        long steps = new SequenceLengths(copy, types).of(vertex);
        if (steps == 0) {
            throw new IllegalArgumentException(
                    "of how many steps the sequence of '" + vertex + "' is, the network's configuration does not tell");
        }
        return Math.toIntExact(steps);
    }

    /** Null for a layer that has none. */
    private static IActivation functionOf(Layer layer) {
        if (layer instanceof RnnLossLayer steps) {
            return steps.getActivationFn();
        } else if (layer instanceof CnnLossLayer pixels) {
            return pixels.getActivationFn();
        } else if (layer instanceof Cnn3DLossLayer voxels) {
            return voxels.getActivationFn();
        }
        return layer instanceof BaseLayer known ? known.getActivationFn() : null;
    }

    /** What comes out of a vertex. */
    public InputType activationOf(String vertex) {
        // a copy, as DL4J sets preprocessors while it walks
        return SerializationUtils.clone(configuration)
                .getLayerActivationTypes(true, inputs.toArray(InputType[]::new))
                .get(vertex);
    }

    /** Whether examples of the first input are numbers of a vocabulary, one a step, or one alone. */
    public boolean tokens() {
        return tokens(0);
    }

    private boolean tokens(int which) {
        return isReadBy(EmbeddingSequenceLayer.class, which) || isReadBy(EmbeddingLayer.class, which);
    }

    private boolean isReadBy(Class<? extends Layer> kind, int which) {
        String name = configuration.getNetworkInputs().get(which);
        return configuration.getVertices().entrySet().stream()
                .filter(vertex ->
                        configuration.getVertexInputs().get(vertex.getKey()).contains(name))
                .anyMatch(vertex -> vertex.getValue() instanceof LayerVertex layer
                        && kind.isInstance(
                                Wrapped.innermost(layer.getLayerConf().getLayer())));
    }

    /** How an example of an input lies in DL4J. */
    ExampleLayout layoutOf(int which) {
        if (isReadBy(EmbeddingLayer.class, which)) {
            return new ExampleLayout(List.of(1L), 1, 1, true);
        } else if (tokens(which)) {
            int steps = Math.toIntExact(((InputType.InputTypeRecurrent) inputs.get(which)).getTimeSeriesLength());
            return new ExampleLayout(List.of(1L, (long) steps), 1, steps, true);
        }
        return ExampleLayout.of(inputs.get(which));
    }

    /** Steps of an example that DL4J reads as (F, T); 1 for what it reads in the order in which it comes. */
    int stepsOfFeatures() {
        return !tokens()
                        && inputs.get(0) instanceof InputType.InputTypeRecurrent
                        && layoutOf(0).channelsFirst()
                ? layoutOf(0).places()
                : 1;
    }

    /** Elements of an example of the first input. */
    public int featureSize() {
        return layoutOf(0).elements();
    }

    private static void requireOne(String what, List<String> names) {
        if (names.size() != 1) {
            throw new IllegalArgumentException("an adversarial network has one " + what + ", this one has " + names);
        }
    }
}
