package io.lockstep.networks.compiled.games;

import io.lockstep.engine.Columns;
import io.lockstep.engine.ElementType;
import io.lockstep.engine.Graph;
import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.GraphBuilder;
import io.lockstep.engine.Loss;
import io.lockstep.engine.Operation.Output;
import io.lockstep.engine.Shape;
import io.lockstep.networks.games.Application;
import io.lockstep.networks.games.GameLoss;
import io.lockstep.networks.games.GamePass;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How a pass of a game is put together, without the names of its values: passes that compute the same of different values
 * are equal, and share a plan.
 *
 * <p>What a step reads is a number: s from 0 is the pass's slot s, which it is given; ~k is what its step k gives. Slot 0 is
 * the engine's features, and the first step reads it first.
 *
 * @param ends none where a part only draws
 * @param trained parts; the others' parameters get no gradient
 */
record PassWiring(List<Applied> applied, List<End> ends, List<String> trained) {
    /** A part at work. */
    record Applied(String part, List<Integer> reads) {}

    /** A loss. @param kept whether what it reads is handed out after the pass */
    record End(Loss operation, double weight, int predictions, int target, boolean kept) {}

    /** The wiring, and which value each slot is given. */
    record Wired(PassWiring wiring, List<Slot> slots) {}

    /** @param value its name; null for one number, always */
    record Slot(String value, double always) {}

    /** A part that only draws. */
    static Wired drawing(Application application) {
        Values values = new Values();
        Applied part = new Applied(application.part(), values.of(application.reads()));
        return new Wired(new PassWiring(List.of(part), List.of(), List.of()), values.slots);
    }

    /** @param kept names of losses */
    static Wired of(GamePass.Losses pass, List<String> trained, Set<String> kept) {
        Values values = new Values();
        List<Applied> applied = new ArrayList<>();
        for (Application each : pass.applied()) {
            applied.add(new Applied(each.part(), values.of(each.reads())));
            values.computed.put(each.name(), ~(applied.size() - 1));
        }
        List<End> ends = new ArrayList<>();
        for (GameLoss loss : pass.losses()) {
            int target = loss.target() instanceof GameLoss.Target.Value value
                    ? values.of(value.name())
                    : values.always(((GameLoss.Target.Always) loss.target()).number());
            ends.add(new End(
                    loss.operation(),
                    loss.weight(),
                    values.of(loss.predictions()),
                    target,
                    kept.contains(loss.name())));
        }
        return new Wired(new PassWiring(List.copyOf(applied), List.copyOf(ends), trained), values.slots);
    }

    /** Numbers the values of a pass. */
    private static final class Values {
        final List<Slot> slots = new ArrayList<>();
        final Map<String, Integer> computed = new HashMap<>();

        List<Integer> of(List<String> names) {
            return names.stream().map(this::of).toList();
        }

        int of(String name) {
            return computed.computeIfAbsent(name, value -> {
                slots.add(new Slot(value, 0));
                return slots.size() - 1;
            });
        }

        int always(double number) {
            slots.add(new Slot(null, number));
            return slots.size() - 1;
        }
    }

    /** The name of a loss's node. */
    static String lossOf(int end) {
        return "loss " + end;
    }

    /** What a pass gives a slot by. */
    static String columnOf(int slot) {
        return slot == 0 ? Columns.FEATURES : "value " + slot;
    }

    /** A graph of the engine, and of each of its nodes that has parameters of its own, the whole network's that it stands for. */
    record Assembled(Graph graph, Map<String, Node> originals) {}

    /** @throws IllegalArgumentException if a value has another shape than who reads it wants */
    Assembled assemble(GameParts parts) {
        return new Assembly(parts).run();
    }

    /** Puts the graph together. */
    private final class Assembly {
        private final GameParts parts;
        private final GraphBuilder graph;
        private final Map<String, Node> originals = new HashMap<>();
        /** By part: the prefix of the nodes that have its parameters. */
        private final Map<String, String> owners = new HashMap<>();

