package io.lockstep.engine;

import io.lockstep.engine.Operation.Input;
import io.lockstep.engine.Operation.Last;
import io.lockstep.engine.Operation.Output;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * A network: operations in topological order, with the shape of each one's output and its place in the flat vector of
 * parameters. The flat vector is in the order of the nodes. Immutable.
 */
public final class Graph {
    private final List<Node> nodes;
    private final List<Node> inputs;
    private final long parameters;
    private final int truncation;
    private final Marks marks;
    /** Nodes whose output's gradient leads from a loss to something that wants one. */
    private final BitSet gradients;

    private final int trainedNodes;
    private final boolean inputGradient;

    Graph(List<Node> nodes, long parameters, int truncation, Marks marks, int trainedNodes, boolean inputGradient) {
        this.nodes = List.copyOf(nodes);
        inputs =
                nodes.stream().filter(node -> node.operation() instanceof Input).toList();
        this.parameters = parameters;
        this.truncation = truncation;
        this.marks = marks;
        this.trainedNodes = trainedNodes;
        this.inputGradient = inputGradient;
        gradients = reachingLosses();
        gradients.and(learning());
    }

    /** Nodes that a loss hears of, by way of nodes that pass gradients on. */
    private BitSet reachingLosses() {
        BitSet reaching = new BitSet();
        for (int i = nodes.size() - 1; i >= 0; i--) {
            Node node = node(i);
            if (node.operation() instanceof Loss loss) {
                node.inputs().subList(0, loss.predictions()).forEach(reaching::set);
            } else if (reaching.get(i) && node.operation().passesGradient()) {
                node.inputs().forEach(reaching::set);
            }
        }
        return reaching;
    }

    /** Nodes that have parameters to train, or read, by way of nodes that pass gradients on, one that has. */
    private BitSet learning() {
        BitSet learning = new BitSet();
        learning.set(0, inputGradient);
        for (Node node : nodes) {
            boolean own = node.parameters() > 0 && isTrained(node);
            boolean read =
                    node.operation().passesGradient() && node.inputs().stream().anyMatch(learning::get);
            learning.set(node.index(), learning.get(node.index()) || own || read);
        }
        return learning;
    }

    private boolean isTrained(Node node) {
        return node.index() < trainedNodes && !marks.frozen().get(node.index());
    }

    /**
     * @param index in {@link #nodes}
     * @param inputs indices of the nodes it reads
     * @param shape of the output of one example
     * @param range the part of the flat vector where its parameters lie
     * @param stream of random numbers that its noise is drawn from: its place among the nodes that are no target or weight,
     *     so that what a loss reads does not change what a network draws
     */
    public record Node(
            int index,
            int stream,
            String name,
            Operation operation,
            List<Integer> inputs,
            Shape shape,
            ParameterRange range) {
        public int input() {
            return inputs.get(0);
        }

        /** Index of the node whose parameters these are: its own, or another one's before it. */
        public int owner() {
            return range.owner();
        }

        /** Element of the flat vector where its parameters begin. */
        public long parametersAt() {
            return range.first();
        }

        /** How many parameters it has. */
        public int parameters() {
            return range.count();
        }

        Node at(ParameterRange other) {
            return new Node(index, stream, name, operation, inputs, shape, other);
        }
    }

    /**
     * Parameters of a node in the flat vector.
     *
     * @param owner index of the node that has them, which others may share
     * @param first element of the flat vector
     */
    public record ParameterRange(int owner, long first, int count) {}

    public List<Node> nodes() {
        return nodes;
    }

    public Node node(int index) {
        return nodes.get(index);
    }

    /** Probability with which a weight of the node is kept in a training pass; 1 without DropConnect. */
    public double weightRetain(Node node) {
        WeightDrop drops = marks.weightDrops().get(node.index());
        return drops == null ? 1 : drops.retain();
    }

