package io.lockstep.networks.compiled;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Operation;
import io.lockstep.engine.operations.Losses.Judgement;
import io.lockstep.engine.operations.Losses.Rule;
import io.lockstep.engine.operations.Losses.SoftmaxCrossEntropy;
import io.lockstep.engine.operations.Moves.Pixels;
import io.lockstep.engine.operations.Products.Dense;
import io.lockstep.networks.Exactly;
import java.util.HashMap;
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
import org.nd4j.linalg.api.ndarray.INDArray;
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

    private final Graph.Builder graph;
    private final ImageTranslator images;
    private final double labelSmoothing;
    /** By output. */
    private final Map<String, Loss> losses = new HashMap<>();

    OutputTranslator(Graph.Builder graph, ImageTranslator images, double labelSmoothing) {
        this.graph = graph;
        this.images = images;
        this.labelSmoothing = labelSmoothing;
    }

    void addTo(LayerRules rules) {
        rules.add(OutputLayer.class, this::output);
        rules.add(RnnOutputLayer.class, this::output);
        rules.add(
                LossLayer.class,
                (name, layer, x) -> lose(name, softmaxCrossEntropy(name, layer.getActivationFn(), layer.getLossFn()), x));
        rules.add(
                RnnLossLayer.class,
                (name, layer, x) -> lose(name, softmaxCrossEntropy(name, layer.getActivationFn(), layer.getLossFn()), x));
        rules.add(CnnLossLayer.class, (name, layer, x) -> {
            images.requireFormat(name, layer.getFormat());
            Operation loss = softmaxCrossEntropy(name, layer.getActivationFn(), layer.getLossFn());
            return lose(name, loss, append(name, new Pixels(), x));
        });
    }

    private String append(String name, Operation operation, String input) {
        graph.add(name, operation, input);
        return name;
    }

    private String output(String name, OutputLayer layer, String input) {
        if (graph.shapeOf(input).pixels() > 1) {
            throw unsupported(name, "OutputLayer of each step; RnnOutputLayer is one");
        }
        Operation loss = lossOf(name, layer);
        append(name, new Dense(Math.toIntExact(layer.getNOut()), layer.hasBias()), input);
        return lose(name, loss, name);
    }

    private String output(String name, RnnOutputLayer layer, String input) {
        Operation loss = softmaxCrossEntropy(name, layer.getActivationFn(), layer.getLossFn());
        append(name, new Dense(Math.toIntExact(layer.getNOut()), layer.hasBias()), input);
        return lose(name, loss, name);
    }

    /** Notes what an output's scores become once all vertices are there. */
    private String lose(String name, Operation loss, String scores) {
        losses.put(name, new Loss(loss, scores));
        return scores;
    }

    /**
     * Appends an output's loss, and then it is the graph's own.
     *
     * @param own whether it is the network's first output, whose loss is told: DL4J would tell a weighted one
     */
    void appendLoss(String output, boolean own) {
        Loss loss = losses.get(output);
        if (loss == null) {
            throw unsupported(output, "output that is no output layer");
        }
        boolean steps = graph.shapeOf(loss.scores).pixels() > 1;
        if (!own && (steps || !(loss.operation instanceof SoftmaxCrossEntropy))) {
            throw unsupported(output, "auxiliary output other than softmax of a vector");
        }
        if (own && !steps && loss.operation instanceof SoftmaxCrossEntropy softmax && softmax.weight() != 1) {
            throw unsupported(output, "weighted cross-entropy, but of each step or an auxiliary classifier");
        }
        append(graph.beside(output, "loss"), loss.operation, loss.scores);
    }

    /** @param scores node that the loss reads */
    private record Loss(Operation operation, String scores) {}

    private Operation lossOf(String name, OutputLayer layer) {
        IActivation function = layer.getActivationFn();
        ILossFunction loss = layer.getLossFn();
        boolean one = layer.getNOut() == 1;
        if (one && Exactly.is(ActivationSigmoid.class, function) && Exactly.is(LossBinaryXENT.class, loss)) {
            LossBinaryXENT binary = (LossBinaryXENT) loss;
            if (binary.getWeights() != null || labelSmoothing > 0) {
                throw unsupported(name, "sigmoid cross-entropy with weights or label smoothing");
            }
            return new Judgement(Rule.CROSS_ENTROPY, binary.getClipEps());
        } else if (one && Exactly.is(ActivationIdentity.class, function) && Exactly.is(LossWasserstein.class, loss)) {
            return new Judgement(Rule.WASSERSTEIN);
        }
        return softmaxCrossEntropy(name, function, loss);
    }

    /** Weights of classes that are all the same weigh each label: 1 / T makes DL4J's sum over T steps a mean. */
    private SoftmaxCrossEntropy softmaxCrossEntropy(String name, IActivation function, ILossFunction loss) {
        if (!Exactly.is(ActivationSoftmax.class, function) || !isCrossEntropy(loss)) {
            throw unsupported(
                    name,
                    "output of " + function.getClass().getSimpleName() + " with "
                            + loss.getClass().getSimpleName()
                            + "; it has softmax, or one sigmoid, with cross-entropy, and a critic's");
        }
        if (((LossMCXENT) loss).getSoftmaxClipEps() != SOFTMAX_CLIP) {
            throw unsupported(name, "cross-entropy with a softmaxClipEps of its own");
        }
        INDArray weights = ((LossMCXENT) loss).getWeights();
        double weight = weights == null ? 1 : weights.getDouble(0);
        if (weights != null
                && (weights.minNumber().doubleValue() != weight
                        || weights.maxNumber().doubleValue() != weight)) {
            throw unsupported(name, "cross-entropy with other weights for other classes");
        }
        return new SoftmaxCrossEntropy(labelSmoothing, weight);
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
