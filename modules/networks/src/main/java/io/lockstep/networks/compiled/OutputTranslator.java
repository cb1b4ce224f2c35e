package io.lockstep.networks.compiled;

import io.lockstep.engine.Columns;
import io.lockstep.engine.ElementType;
import io.lockstep.engine.GraphBuilder;
import io.lockstep.engine.Loss;
import io.lockstep.engine.Operation.Input;
import io.lockstep.engine.Shape;
import io.lockstep.engine.operations.Losses.BinaryLoss;
import io.lockstep.engine.operations.Losses.Rule;
import io.lockstep.engine.operations.Losses.SoftmaxCrossEntropy;
import io.lockstep.engine.operations.Products.Dense;
import io.lockstep.engine.operations.VectorLosses.WeightedCrossEntropy;
import io.lockstep.networks.Exactly;
import io.lockstep.networks.LabelKind;
import io.lockstep.networks.OutputFeed;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossNegativeLogLikelihood;
import org.nd4j.linalg.lossfunctions.impl.LossSparseMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossWasserstein;

/** DL4J's output layers, and their losses. */
final class OutputTranslator {
    /** How near to 0 and 1 DL4J lets probabilities come by default, which makes no difference that a test could see. */
    private static final double SOFTMAX_CLIP = 1e-10;

    private final GraphBuilder graph;
    private final LayerTranslator layers;
    private final ImageTranslator images;
    private final double labelSmoothing;
    /** By output. */
    private final Map<String, OutputFeed> feeds = new LinkedHashMap<>();
    /** By output. */
    private final Map<String, Ending> endings = new HashMap<>();
    /** Nodes that a pass gives columns to, by column. */
    private final Map<String, String> inputs = new HashMap<>();

    /** @param outputs of the network; none where its losses are elsewhere; nodes of its inputs, by column, are {@link #read} already */
    OutputTranslator(
            GraphBuilder graph,
            LayerTranslator layers,
            ImageTranslator images,
            double labelSmoothing,
            List<OutputFeed> outputs) {
        this.graph = graph;
        this.layers = layers;
        this.images = images;
        this.labelSmoothing = labelSmoothing;
        outputs.forEach(feed -> feeds.put(feed.output(), feed));
    }

    void addTo(LayerRules rules) {
        rules.add(OutputLayer.class, this::output);
        rules.add(RnnOutputLayer.class, this::output);
        rules.add(LossLayer.class, (name, layer, x) -> end(name, layer.getActivationFn(), layer.getLossFn(), x));
        rules.add(RnnLossLayer.class, (name, layer, x) -> end(name, layer.getActivationFn(), layer.getLossFn(), x));
        rules.add(CnnLossLayer.class, (name, layer, x) -> {
            images.requireFormat(name, layer.getFormat());
            return end(name, layer.getActivationFn(), layer.getLossFn(), x);
        });
    }

    private String output(String name, OutputLayer layer, String input) {
        if (graph.shapeOf(input).pixels() > 1) {
            throw unsupported(name, "OutputLayer of each step; RnnOutputLayer is one");
        }
        graph.add(name, new Dense(Math.toIntExact(layer.getNOut()), layer.hasBias()), input);
        return end(name, layer.getActivationFn(), layer.getLossFn(), name);
    }

    private String output(String name, RnnOutputLayer layer, String input) {
        graph.add(name, new Dense(Math.toIntExact(layer.getNOut()), layer.hasBias()), input);
        return end(name, layer.getActivationFn(), layer.getLossFn(), name);
    }

    /**
     * How an output ends, once all vertices are there.
     *
     * @param predictions node that the loss reads
     * @param answers node that holds what the output gives, or its scores where it is told classes
     */
    private record Ending(Loss loss, String predictions, String answers) {}

    private String end(String name, IActivation function, ILossFunction loss, String scores) {
        if (feeds.isEmpty()) {
            return scores; // losses are elsewhere
        }
        OutputFeed feed = feeds.get(name);
        if (feed != null && feed.kind() == LabelKind.VALUES) {
            LossTranslator.Translated translated = LossTranslator.ofValues(name, function, loss);
            String given = layers.activationOfRows(graph.beside(name, "activation"), function, scores);
            endings.put(name, new Ending(translated.loss(), translated.ofLogits() ? scores : given, given));
        } else {
            endings.put(name, new Ending(ofClasses(name, function, loss, graph.shapeOf(scores)), scores, scores));
        }
        return scores;
    }

    /** What the network's output answers in a test. */
    String answersOf(String output) {
        return endings.get(output).answers();
    }

    /** A node that holds a column already. */
    void read(String column, String node) {
        inputs.put(column, node);
    }

