package io.lockstep.engine;

import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.Graph.ParameterRange;
import io.lockstep.engine.Operation.Input;
import io.lockstep.engine.Operation.Last;
import io.lockstep.engine.Operation.Weights;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Adds nodes in topological order and infers their shapes. */
public final class GraphBuilder {
    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, Integer> indexOf = new LinkedHashMap<>();
    private final Marks marks = new Marks();
    /** Names that somebody gave to what is added later. */
    private final Set<String> reserved = new HashSet<>();

    private long parameters;
    private int truncation;
    private int stream;

    /** With an input that is called {@code input}. */
    public GraphBuilder(Shape input) {
        this(input, "input");
    }

    /** With features, whatever the node is called: a network may call it what data sets call their labels. */
    public GraphBuilder(Shape features, String name) {
        add(name, new Input(Columns.FEATURES, features));
    }

    /** Without an input: {@link #input} comes first. */
    public GraphBuilder() {}

    /** Something that every pass gives, by the node's name. The first one is the features. */
    public GraphBuilder input(String name, Shape shape, ElementType type) {
        return add(name, new Input(name, shape, type, null));
    }

    /** Something that a pass may give, by the node's name; where it does not, {@code ifAbsent} stands for each element. */
    public GraphBuilder input(String name, Shape shape, ElementType type, float ifAbsent) {
        return add(name, new Input(name, shape, type, ifAbsent));
    }

    /**
     * A loss that a pass tells, beside others: {@link #add} makes a loss before the last an auxiliary one.
     *
     * @param weight of its gradient among those of other losses
     * @param inputs predictions; then targets and weights, or nothing for those that every data set has
     */
    public GraphBuilder loss(String name, Loss operation, double weight, String... inputs) {
        add(name, operation, inputs);
        return tell(name, weight);
    }

    GraphBuilder tell(String loss, double weight) {
        int index = nodes.get(indexOf.get(loss)).index();
        marks.told().set(index);
        marks.lossWeights().put(index, weight);
        return this;
    }

    /** Has plans hand out a node's output, after any pass: {@link Plan#output}. */
    public GraphBuilder output(String name) {
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
    public GraphBuilder reserve(Collection<String> names) {
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
    public GraphBuilder add(String name, Operation operation, String... inputs) {
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
    public GraphBuilder addShared(String name, String owner, String... inputs) {
        Node shared = require(owner, name + " shares the parameters of");
        List<Integer> from = new ArrayList<>();
        for (String input : inputs) {
            from.add(require(input, name + " reads").index());
        }
        if (marks.weightDrops().containsKey(shared.index())) {
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
    public GraphBuilder freeze(String name) {
        marks.frozen().set(require(name, "a network freezes").index());
        return this;
    }

    /** The same of all nodes between two places: see {@link #size}. */
    public GraphBuilder freeze(int from, int to) {
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
        ParameterRange range = owner == null ? new ParameterRange(index, parameters, own) : owner.range();
        nodes.add(new Node(index, stream, name, operation, List.copyOf(inputs), shape, range));
        parameters += owner == null ? own : 0;
        boolean besideFeatures = operation instanceof Input && nodes.size() > 1;
        stream += besideFeatures ? 0 : 1;
    }

    private void requireTypes(Operation operation, List<Integer> inputs) {
        for (int i = 0; i < inputs.size(); i++) {
            Node read = nodes.get(inputs.get(i));
            ElementType type = read.operation() instanceof Input input ? input.type() : ElementType.FLOAT32;
            if (type != operation.reads(i)) {
                throw new IllegalArgumentException("reads " + operation.reads(i) + " as its input " + (i + 1) + ", and "
                        + read.name() + " is " + type);
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
    public GraphBuilder dropConnect(String name, double retain) {
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
        marks.weightDrops().put(node.index(), new WeightDrop(weights, retain));
        return this;
    }

    /**
     * Truncated back-propagation through time (Williams and Peng 1990): states are handed on through all time steps, but
     * gradients of recurrent nodes go back within blocks of so many time steps only.
     *
     * @param steps of a block; 0: all
     */
    public GraphBuilder truncation(int steps) {
        if (steps < 0) {
            throw new IllegalArgumentException("blocks of " + steps + " time steps");
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
        return new Graph(nodes, parameters, truncation, marks.copy(), nodes.size(), false);
    }
}
