package io.lockstep.engine;

import io.lockstep.engine.Operation.Input;
import io.lockstep.engine.Operation.Last;
import io.lockstep.engine.Operation.Output;
import io.lockstep.engine.Operation.Weights;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A network: operations in topological order, with the shape of each one's output and its place in the flat vector of
 * parameters. The flat vector is in the order of the nodes. Immutable.
 */
public final class Graph {
    private final List<Node> nodes;
    private final List<Node> inputs;
    private final long parameters;
    private final Map<Integer, DropConnect> dropConnects;
    private final int truncation;
    private final Marks marks;
    /** Nodes whose output's gradient leads from a loss to something that wants one. */
    private final BitSet gradients;

    private final int trainedNodes;
    private final boolean inputGradient;

    private Graph(
            List<Node> nodes,
            long parameters,
            Map<Integer, DropConnect> dropConnects,
            int truncation,
            Marks marks,
            int trainedNodes,
            boolean inputGradient) {
        this.nodes = List.copyOf(nodes);
        inputs =
                nodes.stream().filter(node -> node.operation() instanceof Input).toList();
        this.parameters = parameters;
        this.dropConnects = Map.copyOf(dropConnects);
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
     * @param owner index of the node whose parameters these are: its own, or another one's before it
     * @param parametersAt element of the flat vector where its parameters begin
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
            int owner,
            long parametersAt,
            int parameters) {
        public int input() {
            return inputs.get(0);
        }
    }

    /**
     * What nodes are besides what they compute.
     *
     * @param outputs whose output a plan hands out
     * @param frozen whose parameters are given, and get no gradient
     * @param told losses that evaluation computes too; the others are auxiliary
     * @param lossWeights of losses that have another weight than 1
     */
    private record Marks(BitSet outputs, BitSet frozen, BitSet told, Map<Integer, Double> lossWeights) {
        Marks() {
            this(new BitSet(), new BitSet(), new BitSet(), new HashMap<>());
        }

        Marks copy() {
            return new Marks(
                    (BitSet) outputs.clone(),
                    (BitSet) frozen.clone(),
                    (BitSet) told.clone(),
                    new HashMap<>(lossWeights));
        }
    }

    /** @param retain probability with which each of the weights is kept */
    private record DropConnect(Weights weights, double retain) {}

    public List<Node> nodes() {
        return nodes;
    }

    public Node node(int index) {
        return nodes.get(index);
    }

    /** Probability with which a weight of the node is kept in a training pass; 1 without DropConnect. */
    public double weightRetain(Node node) {
        DropConnect drops = dropConnects.get(node.index());
        return drops == null ? 1 : drops.retain();
    }

    /** What DropConnect multiplies a parameter of the node by in a training pass; 1 for biases. */
    public double weightFactor(long seed, Node node, int parameter) {
        DropConnect drops = dropConnects.get(node.index());
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

    /** Those that a pass tells: the last one, and those that were added by {@link Builder#loss}. Others only train. */
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
        Builder part = beginning(node(0));
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
        Builder part = beginning(first);
        nodes.subList(first.index() + 1, nodes.size()).forEach(node -> copy(node, part));
        return part.build();
    }

    private boolean feedsLossesAlone(Node node) {
        return node.operation() instanceof Input
                && consumersOf(node).stream().allMatch(other -> other.operation() instanceof Loss);
    }

    /** What reads a node finds its output in the input. */
    private Builder beginning(Node node) {
        return new Builder(node.shape(), node.name()).truncation(truncation);
    }

    /** This graph with another last node, which reads the same. */
    public Graph endingWith(Last operation) {
        Builder changed = beginning(node(0));
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
        return new Graph(nodes, parameters, dropConnects, truncation, more, trainedNodes, inputGradient);
    }

    /** This graph, where a node's parameters are given and get no gradient: see {@link Builder#freeze}. */
    public Graph withFrozen(String name) {
        Marks more = marks.copy();
        more.frozen().set(named(name).index());
        return new Graph(nodes, parameters, dropConnects, truncation, more, trainedNodes, inputGradient);
    }