    /** What DropConnect multiplies a parameter of the node by in a training pass; 1 for biases. */
    public double weightFactor(long seed, Node node, int parameter) {
        WeightDrop drops = marks.weightDrops().get(node.index());
        return drops == null || drops.retain() == 1 || !drops.weights().has(parameter)
                ? 1
                : DropoutMask.weightFactor(seed, node.stream(), parameter, drops.retain());
    }

    /** Length of the flat vector, running statistics included. */
    public long parameters() {
        return parameters;
    }

    public Shape inputShape() {
        return nodes.get(0).shape();
    }

    /** What a pass gives, in the order of the nodes; the first is the features. */
    public List<Node> inputs() {
        return inputs;
    }

    /** The loss: of several, the one that stands for the network; or what a part of a network ends with. */
    public Node last() {
        return nodes.get(nodes.size() - 1);
    }

    /** Those that a pass tells: the last one, and those that were added by {@link GraphBuilder#loss}. Others only train. */
    public List<Node> losses() {
        return nodes.stream()
                .filter(node -> node.operation() instanceof Loss)
                .filter(node -> node == last() || marks.told().get(node.index()))
                .toList();
    }

    /** What a loss's gradient is multiplied by. */
    public double lossWeight(Node loss) {
        return marks.lossWeights().getOrDefault(loss.index(), 1.0);
    }

    /** Whether {@link Plan#output} has this node's output after any pass. */
    public boolean isOutput(Node node) {
        return marks.outputs().get(node.index());
    }

    /** Which nodes, by index, losses that are told and outputs depend on; the rest (auxiliary classifiers) only trains. */
    public BitSet leadingToResults() {
        BitSet leading = (BitSet) marks.outputs().clone();
        leading.set(last().index());
        losses().forEach(loss -> leading.set(loss.index()));
        for (int i = last().index(); i >= 0; i--) {
            if (leading.get(i)) {
                node(i).inputs().forEach(leading::set);
            }
        }
        return leading;
    }

    public Shape inputShapeOf(Node node) {
        return node(node.input()).shape();
    }

    public List<Shape> inputShapesOf(Node node) {
        return node.inputs().stream().map(input -> node(input).shape()).toList();
    }

    public List<Node> consumersOf(Node node) {
        return nodes.stream()
                .filter(other -> other.inputs().contains(node.index()))
                .toList();
    }

    // ------------------------------------------------------------------ parts of a network

    /** The nodes up to one of them, whose output is handed out. Their parameters are the first of this graph's. */
    public Graph upTo(String name) {
        Node last = named(name);
        GraphBuilder part = beginning(node(0));
        nodes.subList(1, last.index() + 1).stream()
                .filter(node -> !(node.operation() instanceof Loss))
                .filter(node -> !feedsLossesAlone(node))
                .forEach(node -> copy(node, part));
        return part.add(part.beside(name, "out"), new Output(), name).build();
    }

    /**
     * The nodes after one of them, whose output they read as their input. Their parameters are the last of this graph's.
     *
     * @throws IllegalArgumentException if one of them reads something before that
     */
    public Graph after(String name) {
        Node first = named(name);
        GraphBuilder part = beginning(first);
        nodes.subList(first.index() + 1, nodes.size()).forEach(node -> copy(node, part));
        return part.build();
    }

    private boolean feedsLossesAlone(Node node) {
        return node.operation() instanceof Input
                && consumersOf(node).stream().allMatch(other -> other.operation() instanceof Loss);
    }

    /** What reads a node finds its output in the input. */
    private GraphBuilder beginning(Node node) {
        return new GraphBuilder(node.shape(), node.name()).truncation(truncation);
    }

    /** This graph with another last node, which reads the same. */
    public Graph endingWith(Last operation) {
        GraphBuilder changed = beginning(node(0));
        nodes.subList(1, last().index()).forEach(node -> copy(node, changed));
        return changed.add(last().name(), operation, node(last().input()).name())
                .build();
    }

    /** This graph, whose plans hand out these nodes' outputs too: {@link Plan#output}. */
    public Graph withOutputs(String... names) {
        Marks more = marks.copy();
        for (String name : names) {
            more.outputs().set(named(name).index());
        }
        return marked(more);
    }

