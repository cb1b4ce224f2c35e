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
    private final long parameters;
    private final Map<Integer, DropConnect> dropConnects;
    private final int truncation;
    private final int trainedNodes;
    private final boolean inputGradient;

    private Graph(
            List<Node> nodes,
            long parameters,
            Map<Integer, DropConnect> dropConnects,
            int truncation,
            int trainedNodes,
            boolean inputGradient) {
        this.nodes = List.copyOf(nodes);
        this.parameters = parameters;
        this.dropConnects = Map.copyOf(dropConnects);
        this.truncation = truncation;
        this.trainedNodes = trainedNodes;
        this.inputGradient = inputGradient;
    }

    /**
     * @param index in {@link #nodes}
     * @param inputs indices of the nodes it reads
     * @param shape of the output of one example
     * @param parametersAt element of the flat vector where its parameters begin
     */
    public record Node(
            int index,
            String name,
            Operation operation,
            List<Integer> inputs,
            Shape shape,
            long parametersAt,
            int parameters) {
        public int input() {
            return inputs.get(0);
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
                : DropoutMask.weightFactor(seed, node.index(), parameter, drops.retain());
    }

    /** Length of the flat vector, running statistics included. */
    public long parameters() {
        return parameters;
    }

    public Shape inputShape() {
        return nodes.get(0).shape();
    }

    /** The loss: of several, the network's own, which is what a pass tells. The others train what they read, no more. */
    public Node last() {
        return nodes.get(nodes.size() - 1);
    }

    /** Which nodes, by index, the loss depends on; the rest (auxiliary classifiers) is for training alone. */
    public BitSet leadingToLast() {
        BitSet leading = new BitSet();
        leading.set(last().index());
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
        nodes.subList(1, last.index() + 1).forEach(node -> copy(node, part));
        return part.add(part.beside(name, "out"), new Output()).build();
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

    /** This graph, where parameters of the nodes after one of them are given and get no gradient. */
    public Graph frozenAfter(String name) {
        return new Graph(
                nodes, parameters, dropConnects, truncation, named(name).index() + 1, inputGradient);
    }

    /** This graph, whose backward goes on to its input, and no parameter gets a gradient. */
    public Graph towardsInput() {
        return new Graph(nodes, parameters, dropConnects, truncation, 0, true);
    }

    /** Whether the gradient of a recurrent node's state ends before a step: see {@link Builder#truncation}. */
    public boolean truncatesBefore(int step) {
        return truncation > 0 && step % truncation == 0;
    }

    /** Whether backward computes the gradient of a node's parameters. */
    public boolean trains(Node node) {
        return node.index() < trainedNodes;
    }

    /** Whether backward computes the gradient of the input. */
    public boolean inputGradient() {
        return inputGradient;
    }

    private Node named(String name) {
        return nodes.stream()
                .filter(node -> node.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no node " + name));
    }

    private void copy(Node node, Builder part) {
        String[] inputs = node.inputs().stream().map(from -> node(from).name()).toArray(String[]::new);
        part.add(node.name(), node.operation(), inputs);
        if (dropConnects.containsKey(node.index())) {
            part.dropConnect(node.name(), weightRetain(node));
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
        /** Names that somebody gave to what is added later. */
        private final Set<String> reserved = new HashSet<>();

        private long parameters;
        private int truncation;

        /** With an input that is called {@code input}. */
        public Builder(Shape input) {
            this(input, "input");
        }

        public Builder(Shape input, String name) {
            add(name, new Input(input));
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
            String wish = name + "." + part;
            while (indexOf.containsKey(wish) || reserved.contains(wish)) {
                wish += "'";
            }
            return wish;
        }

        /**
         * @param inputs names of nodes added before; none for the node added last
         * @throws IllegalArgumentException naming the node, if shapes do not fit
         */
        public Builder add(String name, Operation operation, String... inputs) {
            List<Integer> from = new ArrayList<>();
            for (String input : inputs) {
                Integer index = indexOf.get(input);
                if (index == null) {
                    throw new IllegalArgumentException(name + " reads " + input + ", which is not there");
                }
                from.add(index);
            }
            if (from.isEmpty() && !nodes.isEmpty()) {
                from.add(nodes.size() - 1);
            }
            try {
                append(name, operation, from);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
            }
            return this;
        }

        private void append(String name, Operation operation, List<Integer> inputs) {
            requireInputs(operation, inputs.size());
            List<Shape> shapes = shapesOf(inputs);
            Shape shape = operation.outputOf(shapes);
            int own = operation.parametersOf(shapes);
            if (indexOf.putIfAbsent(name, nodes.size()) != null) {
                throw new IllegalArgumentException("there are two nodes of this name");
            }
            nodes.add(new Node(nodes.size(), name, operation, List.copyOf(inputs), shape, parameters, own));
            parameters += own;
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
            Node last = nodes.get(nodes.size() - 1);
            if (!(last.operation() instanceof Last)) {
                throw new IllegalArgumentException("the last node, " + last.name() + ", is not a loss");
            }
            for (Node node : nodes.subList(0, last.index())) {
                if (node.operation() instanceof Last loss
                        && !loss.fitsBesideAnother(nodes.get(node.input()).shape())) {
                    throw new IllegalArgumentException(
                            node.name() + ": a loss beside the last one is a softmax of vectors");
                }
            }
            return new Graph(nodes, parameters, dropConnects, truncation, nodes.size(), false);
        }
    }
}
