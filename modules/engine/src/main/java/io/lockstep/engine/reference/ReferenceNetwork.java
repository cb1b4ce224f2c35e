package io.lockstep.engine.reference;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.Operation;
import io.lockstep.engine.Operation.Input;
import io.lockstep.engine.Operation.Last;
import io.lockstep.engine.Plan.PassResult;
import io.lockstep.engine.Shape;
import io.lockstep.engine.operations.ActivationNoise;
import io.lockstep.engine.operations.Elementwise.Activation;
import io.lockstep.engine.operations.Elementwise.Add;
import io.lockstep.engine.operations.Elementwise.Combination;
import io.lockstep.engine.operations.Losses.Judgement;
import io.lockstep.engine.operations.Losses.SoftmaxCrossEntropy;
import io.lockstep.engine.operations.Moves.ChannelRange;
import io.lockstep.engine.operations.Moves.Concatenation;
import io.lockstep.engine.operations.Moves.Flatten;
import io.lockstep.engine.operations.Moves.Reshape;
import io.lockstep.engine.operations.Moves.ZeroPadding;
import io.lockstep.engine.operations.Noise;
import io.lockstep.engine.operations.Norm.BatchNorm;
import io.lockstep.engine.operations.Norm.ResponseNorm;
import io.lockstep.engine.operations.Products.Convolution;
import io.lockstep.engine.operations.Products.Dense;
import io.lockstep.engine.operations.Products.TransposedConvolution;
import io.lockstep.engine.operations.Resampling.NormPooling;
import io.lockstep.engine.operations.Resampling.Pooling;
import io.lockstep.engine.operations.Resampling.Upsampling;
import java.util.Arrays;

/** One forward and backward pass of a graph, everything kept. */
public final class ReferenceNetwork {
    private final Graph graph;
    private final double[] parameters;
    private final boolean training;
    private final long seed;
    private final long firstExample;
    private final double[][] outputs;
    private final double[][] outputGradients;
    private final double[] gradients;
    private int examples;
    private int[] labels;

    /**
     * @param training false uses running statistics and no dropout, and has no backward
     * @param seed of noise
     * @param firstExample place of the first example in a larger batch; see {@link io.lockstep.engine.Plan#forwardBackward}
     */
    public ReferenceNetwork(Graph graph, double[] parameters, boolean training, long seed, long firstExample) {
        this.graph = graph;
        this.parameters = parameters.clone();
        this.training = training;
        this.seed = seed;
        this.firstExample = firstExample;
        outputs = new double[graph.nodes().size()][];
        outputGradients = new double[graph.nodes().size()][];
        gradients = new double[parameters.length];
        if (training) {
            dropWeights(this.parameters);
        }
    }

    /** DropConnect: of weights before forward, and of their gradients after backward. */
    private void dropWeights(double[] flat) {
        for (Node node : graph.nodes()) {
            for (int i = 0; i < node.parameters(); i++) {
                flat[(int) node.parametersAt() + i] *= graph.weightFactor(seed, node, i);
            }
        }
    }

    /** @param features (examples, height, width, channels) */
    public PassResult forward(double[] features, int[] classes) {
        labels = classes;
        examples = classes.length / graph.last().shape().pixels();
        for (Node node : graph.nodes()) {
            double[] y = new double[examples * node.shape().elements()];
            outputs[node.index()] = y;
            if (node.operation() instanceof Input) {
                System.arraycopy(features, 0, y, 0, y.length);
            } else {
                forward(node, outputs[node.input()], y);
            }
        }
        return result();
    }

    /**
     * Forward of all nodes but the loss: a part of a network, whose loss is elsewhere.
     *
     * @return what the loss would read
     */
    public double[] forward(double[] features, int count) {
        examples = count;
        for (Node node : graph.nodes().subList(0, graph.last().index())) {
            double[] y = new double[examples * node.shape().elements()];
            outputs[node.index()] = y;
            if (node.operation() instanceof Input) {
                System.arraycopy(features, 0, y, 0, y.length);
            } else {
                forward(node, outputs[node.input()], y);
            }
        }
        return outputs[graph.last().input()];
    }

    /**
     * Backward of what {@link #forward(double[], int)} did.
     *
     * @param outputGradient of what it returned
     * @return the parameters' gradient; {@link #inputGradient} has the input's
     */
    public double[] backward(double[] outputGradient) {
        for (Node node : graph.nodes().subList(0, graph.last().index())) {
            outputGradients[node.index()] = new double[outputs[node.index()].length];
        }
        System.arraycopy(outputGradient, 0, outputGradients[graph.last().input()], 0, outputGradient.length);
        for (int i = graph.last().index() - 1; i > 0; i--) {
            Node node = graph.node(i);
            backward(node, outputGradients[i], outputs[node.input()], outputGradients[node.input()]);
        }
        return gradients;
    }

