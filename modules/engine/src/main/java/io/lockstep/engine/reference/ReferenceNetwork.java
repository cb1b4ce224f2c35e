package io.lockstep.engine.reference;

import io.lockstep.engine.Columns;
import io.lockstep.engine.ExampleOperation;
import io.lockstep.engine.Graph;
import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.Loss;
import io.lockstep.engine.Operation;
import io.lockstep.engine.Operation.Input;
import io.lockstep.engine.Operation.Last;
import io.lockstep.engine.Shape;
import io.lockstep.engine.operations.ActivationNoise;
import io.lockstep.engine.operations.Elementwise.Activation;
import io.lockstep.engine.operations.Elementwise.Add;
import io.lockstep.engine.operations.Elementwise.Combination;
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
import io.lockstep.engine.operations.Sources;
import io.lockstep.engine.operations.Sources.Constant;
import io.lockstep.engine.operations.Sources.Parameter;
import io.lockstep.engine.operations.Sources.RandomNumbers;
import java.util.Arrays;
import java.util.List;

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
    private final double[][] sums;
    private int examples;

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
        sums = new double[graph.nodes().size()][];
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

    /**
     * Of a graph whose losses read class numbers.
     *
     * @param features (examples, height, width, channels)
     */
    public void forward(double[] features, int[] classes) {
        List<Node> inputs = graph.inputs();
        double[][] given = new double[inputs.size()][];
        given[0] = features;
        int count = 0;
        for (int slot = 1; slot < given.length; slot++) {
            if (((Input) inputs.get(slot).operation()).column().equals(Columns.LABELS)) {
                given[slot] = Arrays.stream(classes).asDoubleStream().toArray();
                count = classes.length / inputs.get(slot).shape().elements();
            }
        }
        forward(given, count);
    }

    /**
     * Of a part of a network, whose loss is elsewhere.
     *
     * @return what the last node reads
     */
    public double[] forward(double[] features, int count) {
        double[][] given = new double[graph.inputs().size()][];
        given[0] = features;
        forward(given, count);
        return scores();
    }

    /** @param given the numbers of each of {@link Graph#inputs}; null for what this pass does not give */
    public void forward(double[][] given, int count) {
        examples = count;
        int slot = 0;
        for (Node node : graph.nodes()) {
            double[] y = new double[examples * node.shape().elements()];
            outputs[node.index()] = y;
            if (node.operation() instanceof Input input) {
                take(input, given[slot++], y);
            } else if (node.operation() instanceof Loss) {
                sums[node.index()] = loss(node, zerosLike(node));
            } else if (node.operation() instanceof Sources source) {
                emit(source, node, y);
            } else {
                forward(node, outputs[node.input()], y);
            }
        }
    }

    private void emit(Sources source, Node node, double[] y) {
        int elements = node.shape().elements();
        for (int i = 0; i < y.length; i++) {
            if (source instanceof Constant constant) {
                y[i] = constant.values().get(i % elements);
            } else if (source instanceof RandomNumbers numbers) {
                y[i] = numbers.value(seed, node.stream(), firstExample * elements + i);
            } else {
                y[i] = parameters[(int) node.parametersAt() + i % elements];
            }
        }
    }

    private static void take(Input input, double[] given, double[] y) {
        if (given != null) {
            System.arraycopy(given, 0, y, 0, y.length);
        } else if (input.ifAbsent() != null) {
            Arrays.fill(y, input.ifAbsent());
        } else {
            throw new IllegalArgumentException("a pass without " + input.column());
        }
    }

    /** @return what it tells */
    private double[] loss(Node node, double[][] ofPredictions) {
        return ReferenceLoss.run(graph, node, training, inputsOf(node, outputs), ofPredictions);
    }

    private double[][] zerosLike(Node node) {
        return node.inputs().stream()
                .map(input -> new double[outputs[input].length])
                .toArray(double[][]::new);
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
            backward(graph.node(i));
        }
        return gradients;
    }

    /** @return the gradient of the sum of the losses, at running statistics their change */
    public double[] backward() {
        for (Node node : graph.nodes()) {
            outputGradients[node.index()] = new double[outputs[node.index()].length];
        }
        for (int i = graph.nodes().size() - 1; i > 0; i--) {
            if (graph.node(i).operation() instanceof Loss) {
                loss(graph.node(i), inputsOf(graph.node(i), outputGradients));
            } else {
                backward(graph.node(i));
            }
        }
        dropWeights(gradients);
        return gradients;
    }

    private void backward(Node node) {
        double[] dy = outputGradients[node.index()];
        if (!node.inputs().isEmpty()) {
            backward(node, dy, outputs[node.input()], outputGradients[node.input()]);
        }
        for (int i = 0; node.operation() instanceof Parameter && i < dy.length; i++) {
            gradients[(int) node.parametersAt() + i % node.parameters()] += dy[i];
        }
    }

    /** What the last node reads. */
    double[] scores() {
        return outputs[graph.last().input()];
    }

    double[] output(Node node) {
        return outputs[node.index()];
    }

    /** What a loss tells. */
    double[] sums(Node node) {
        return sums[node.index()];
    }

    /** Of the losses at the features' elements, after {@link #backward}. */
    public double[] inputGradient() {
        return outputGradients[0];
    }

    /** What {@link #backward} is the gradient of: each loss, auxiliary ones too, times its weight. */
    public double objective() {
        double sum = 0;
        for (Node node : graph.nodes()) {
            if (node.operation() instanceof Loss) {
                sum += ReferenceLoss.weightOf(graph, node) * sums(node)[0];
            }
        }
        return sum;
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
        } else if (operation instanceof ExampleOperation own) {
            new ReferenceExamples(own, graph.inputShapesOf(node), node.shape(), examples)
                    .forward(inputsOf(node, outputs), y);
        } else if (ReferenceSequence.has(operation)) {
            onSequence(node).forward(inputsOf(node, outputs), y);
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
        } else if (operation instanceof ExampleOperation own) {
            if (own.passesGradient()) {
                new ReferenceExamples(own, graph.inputShapesOf(node), node.shape(), examples)
                        .backward(inputsOf(node, outputs), outputs[node.index()], dy, inputsOf(node, outputGradients));
            }
        } else if (ReferenceSequence.has(operation)) {
            onSequence(node).backward(inputsOf(node, outputs), dy, inputsOf(node, outputGradients));
        } else if (operation instanceof Last) {
            addTo(dx, dy);
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