    /** This graph, where parameters of the nodes after one of them are given and get no gradient. */
    public Graph frozenAfter(String name) {
        return new Graph(
                nodes, parameters, dropConnects, truncation, marks, named(name).index() + 1, inputGradient);
    }

    /** This graph, whose backward goes on to its input, and no parameter gets a gradient. */
    public Graph towardsInput() {
        return new Graph(nodes, parameters, dropConnects, truncation, marks, 0, true);
    }

    /** Steps of a block that gradients go back in; 0: all. See {@link Builder#truncation}. */
    public int truncation() {
        return truncation;
    }

    /** Whether the gradient of a recurrent node's state ends before a step: see {@link Builder#truncation}. */
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

    /** Nodes that keep their parameters as they are: see {@link Builder#freeze}. */
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
            own.add(new Node(
                    node.index(),
                    node.stream(),
                    node.name(),
                    node.operation(),
                    node.inputs(),
                    node.shape(),
                    node.index(),
                    at,
                    node.parameters()));
            at += node.parameters();
        }
        return new Graph(own, at, dropConnects, truncation, marks, trainedNodes, inputGradient);
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

    private void copy(Node node, Builder part) {
        String[] inputs = node.inputs().stream().map(from -> node(from).name()).toArray(String[]::new);
        Node owner = ownerOf(node);
        if (owner == node) {
            part.add(node.name(), node.operation(), inputs);
        } else {
            part.addShared(node.name(), owner.name(), inputs);
        }
        if (dropConnects.containsKey(node.index())) {
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

    /** Adds nodes in topological order and infers their shapes. */
    public static final class Builder {
        private final List<Node> nodes = new ArrayList<>();
        private final Map<String, Integer> indexOf = new LinkedHashMap<>();
        private final Map<Integer, DropConnect> dropConnects = new HashMap<>();
        private final Marks marks = new Marks();
        /** Names that somebody gave to what is added later. */
        private final Set<String> reserved = new HashSet<>();

        private long parameters;
        private int truncation;
        private int stream;

        /** With an input that is called {@code input}. */
        public Builder(Shape input) {
            this(input, "input");
        }

        /** With features, whatever the node is called: a network may call it what data sets call their labels. */
        public Builder(Shape features, String name) {
            add(name, new Input(Columns.FEATURES, features));
        }

        /** Without an input: {@link #input} comes first. */
        public Builder() {}

        /** Something that every pass gives, by the node's name. The first one is the features. */
        public Builder input(String name, Shape shape, ElementType type) {
            return add(name, new Input(name, shape, type, null));
        }

        /** Something that a pass may give, by the node's name; where it does not, {@code ifAbsent} stands for each element. */
        public Builder input(String name, Shape shape, ElementType type, float ifAbsent) {
            return add(name, new Input(name, shape, type, ifAbsent));
        }

        /**
         * A loss that a pass tells, beside others: {@link #add} makes a loss before the last an auxiliary one.
         *
         * @param weight of its gradient among those of other losses
         * @param inputs predictions; then targets and weights, or nothing for those that every data set has
         */
        public Builder loss(String name, Loss operation, double weight, String... inputs) {
            add(name, operation, inputs);
            return tell(name, weight);
        }

        private Builder tell(String loss, double weight) {
            int index = nodes.get(indexOf.get(loss)).index();
            marks.told().set(index);
            marks.lossWeights().put(index, weight);
            return this;
        }

        /** Has plans hand out a node's output, after any pass: {@link Plan#output}. */
        public Builder output(String name) {
            marks.outputs().set(require(name, "a plan hands out").index());
            return this;
        }

        private Node require(String name, String who) {
            Integer index = indexOf.get(name);
            if (index == null) {
                throw new IllegalArgumentException(who + " " + name + ", which is not there");
            }
            return nodes.get(index);
        }

        /** Keeps names for nodes that are added later: {@link #beside} gives none of them away. */
        public Builder reserve(Collection<String> names) {
            reserved.addAll(names);
            return this;
        }

        /**
         * A name for a node that stands for a part of what somebody else named: {@code name.part}, with primes behind it
         * if that is taken or reserved.
         */
        public String beside(String name, String part) {
            return free(name + "." + part);
        }

        private String free(String name) {
            String wish = name;
            while (indexOf.containsKey(wish) || reserved.contains(wish)) {
                wish += "'";
            }
            return wish;
        }

        /**
         * @param inputs names of nodes added before; none for the node added last. A loss that is given its predictions
         *     alone reads targets and weights by the names that every data set has for them ({@link Loss#inputsOfPass}).
         * @throws IllegalArgumentException naming the node, if shapes do not fit
         */
        public Builder add(String name, Operation operation, String... inputs) {
            List<Integer> from = new ArrayList<>();
            for (String input : inputs) {
                from.add(require(input, name + " reads").index());
            }
            if (from.isEmpty() && !nodes.isEmpty() && operation.mostInputs() > 0) {
                from.add(nodes.size() - 1);
            }
            try {
                if (operation instanceof Loss loss && from.size() == loss.predictions()) {
                    loss.inputsOfPass(nodes.get(from.get(0)).shape()).forEach(input -> from.add(inputOfPass(input)));
                }
                append(name, operation, from, null);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
            }
            return this;
        }

        /**
         * A node that computes the same as another one, with the same parameters, from other inputs: the other tower of a
         * Siamese network (Bromley et al. 1993). Gradients add up; so do the changes of a batch norm's running statistics.
         *
         * @param owner name of a node added before
         */
        public Builder addShared(String name, String owner, String... inputs) {
            Node shared = require(owner, name + " shares the parameters of");
            List<Integer> from = new ArrayList<>();
            for (String input : inputs) {
                from.add(require(input, name + " reads").index());
            }
            if (dropConnects.containsKey(shared.index())) {
                throw new IllegalArgumentException(name + ": DropConnect is not for shared parameters");
            }
            try {
                append(name, shared.operation(), from, nodes.get(shared.owner()));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
            }
            return this;
        }

        /** How many nodes there are: those that are added from now on have places from here on. */
        public int size() {
            return nodes.size();
        }

        /**
         * Adds the nodes between two places once more, with the same parameters, reading something else: the other tower of a
         * Siamese network, of several nodes.
         *
         * @param from place of the first of them: see {@link #size}
         * @param to place behind the last of them
         * @param instead names of nodes before that place, and of those that the new ones read in their place
         * @return names of the new nodes, by the names of those that they repeat
         * @throws IllegalArgumentException naming a node that cannot share its parameters
         */
        public Map<String, String> repeat(int from, int to, Map<String, String> instead) {
            Map<String, String> renamed = new HashMap<>(instead);
            for (Node node : List.copyOf(nodes.subList(from, to))) {
                String name = beside(node.name(), "again");
                String[] inputs = node.inputs().stream()
                        .map(input -> nodes.get(input).name())
                        .map(input -> renamed.getOrDefault(input, input))
                        .toArray(String[]::new);
                if (node.parameters() > 0) {
                    addShared(name, node.name(), inputs);
                } else {
                    add(name, node.operation(), inputs);
                }
                if (marks.frozen().get(node.index())) {
                    freeze(name);
                }
                renamed.put(node.name(), name);
            }
            return renamed;
        }

        /** Keeps a node's parameters as they are: they get no gradient, and running statistics no change. */
        public Builder freeze(String name) {
            marks.frozen().set(require(name, "a network freezes").index());
            return this;
        }

        /** The same of all nodes between two places: see {@link #size}. */
        public Builder freeze(int from, int to) {
            marks.frozen().set(from, to);
            return this;
        }

        /** The input of this column, made where it is not there yet. */
        private int inputOfPass(Input wanted) {
            for (Node node : nodes) {
                if (node.operation() instanceof Input input && input.column().equals(wanted.column())) {
                    if (!input.equals(wanted)) {
                        throw new IllegalArgumentException("the input " + input.column() + " is " + input.type()
                                + " of "
                                + input.shape() + " already, and cannot be " + wanted.type() + " of " + wanted.shape()
                                + " too; name the inputs that each loss reads");
                    }
                    return node.index();
                }
            }
            append(free(wanted.column()), wanted, List.of(), null);
            return nodes.size() - 1;
        }

        /** @param owner of its parameters; null: itself */
        private void append(String name, Operation operation, List<Integer> inputs, Node owner) {
            requireInputs(operation, inputs.size());
            requireTypes(operation, inputs);
            List<Shape> shapes = shapesOf(inputs);
            Shape shape = operation.outputOf(shapes);
            int own = operation.parametersOf(shapes);
            if (owner != null && owner.parameters() != own) {
                throw new IllegalArgumentException("has " + own + " parameters, and " + owner.name()
                        + ", which it shares them" + " with, has " + owner.parameters());
            }
            if (indexOf.putIfAbsent(name, nodes.size()) != null) {
                throw new IllegalArgumentException("there are two nodes of this name");
            }
            int index = nodes.size();
            nodes.add(new Node(
                    index,
                    stream,
                    name,
                    operation,
                    List.copyOf(inputs),
                    shape,
                    owner == null ? index : owner.index(),
                    owner == null ? parameters : owner.parametersAt(),
                    own));
            parameters += owner == null ? own : 0;
            boolean besideFeatures = operation instanceof Input && nodes.size() > 1;
            stream += besideFeatures ? 0 : 1;
        }

        private void requireTypes(Operation operation, List<Integer> inputs) {
            for (int i = 0; i < inputs.size(); i++) {
                Node read = nodes.get(inputs.get(i));
                ElementType type = read.operation() instanceof Input input ? input.type() : ElementType.FLOAT32;
                if (type != operation.reads(i)) {
                    throw new IllegalArgumentException("reads " + operation.reads(i) + " as its input " + (i + 1)
                            + ", and " + read.name() + " is " + type);
                }
            }
        }

        private List<Shape> shapesOf(List<Integer> inputs) {
            return inputs.stream().map(input -> nodes.get(input).shape()).toList();
        }

        /** An input that an operation does not look at would be lost without a word. */
        private static void requireInputs(Operation operation, int count) {
            int fewest = operation.fewestInputs();
            int most = operation.mostInputs();
            if (count < fewest || count > most) {
                String allowed = most == Integer.MAX_VALUE
                        ? "at least " + fewest
                        : fewest == most ? String.valueOf(most) : fewest + " to " + most;
                throw new IllegalArgumentException(count + " inputs, where this operation has " + allowed);
            }
        }

        /**
         * DropConnect (Wan et al. 2013): in training, each weight of a convolution or dense node is kept with a
         * probability, and then divided by it, so that evaluation with all of them sees the same mean. Biases stay.
         */
        public Builder dropConnect(String name, double retain) {
            Node node = nodes.get(indexOf.get(name));
            if (nodes.stream().filter(other -> other.owner() == node.owner()).count() > 1) {
                throw new IllegalArgumentException(name + ": DropConnect is not for shared parameters");
            }
            Weights weights = node.operation().weightsOf(shapesOf(node.inputs()));
            if (weights.count() == 0) {
                throw new IllegalArgumentException(name + ": DropConnect is for convolutions and dense nodes");
            }
            if (!(retain > 0 && retain <= 1)) {
                throw new IllegalArgumentException(name + ": a weight is kept with a probability above 0 and up to 1");
            }
            dropConnects.put(node.index(), new DropConnect(weights, retain));
            return this;
        }

        /**
         * Truncated back-propagation through time (Williams and Peng 1990): states are handed on through all steps, but
         * gradients of recurrent nodes go back within blocks of so many steps only.
         *
         * @param steps of a block; 0: all
         */
        public Builder truncation(int steps) {
            if (steps < 0) {
                throw new IllegalArgumentException("blocks of " + steps + " steps");
            }
            truncation = steps;
            return this;
        }

        public Shape shapeOf(String name) {
            return nodes.get(indexOf.get(name)).shape();
        }

        public Graph build() {
            if (nodes.isEmpty() || !(nodes.get(0).operation() instanceof Input)) {
                throw new IllegalArgumentException("a network begins with an input");
            }
            Node last = nodes.get(nodes.size() - 1);
            if (!(last.operation() instanceof Last)) {
                throw new IllegalArgumentException("the last node, " + last.name() + ", is not a loss");
            }
            return new Graph(nodes, parameters, dropConnects, truncation, marks.copy(), nodes.size(), false);
        }
    }
}