    /** @return the gradient of the sum of the losses, at running statistics their change */
    public double[] backward() {
        for (Node node : graph.nodes()) {
            outputGradients[node.index()] = new double[outputs[node.index()].length];
        }
        for (int i = graph.nodes().size() - 1; i > 0; i--) {
            Node node = graph.node(i);
            backward(node, outputGradients[i], outputs[node.input()], outputGradients[node.input()]);
        }
        dropWeights(gradients);
        return gradients;
    }

    public int[] predictions() {
        int classes = graph.last().shape().channels();
        int[] predictions = new int[labels.length];
        for (int n = 0; n < labels.length; n++) {
            int best = graph.last().operation() instanceof Judgement && probability(n, 0) > 0 ? 1 : 0;
            for (int c = 1; c < classes; c++) {
                if (probability(n, c) > probability(n, best)) {
                    best = c;
                }
            }
            predictions[n] = best;
        }
        return predictions;
    }

    /** What the last node read in the last forward. */
    double[] scores() {
        return outputs[graph.last().input()];
    }

    /** Of the loss at the input's elements, after {@link #backward}. */
    public double[] inputGradient() {
        return outputGradients[0];
    }

    private double probability(int place, int c) {
        return outputs[graph.last().index()][place * graph.last().shape().channels() + c];
    }

    private PassResult result() {
        if (graph.last().operation() instanceof Judgement judgement) {
            return judged(judgement);
        }
        int correct = 0;
        int[] predictions = predictions();
        for (int n = 0; n < labels.length; n++) {
            correct += predictions[n] == labels[n] ? 1 : 0;
        }
        return new PassResult(crossEntropy(graph.last()), correct);
    }

    /** What {@link #backward} is the gradient of: each loss, auxiliary ones too, times its weight. */
    public double objective() {
        double sum = 0;
        for (Node node : graph.nodes()) {
            if (node.operation() instanceof SoftmaxCrossEntropy softmax) {
                sum += softmax.weight() * crossEntropy(node);
            } else if (node.operation() instanceof Judgement judgement) {
                sum += judged(judgement).lossSum();
            }
        }
        return sum;
    }

    /** @param node a softmax */
    private double crossEntropy(Node node) {
        int classes = node.shape().channels();
        double smoothing = training ? ((SoftmaxCrossEntropy) node.operation()).labelSmoothing() : 0;
        double loss = 0;
        for (int n = 0; n < labels.length; n++) {
            for (int c = 0; c < classes && labels[n] != SoftmaxCrossEntropy.NO_LABEL; c++) {
                loss -= target(n, c, classes, smoothing) * Math.log(outputs[node.index()][n * classes + c]);
            }
        }
        return loss;
    }

    private PassResult judged(Judgement judgement) {
        double loss = 0;
        int correct = 0;
        for (int n = 0; n < labels.length; n++) {
            loss += judgement.loss(probability(n, 0), labels[n] == 1);
            correct += predictions()[n] == labels[n] ? 1 : 0;
        }
        return new PassResult(loss, correct);
    }

    private double target(int place, int c, int classes, double smoothing) {
        return (labels[place] == c ? 1 - smoothing : 0) + smoothing / classes;
    }

