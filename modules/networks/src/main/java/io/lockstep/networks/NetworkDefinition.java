package io.lockstep.networks;

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
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.CenterLossOutputLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossWasserstein;

/**
 * A network to train: DL4J's configuration, and what DL4J's configuration does not keep: the shape of an example, and
 * for a generative adversarial network where the generator ends and the discriminator begins.
 *
 * @param configuration with one input and one output layer of shape (N, classes), or (N, classes, T) for a class of
 *     each step; further output layers, of the same classes, are auxiliary classifiers, which only training has, and of which
 *     the weights of the loss say how much they count
 * @param input {@link InputType#convolutional(long, long, long, CNN2DFormat)} for images, in the layout that the
 *     network reads, {@link InputType#feedForward(long)} for vectors, or {@link InputType#recurrent(long, long)} for
 *     sequences of one length; text, which an {@link EmbeddingSequenceLayer} reads, is recurrent(vocabulary, T), and one
 *     number of a vocabulary, which an {@link EmbeddingLayer} reads, is feedForward(vocabulary)
 * @param adversarial null for a classifier
 *
 * <p>Of the updaters' learning rates a run keeps the ratios: see {@link #baseRate}. Momentum and other constants of an updater
 * are its own, schedules of them too.
 */
public record NetworkDefinition(ComputationGraphConfiguration configuration, InputType input, Adversarial adversarial)
        implements Serializable {
    /** A classifier. */
    public NetworkDefinition(ComputationGraphConfiguration configuration, InputType input) {
        this(configuration, input, null);
    }

    public NetworkDefinition {
        Objects.requireNonNull(configuration, "configuration");
        Objects.requireNonNull(input, "input");
        requireOne("input", configuration.getNetworkInputs());
        requireAuxiliariesAfterTheFirst(configuration);
        ConfigurationCheck.require(configuration, adversarial);
        if (adversarial != null) {
            requireOne("output", configuration.getNetworkOutputs());
        }
        if (!(input instanceof InputType.InputTypeConvolutional)
                && !(input instanceof InputType.InputTypeFeedForward)
                && !(input instanceof InputType.InputTypeRecurrent sequence && sequence.getTimeSeriesLength() > 0)) {
            throw new IllegalArgumentException(
                    "images, vectors or sequences of a known length can be trained on, not " + input);
        }
        if (adversarial == null) {
            requireLosses(configuration);
        }
        DilatedWindows.require(configuration, input);
    }

    /** A classifier whose layers come one after the other; they are named 0, 1, 2 ... */
    public static NetworkDefinition of(MultiLayerConfiguration configuration, InputType input) {
        configuration.getConfs().forEach(ConfigurationCheck::require);
        MultiLayerNetwork network = new MultiLayerNetwork(configuration.clone());
        network.init();
        ComputationGraph graph = network.toComputationGraph();
        ComputationGraphConfiguration copy = graph.getConfiguration();
        long seed = configuration.getConf(0).getSeed(); // which DL4J forgets on the way
        copy.getDefaultConfiguration().setSeed(seed);
        copy.getDefaultConfiguration().setMiniBatch(configuration.getConf(0).isMiniBatch());
        for (GraphVertex vertex : copy.getVertices().values()) {
            if (vertex instanceof LayerVertex layer) {
                layer.getLayerConf().setSeed(seed);
            }
        }
        copy.setBackpropType(configuration.getBackpropType());
        copy.setTbpttFwdLength(configuration.getTbpttFwdLength());
        copy.setTbpttBackLength(configuration.getTbpttBackLength());
        NetworkDefinition definition = new NetworkDefinition(copy, input);
        network.close();
        graph.close();
        return definition;
    }

    /** What it is for, which decides what a run of it tells. */
    public Task task() {
        if (adversarial != null) {
            return Task.GAME;
        }
        return tokens() && labelsSteps() ? Task.LANGUAGE : Task.CLASSIFICATION;
    }

    /** Outputs of the network: one for each class to tell apart, or a single one that tells class 1 from class 0. */
    public int classes() {
        String output = configuration.getNetworkOutputs().get(0);
        if (layerOf(configuration, output) instanceof FeedForwardLayer layer) {
            // a LossLayer passes on what it reads, and need not say how much that is
            long classes = layer.getNOut() > 0
                    ? layer.getNOut()
                    : activationOf(source(output)).arrayElementsPerExample();
            return Math.toIntExact(classes);
        }
        throw new IllegalArgumentException("output '" + output + "' is no layer of classes");
    }

    /** Classes of data that the network is for: a single output tells two apart. */
    public int classesOfData() {
        return Math.max(2, classes());
    }

    /** How the network's loss is told an example's class, where DL4J computes it. */
    ClassLabels labels() {
        String output = configuration.getNetworkOutputs().get(0);
        return ClassLabels.of(ClassLabels.lossOf(output, layerOf(configuration, output)));
    }

    /**
     * Why one rank must see all of a step's examples; empty if the network can be trained on any number of ranks.
     */
    public Optional<String> whyOneRank() {
        String output = configuration.getNetworkOutputs().get(0);
        return layerOf(configuration, output) instanceof CenterLossOutputLayer layer && !layer.getGradientCheck()
                ? Optional.of(
                        "output '" + output + "' is a CenterLossOutputLayer, which moves the centre of a class by a"
                                + " mean over the class's examples in a batch: those of several ranks do not add up to it")
                : Optional.empty();
    }

    /** Null for what is no layer. */
    private static Layer layerOf(ComputationGraphConfiguration configuration, String vertex) {
        return configuration.getVertices().get(vertex) instanceof LayerVertex layer
                ? layer.getLayerConf().getLayer()
                : null;
    }

    /** What a layer reads. */
    private String source(String layer) {
        return configuration.getVertexInputs().get(layer).get(0);
    }

    /**
     * Of an adversarial network.
     *
     * @throws IllegalArgumentException if its rules are for another kind of discriminator
     */
    public void requireRulesThatFit() {
        if (adversarial.weightClip() == 0 && adversarial.gradientPenalty() == 0) {
            return;
        }
        if (!hasCritic()) {
            throw new IllegalArgumentException("weight-clip and gradient-penalty are for a critic (wgan, wgan-gp)");
        }
        if (adversarial.gradientPenalty() > 0 && normsReadFrom(adversarial.handover())) {
            throw new IllegalArgumentException("gradient-penalty looks at each picture alone, which batch norm in the"
                    + " critic does not (Gulrajani et al. 2017, section 4); take a critic without it, as wgan-gp has");
        }
    }

    /** Whether what judges is a critic, whose loss is Wasserstein's, and no discriminator. */
    public boolean hasCritic() {
        GraphVertex output = configuration
                .getVertices()
                .get(configuration.getNetworkOutputs().get(0));
        return output instanceof LayerVertex layer
                && layer.getLayerConf().getLayer() instanceof BaseOutputLayer judge
                && judge.getLossFn() instanceof LossWasserstein;
    }

    /** Whether one of the layers is such a one, or wraps one. */
    public boolean hasLayer(Predicate<Layer> kind) {
        return configuration.getVertices().values().stream()
                .anyMatch(vertex -> vertex instanceof LayerVertex layer
                        && isOrWraps(layer.getLayerConf().getLayer(), kind));
    }

    private static boolean isOrWraps(Layer layer, Predicate<Layer> kind) {
        return kind.test(layer)
                || layer instanceof BaseWrapperLayer wrapper && isOrWraps(wrapper.getUnderlying(), kind)
                || layer instanceof Bidirectional both && isOrWraps(both.getFwd(), kind);
    }

    /** Whether there is a batch norm behind a vertex. */
    private boolean normsReadFrom(String vertex) {
        return configuration.getVertexInputs().entrySet().stream()
                .filter(each -> each.getValue().contains(vertex))
                .map(Map.Entry::getKey)
                .anyMatch(reader -> configuration.getVertices().get(reader) instanceof LayerVertex layer
                                && layer.getLayerConf().getLayer() instanceof BatchNormalization
                        || normsReadFrom(reader));
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

    /** Whether there is a class for each step of a sequence: labels are (N, classes, T) then, even where T is 1. */
    public boolean labelsSteps() {
        return layerOf(configuration, configuration.getNetworkOutputs().get(0)) instanceof RnnOutputLayer;
    }

    /** Labels of an example: 1, or one for each step where the output is an {@link RnnOutputLayer}. */
    public int labelsOfExample() {
        if (!labelsSteps()) {
            return 1;
        }
        return stepsOf(configuration.getNetworkOutputs().get(0));
    }

    /** Of the sequence that comes out of a vertex. */
    private int stepsOf(String vertex) {
        // a copy, as DL4J sets preprocessors while it walks
        ComputationGraphConfiguration copy = SerializationUtils.clone(configuration);
        Map<String, InputType> types = new HashMap<>(copy.getLayerActivationTypes(true, input));
        types.put(configuration.getNetworkInputs().get(0), input);
        long steps = new SequenceLengths(copy, types).of(vertex);
        if (steps == 0) {
            throw new IllegalArgumentException(
                    "of how many steps the sequence of '" + vertex + "' is, the network's configuration does not tell");
        }
        return Math.toIntExact(steps);
    }

    /** What comes out of a vertex. */
    public InputType activationOf(String vertex) {
        // a copy, as DL4J sets preprocessors while it walks
        return SerializationUtils.clone(configuration)
                .getLayerActivationTypes(true, input)
                .get(vertex);
    }

    /** Whether examples are numbers of a vocabulary, one a step, or one alone. */
    public boolean tokens() {
        return isReadBy(EmbeddingSequenceLayer.class) || isReadBy(EmbeddingLayer.class);
    }

    private boolean isReadBy(Class<? extends Layer> kind) {
        String name = configuration.getNetworkInputs().get(0);
        return configuration.getVertices().entrySet().stream()
                .filter(vertex ->
                        configuration.getVertexInputs().get(vertex.getKey()).contains(name))
                .anyMatch(vertex -> vertex.getValue() instanceof LayerVertex layer
                        && kind.isInstance(layer.getLayerConf().getLayer()));
    }

    /** Of a batch of one example, as DL4J reads it. */
    long[] shapeOfFeatures() {
        if (isReadBy(EmbeddingLayer.class)) {
            return new long[] {1, 1};
        }
        return tokens() ? new long[] {1, 1, featureSize()} : input.getShape(true);
    }

    /** Steps of an example that DL4J reads as (F, T); 1 for what it reads in the order in which it comes. */
    int stepsOfFeatures() {
        return !tokens()
                        && input instanceof InputType.InputTypeRecurrent sequence
                        && sequence.getFormat() == RNNFormat.NCW
                ? Math.toIntExact(sequence.getTimeSeriesLength())
                : 1;
    }

    /** Elements of an example. */
    public int featureSize() {
        if (isReadBy(EmbeddingLayer.class)) {
            return 1;
        }
        return tokens()
                ? Math.toIntExact(((InputType.InputTypeRecurrent) input).getTimeSeriesLength())
                : Math.toIntExact(input.arrayElementsPerExample());
    }

    /** Of classes, and told alike of an example's. */
    private static void requireLosses(ComputationGraphConfiguration configuration) {
        ClassLabels first = null;
        for (String output : configuration.getNetworkOutputs()) {
            Layer layer = layerOf(configuration, output);
            if (layer == null) {
                continue; // nothing that the engine or DL4J could train; whoever asks for classes is told
            }
            ILossFunction loss = ClassLabels.require(output, layer);
            first = first == null ? ClassLabels.of(loss) : first;
            if (ClassLabels.of(loss) != first) {
                throw new IllegalArgumentException("output '" + output + "': "
                        + loss.getClass().getSimpleName() + " wants other labels than the loss of the first output");
            }
        }
    }

    private static void requireAuxiliariesAfterTheFirst(ComputationGraphConfiguration configuration) {
        List<String> outputs = configuration.getNetworkOutputs();
        if (outputs.isEmpty()) {
            throw new IllegalArgumentException("a classifier has an output, this network has none");
        }
        for (String other : outputs.subList(1, outputs.size())) {
            long classes = classesOf(configuration, other);
            if (classes == 0 || classes != classesOf(configuration, outputs.get(0))) {
                throw new IllegalArgumentException("output '" + other + "' is no OutputLayer with the classes of '"
                        + outputs.get(0) + "'; outputs after the first are auxiliary classifiers");
            }
        }
    }

    /** 0 for what is no {@link OutputLayer}. */
    private static long classesOf(ComputationGraphConfiguration configuration, String output) {
        return configuration.getVertices().get(output) instanceof LayerVertex vertex
                        && vertex.getLayerConf().getLayer() instanceof OutputLayer layer
                ? layer.getNOut()
                : 0;
    }

    private static void requireOne(String what, List<String> names) {
        if (names.size() != 1) {
            throw new IllegalArgumentException("a classifier has one " + what + ", this network has " + names);
        }
    }
}