        private final List<String> given = new ArrayList<>();
        private final List<String> outputs = new ArrayList<>();
        private final List<String> frozen = new ArrayList<>();
        private String lastTrained;

        Assembly(GameParts parts) {
            this.parts = parts;
            Shape first = parts.cut(applied.get(0).part()).reads().get(0).shape();
            graph = new GraphBuilder(first, columnOf(0))
                    .truncation(parts.whole().truncation());
            given.add(columnOf(0));
        }

        Assembled run() {
            for (int i = 0; i < applied.size(); i++) {
                append(applied.get(i), i + "/");
            }
            if (ends.isEmpty()) {
                return new Assembled(
                        graph.add("out", new Output(), outputs.get(0)).build(), originals);
            }
            for (int i = 0; i < ends.size(); i++) {
                append(ends.get(i), lossOf(i));
            }
            return new Assembled(frozen(), originals);
        }

        private void append(Applied part, String prefix) {
            GameParts.Cut cut = parts.cut(part.part());
            Map<Integer, String> names = new HashMap<>();
            for (int i = 0; i < cut.reads().size(); i++) {
                Node read = cut.reads().get(i);
                names.put(read.index(), value(part.reads().get(i), read.shape(), ElementType.FLOAT32));
            }
            String owner = owners.putIfAbsent(part.part(), prefix);
            for (Node node : cut.nodes()) {
                String name = prefix + node.name();
                String[] inputs = node.inputs().stream().map(names::get).toArray(String[]::new);
                names.put(node.index(), name);
                if (owner != null && node.parameters() > 0) {
                    graph.addShared(name, owner + node.name(), inputs);
                } else {
                    add(node, name, inputs);
                }
                if (node.parameters() > 0) {
                    note(part.part(), name);
                }
            }
            outputs.add(names.get(cut.gives().index()));
        }

        private void add(Node node, String name, String... inputs) {
            graph.add(name, node.operation(), inputs);
            if (node.parameters() > 0) {
                originals.put(name, node);
            }
            if (parts.whole().weightRetain(node) < 1) {
                graph.dropConnect(name, parts.whole().weightRetain(node));
            }
        }

        private void note(String part, String name) {
            if (!trained.contains(part)) {
                frozen.add(name);
            } else {
                lastTrained = name;
            }
        }

        private void append(End end, String name) {
            String predictions = value(end.predictions(), null, ElementType.FLOAT32);
            Shape shape = graph.shapeOf(predictions);
            ElementType type = end.operation().reads(1);
            Shape wanted = type == ElementType.INT32 ? new Shape(shape.height(), shape.width(), 1) : shape;
            String target = value(end.target(), wanted, type);
            graph.loss(name, end.operation(), end.weight(), predictions, target, weights());
            if (end.kept()) {
                graph.output(predictions);
            }
        }

        /** Of the examples; who does not give any has them all count alike. */
        private String weights() {
            if (!given.contains(Columns.WEIGHTS)) {
                graph.add(Columns.WEIGHTS, Columns.weights());
                given.add(Columns.WEIGHTS);
            }
            return Columns.WEIGHTS;
        }

        private String value(int which, Shape shape, ElementType type) {
            if (which < 0) {
                return outputs.get(~which);
            }
            String name = columnOf(which);
            if (!given.contains(name)) {
                graph.input(name, shape, type);
                given.add(name);
            } else if (shape != null && !graph.shapeOf(name).equals(shape)) {
                throw new IllegalArgumentException("a value is read as " + graph.shapeOf(name) + " and as " + shape);
            }
            return name;
        }

        /** Where what is frozen comes last, backward announces what it has; a plan with frozen nodes in between does not. */
        private Graph frozen() {
            Graph built = graph.build();
            if (frozen.isEmpty()) {
                return built;
            }
            int last = built.named(lastTrained).index();
            if (frozen.stream().allMatch(name -> built.named(name).index() > last)) {
                return built.frozenAfter(lastTrained);
            }
            frozen.forEach(graph::freeze);
            return graph.build();
        }
    }
}