    private void forward(Node node, double[] x, double[] y) {
        Operation operation = node.operation();
        Shape shape = graph.inputShapeOf(node);
        if (operation instanceof Convolution convolution) {
            new ReferenceConvolution(convolution, shape, node, examples).forward(x, parameters, y);
        } else if (operation instanceof TransposedConvolution convolution) {
            new ReferenceConvolution(convolution, shape, node, examples).transposed(x, parameters, y);
        } else if (operation instanceof Dense dense) {
            dense(node, dense, x, y);
        } else if (operation instanceof BatchNorm norm) {
            new ReferenceBatchNorm(norm, node, training).forward(x, parameters, y);
        } else if (operation instanceof Activation activation) {
            Arrays.setAll(y, i -> ReferenceActivation.value(activation, x[i]));
        } else if (operation instanceof Pooling pooling) {
            new ReferencePooling(pooling, shape, node.shape(), examples).forward(x, y);
        } else if (operation instanceof ResponseNorm norm) {
            new ReferenceResponseNorm(norm, shape.channels()).forward(x, y);
        } else if (operation instanceof NormPooling pooling) {
            new ReferencePooling(pooling.window(), shape, node.shape(), examples).forwardNorm(pooling.p(), x, y);
        } else if (operation instanceof Upsampling upsampling) {
            ReferenceUpsampling.forEach(upsampling, shape, examples, (from, to) -> y[to] = x[from]);
        } else if (operation instanceof Combination combination) {
            ReferenceCombination.forward(combination.how(), inputsOf(node, outputs), y);
        } else if (operation instanceof Add) {
            node.inputs().forEach(input -> addTo(y, outputs[input]));
        } else if (operation instanceof Noise) {
            ActivationNoise noise = new ActivationNoise(node);
            long first = firstExample * node.shape().elements();
            Arrays.setAll(
                    y, i -> training ? x[i] * noise.factor(seed, first + i) + noise.offset(seed, first + i) : x[i]);
        } else if (ReferenceSequence.has(operation)) {
            onSequence(node).forward(inputsOf(node, outputs), y);
        } else if (operation instanceof SoftmaxCrossEntropy) {
            softmax(x, y, node.shape().channels());
        } else if (operation instanceof Last) {
            System.arraycopy(x, 0, y, 0, y.length);
        } else {
            copy(node, (from, input, to) -> y[to] = outputs[input][from]);
        }
    }

    private void backward(Node node, double[] dy, double[] x, double[] dx) {
        Operation operation = node.operation();
        Shape shape = graph.inputShapeOf(node);
        if (operation instanceof Convolution convolution) {
            new ReferenceConvolution(convolution, shape, node, examples).backward(x, parameters, dy, dx, gradients);
        } else if (operation instanceof TransposedConvolution convolution) {
            new ReferenceConvolution(convolution, shape, node, examples)
                    .transposedBackward(x, parameters, dy, dx, gradients);
        } else if (operation instanceof Dense dense) {
            denseBackward(node, dense, x, dy, dx);
        } else if (operation instanceof BatchNorm norm) {
            new ReferenceBatchNorm(norm, node, training).backward(x, parameters, dy, dx, gradients);
        } else if (operation instanceof Activation activation) {
            for (int i = 0; i < dx.length; i++) {
                dx[i] += dy[i] * ReferenceActivation.slope(activation, x[i]);
            }
        } else if (operation instanceof Pooling pooling) {
            new ReferencePooling(pooling, shape, node.shape(), examples).backward(x, dy, dx);
        } else if (operation instanceof ResponseNorm norm) {
            new ReferenceResponseNorm(norm, shape.channels()).backward(x, dy, dx);
        } else if (operation instanceof NormPooling pooling) {
            new ReferencePooling(pooling.window(), shape, node.shape(), examples)
                    .backwardNorm(pooling.p(), x, outputs[node.index()], dy, dx);
        } else if (operation instanceof Upsampling upsampling) {
            ReferenceUpsampling.forEach(upsampling, shape, examples, (from, to) -> dx[from] += dy[to]);
        } else if (operation instanceof Combination combination) {
            ReferenceCombination.backward(
                    combination.how(), inputsOf(node, outputs), dy, inputsOf(node, outputGradients));
        } else if (operation instanceof Add) {
            node.inputs().forEach(input -> addTo(outputGradients[input], dy));
        } else if (operation instanceof Noise) {
            ActivationNoise noise = new ActivationNoise(node);
            long first = firstExample * node.shape().elements();
            for (int i = 0; i < dx.length; i++) {
                dx[i] += dy[i] * noise.factor(seed, first + i);
            }
        } else if (ReferenceSequence.has(operation)) {
            onSequence(node).backward(inputsOf(node, outputs), dy, inputsOf(node, outputGradients));
        } else if (operation instanceof Judgement judgement) {
            Arrays.setAll(dx, i -> judgement.slope(x[i], labels[i] == 1));
        } else if (operation instanceof SoftmaxCrossEntropy loss) {
            int classes = node.shape().channels();
            for (int i = 0; i < dx.length; i++) {
                if (labels[i / classes] != SoftmaxCrossEntropy.NO_LABEL) {
                    double target = target(i / classes, i % classes, classes, loss.labelSmoothing());
                    dx[i] += loss.weight() * (outputs[node.index()][i] - target);
                }
            }
        } else {
            copy(node, (from, input, to) -> outputGradients[input][from] += dy[to]);
        }
    }