    /**
     * Appends an output's loss, and then it is the graph's own.
     *
     * @param own whether it is the network's first output
     */
    void appendLoss(String output, boolean own) {
        Ending ending = endings.get(output);
        if (ending == null) {
            throw unsupported(output, "output that is no output layer");
        }
        OutputFeed feed = feeds.get(output);
        String name = graph.beside(output, "loss");
        boolean usual = feed.column().equals(Columns.LABELS) && feed.mask() == null && isAlone();
        String[] read = usual ? new String[] {ending.predictions()} : told(feed, ending.predictions());
        if (own && feed.kind() == LabelKind.VALUES) {
            graph.output(ending.answers());
        }
        if (own || feed.auxiliary()) {
            graph.add(name, ending.loss(), read);
        } else {
            graph.loss(name, ending.loss(), 1, read);
        }
    }

    /** Whether all outputs are told the same. */
    private boolean isAlone() {
        return feeds.values().stream().skip(1).allMatch(OutputFeed::auxiliary);
    }

    /** Predictions, labels, a weight of each example, and a mask if there is one. */
    private String[] told(OutputFeed feed, String predictions) {
        Shape shape = graph.shapeOf(predictions);
        Shape rows = new Shape(shape.height(), shape.width(), 1);
        boolean classes = feed.kind() == LabelKind.CLASSES;
        String labels = input(
                classes ? new Input(feed.column(), rows, ElementType.INT32, null) : new Input(feed.column(), shape));
        String weights = input(Columns.weights());
        return feed.mask() == null
                ? new String[] {predictions, labels, weights}
                : new String[] {predictions, labels, weights, input(new Input(feed.mask(), rows))};
    }

    private String input(Input input) {
        return inputs.computeIfAbsent(input.column(), column -> {
            String node = graph.beside(column, "column");
            graph.add(node, input);
            return node;
        });
    }

    private Loss ofClasses(String name, IActivation function, ILossFunction loss, Shape scores) {
        boolean one = scores.elements() == 1;
        if (one && Exactly.is(ActivationSigmoid.class, function) && Exactly.is(LossBinaryXENT.class, loss)) {
            LossBinaryXENT binary = (LossBinaryXENT) loss;
            if (binary.getWeights() != null || labelSmoothing > 0) {
                throw unsupported(name, "sigmoid cross-entropy with weights or label smoothing");
            }
            return new BinaryLoss(Rule.CROSS_ENTROPY, binary.getClipEps());
        } else if (one && Exactly.is(ActivationIdentity.class, function) && Exactly.is(LossWasserstein.class, loss)) {
            return new BinaryLoss(Rule.WASSERSTEIN);
        }
        return softmaxCrossEntropy(name, function, loss, scores.pixels() > 1);
    }

    /**
     * Weights of classes that are all the same weigh each label: 1 / T makes DL4J's sum over T steps a mean.
     *
     * @param steps whether there is a label of each step or pixel; then the loss that is told is the plain sum
     */
    private Loss softmaxCrossEntropy(String name, IActivation function, ILossFunction loss, boolean steps) {
        if (!Exactly.is(ActivationSoftmax.class, function) || !isCrossEntropy(loss)) {
            throw unsupported(
                    name,
                    "output of " + function.getClass().getSimpleName() + " with "
                            + loss.getClass().getSimpleName()
                            + " that is told classes; it has softmax, or one sigmoid, with cross-entropy, and a critic's");
        }
        requireUsualClip(name, (LossMCXENT) loss);
        List<Double> weights = LossTranslator.list(((LossMCXENT) loss).getWeights());
        double weight = weights.isEmpty() ? 1 : weights.get(0);
        boolean same = weights.stream().allMatch(each -> each == weight);
        OutputFeed feed = feeds.get(name);
        boolean auxiliary = feed != null && feed.auxiliary();
        if (same && (weight == 1 || steps || auxiliary)) {
            return new SoftmaxCrossEntropy(labelSmoothing, weight);
        }
        if (labelSmoothing > 0) {
            throw unsupported(name, "label smoothing of a cross-entropy with weights of classes");
        }
        return new WeightedCrossEntropy(weights);
    }

    static void requireUsualClip(String name, LossMCXENT loss) {
        if (loss.getSoftmaxClipEps() != SOFTMAX_CLIP) {
            throw unsupported(name, "cross-entropy with a softmaxClipEps of its own");
        }
    }

    /** DL4J has it under three names: the second is the same, the third is given the same labels as numbers. */
    private static boolean isCrossEntropy(ILossFunction loss) {
        return Exactly.is(LossMCXENT.class, loss)
                || Exactly.is(LossNegativeLogLikelihood.class, loss)
                || Exactly.is(LossSparseMCXENT.class, loss);
    }

    private static UnsupportedOperationException unsupported(String vertex, String what) {
        return GraphTranslator.unsupported(vertex, what);
    }
}
