package io.lockstep.engine.reference;

import io.lockstep.engine.Columns;
import io.lockstep.engine.Graph;
import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.Loss;
import io.lockstep.engine.Operation.Input;
import io.lockstep.engine.Shape;
import java.util.Arrays;
import java.util.List;

/** One forward and backward pass of a graph, everything kept. */
public final class ReferenceNetwork {
    private final Graph graph;
    private final double[] parameters;
    private final ReferenceSite.Draws draws;
    private final double[][] outputs;
    private final double[][] outputGradients;
    private final double[] gradients;
    private final double[][] sums;
    /** Null for inputs and losses. */
    private final ReferenceNode[] nodes;

    private int examples;

    /**
     * @param training false uses running statistics and no dropout, and has no backward
     * @param seed of noise
     * @param firstExample place of the first example in a larger batch; see {@link io.lockstep.engine.Plan#forwardBackward}
     */
    public ReferenceNetwork(Graph graph, double[] parameters, boolean training, long seed, long firstExample) {
        this.graph = graph;
        this.parameters = parameters.clone();
        draws = new ReferenceSite.Draws(training, seed, firstExample);
        outputs = new double[graph.nodes().size()][];
        outputGradients = new double[graph.nodes().size()][];
        gradients = new double[parameters.length];
        sums = new double[graph.nodes().size()][];
        nodes = new ReferenceNode[graph.nodes().size()];
        if (training) {
            dropWeights(this.parameters);
        }
    }

    /** DropConnect: of weights before forward, and of their gradients after backward. */
    private void dropWeights(double[] flat) {
        for (Node node : graph.nodes()) {
            for (int i = 0; i < node.parameters(); i++) {
                flat[(int) node.parametersAt() + i] *= graph.weightFactor(draws.seed(), node, i);
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
            } else {
                nodes[node.index()] = ReferenceNodes.make(site(node));
                nodes[node.index()].forward(inputsOf(node, outputs), y);
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
        return ReferenceLoss.run(graph, node, draws.training(), inputsOf(node, outputs), ofPredictions);
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
        if (nodes[node.index()] != null && node.operation().passesGradient()) {
            nodes[node.index()].backward(
                    inputsOf(node, outputs),
                    outputs[node.index()],
                    outputGradients[node.index()],
                    inputsOf(node, outputGradients));
        }
    }

    private ReferenceSite site(Node node) {
        return new ReferenceSite(graph, node, examples, parameters, gradients, draws);
    }

    /** What the last node reads, after a forward. */
    public double[] scores() {
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

    private static double[][] inputsOf(Node node, double[][] ofNodes) {
        return node.inputs().stream().map(input -> ofNodes[input]).toArray(double[][]::new);
    }

    static int index(Shape shape, int n, int h, int w, int c) {
        return ((n * shape.height() + h) * shape.width() + w) * shape.channels() + c;
    }
}