    private ReferenceSequence onSequence(Node node) {
        var pass = new ReferenceSequence.Pass(training, seed, firstExample);
        return ReferenceSequence.of(graph, node, examples, parameters, gradients, pass);
    }

    private static double[][] inputsOf(Node node, double[][] ofNodes) {
        return node.inputs().stream().map(input -> ofNodes[input]).toArray(double[][]::new);
    }

    private static void addTo(double[] to, double[] x) {
        for (int i = 0; i < to.length; i++) {
            to[i] += x[i];
        }
    }

    private void dense(Node node, Dense dense, double[] x, double[] y) {
        int inputs = graph.inputShapeOf(node).channels();
        int at = (int) node.parametersAt();
        for (int n = 0; n < x.length / inputs; n++) {
            for (int o = 0; o < dense.outputs(); o++) {
                double sum = dense.bias() ? parameters[at + inputs * dense.outputs() + o] : 0;
                for (int i = 0; i < inputs; i++) {
                    sum += x[n * inputs + i] * parameters[at + o * inputs + i];
                }
                y[n * dense.outputs() + o] = sum;
            }
        }
    }

    private void denseBackward(Node node, Dense dense, double[] x, double[] dy, double[] dx) {
        int inputs = graph.inputShapeOf(node).channels();
        int at = (int) node.parametersAt();
        for (int n = 0; n < x.length / inputs; n++) {
            for (int o = 0; o < dense.outputs(); o++) {
                double gradient = dy[n * dense.outputs() + o];
                if (dense.bias()) {
                    gradients[at + inputs * dense.outputs() + o] += gradient;
                }
                for (int i = 0; i < inputs; i++) {
                    gradients[at + o * inputs + i] += gradient * x[n * inputs + i];
                    dx[n * inputs + i] += gradient * parameters[at + o * inputs + i];
                }
            }
        }
    }

    private static void softmax(double[] x, double[] y, int classes) {
        for (int n = 0; n < x.length / classes; n++) {
            double max = Double.NEGATIVE_INFINITY;
            for (int c = 0; c < classes; c++) {
                max = Math.max(max, x[n * classes + c]);
            }
            double sum = 0;
            for (int c = 0; c < classes; c++) {
                y[n * classes + c] = Math.exp(x[n * classes + c] - max);
                sum += y[n * classes + c];
            }
            for (int c = 0; c < classes; c++) {
                y[n * classes + c] /= sum;
            }
        }
    }

    private interface Move {
        void element(int from, int input, int to);
    }

    /** Operations that only move elements: concatenation, zero padding, flattening, a range of channels. */
    private void copy(Node node, Move move) {
        Shape to = node.shape();
        int channelsBefore = 0;
        for (int input : node.inputs()) {
            Shape from = graph.node(input).shape();
            for (int n = 0; n < examples; n++) {
                for (int h = 0; h < from.height(); h++) {
                    for (int w = 0; w < from.width(); w++) {
                        for (int c = firstChannel(node); c < lastChannel(node, from); c++) {
                            int target = place(node.operation(), from, to, h, w, c + channelsBefore);
                            move.element(index(from, n, h, w, c), input, n * to.elements() + target);
                        }
                    }
                }
            }
            channelsBefore += from.channels();
        }
    }

    private static int firstChannel(Node node) {
        return node.operation() instanceof ChannelRange range ? range.first() : 0;
    }

    private static int lastChannel(Node node, Shape from) {
        return node.operation() instanceof ChannelRange range ? range.first() + range.count() : from.channels();
    }

    private static int place(Operation operation, Shape from, Shape to, int h, int w, int c) {
        if (operation instanceof Reshape) {
            return index(from, 0, h, w, c);
        } else if (operation instanceof Flatten flatten) {
            return flatten.channelsFirst()
                    ? (c * from.height() + h) * from.width() + w
                    : (h * from.width() + w) * from.channels() + c;
        } else if (operation instanceof ZeroPadding padding) {
            return index(to, 0, h + padding.top(), w + padding.left(), c + padding.channelsBefore());
        } else if (operation instanceof Concatenation) {
            return index(to, 0, h, w, c);
        } else if (operation instanceof ChannelRange range) {
            return index(to, 0, h, w, c - range.first());
        }
        throw new UnsupportedOperationException(operation.toString());
    }

    static int index(Shape shape, int n, int h, int w, int c) {
        return ((n * shape.height() + h) * shape.width() + w) * shape.channels() + c;
    }
}