    /** This graph, where a node's parameters are given and get no gradient: see {@link GraphBuilder#freeze}. */
    public Graph withFrozen(String name) {
        Marks more = marks.copy();
        more.frozen().set(named(name).index());
        return marked(more);
    }

    /** This graph, where parameters of the nodes after one of them are given and get no gradient. */
    public Graph frozenAfter(String name) {
        return new Graph(nodes, parameters, truncation, marks, named(name).index() + 1, inputGradient);
    }

    /** This graph, whose backward goes on to its input, and no parameter gets a gradient. */
    public Graph towardsInput() {
        return new Graph(nodes, parameters, truncation, marks, 0, true);
    }

    private Graph marked(Marks changed) {
        return new Graph(nodes, parameters, truncation, changed, trainedNodes, inputGradient);
    }

    /** Time steps of a block that gradients go back in; 0: all. See {@link GraphBuilder#truncation}. */
    public int truncation() {
        return truncation;
    }

    /** Whether the gradient of a recurrent node's state ends before a time step: see {@link GraphBuilder#truncation}. */
    public boolean truncatesBefore(int step) {
        return truncation > 0 && step % truncation == 0;
    }

    /** Whether backward computes the gradient of a node's parameters; if not, it is 0. */
    public boolean trains(Node node) {
        return isTrained(node) && gradients.get(node.index());
    }

    /** Whether backward computes the gradient of a node's output: a loss hears of it, and something in it or before learns. */
    public boolean wantsGradient(Node node) {
        return gradients.get(node.index());
    }

    /** The node that has its parameters, which others may share: itself, as a rule. */
    public Node ownerOf(Node node) {
        return nodes.get(node.owner());
    }

    /** Whether each node has parameters of its own. */
    public boolean ownsParameters() {
        return nodes.stream().allMatch(node -> node.owner() == node.index());
    }

    /** Nodes that keep their parameters as they are: see {@link GraphBuilder#freeze}. */
    public List<Node> frozen() {
        return nodes.stream()
                .filter(node -> marks.frozen().get(node.index()) && node.parameters() > 0)
                .toList();
    }

    /** This graph, where each node has parameters of its own, in the nodes' order. */
    public Graph withOwnParameters() {
        List<Node> own = new ArrayList<>();
        long at = 0;
        for (Node node : nodes) {
            own.add(node.at(new ParameterRange(node.index(), at, node.parameters())));
            at += node.parameters();
        }
        return new Graph(own, at, truncation, marks, trainedNodes, inputGradient);
    }

    /** Whether backward computes the gradient of the input. */
    public boolean inputGradient() {
        return inputGradient;
    }

    /** @throws IllegalArgumentException if there is no such node */
    public Node named(String name) {
        return nodes.stream()
                .filter(node -> node.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no node " + name));
    }

    private void copy(Node node, GraphBuilder part) {
        String[] inputs = node.inputs().stream().map(from -> node(from).name()).toArray(String[]::new);
        Node owner = ownerOf(node);
        if (owner == node) {
            part.add(node.name(), node.operation(), inputs);
        } else {
            part.addShared(node.name(), owner.name(), inputs);
        }
        if (marks.weightDrops().containsKey(node.index())) {
            part.dropConnect(node.name(), weightRetain(node));
        }
        if (isOutput(node)) {
            part.output(node.name());
        }
        if (marks.frozen().get(node.index())) {
            part.freeze(node.name());
        }
        if (marks.told().get(node.index())) {
            part.tell(node.name(), lossWeight(node));
        }
    }

    /** Multiply-adds of convolutions and products, times two, in one forward pass of one example. */
    public long forwardFlop() {
        return nodes.stream().mapToLong(this::forwardFlop).sum();
    }

    /** Of one node. */
    public long forwardFlop(Node node) {
        return 2 * node.operation().multiplyAddsOf(inputShapesOf(node));
    }
}
