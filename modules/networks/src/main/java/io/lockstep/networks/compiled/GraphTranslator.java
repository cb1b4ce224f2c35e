package io.lockstep.networks.compiled;

import io.lockstep.engine.Graph;
import io.lockstep.engine.GraphBuilder;
import io.lockstep.engine.Operation.Input;
import io.lockstep.engine.Operation.Output;
import io.lockstep.engine.Shape;
import io.lockstep.engine.operations.Moves.ZeroPadding;
import io.lockstep.networks.Exactly;
import io.lockstep.networks.ExampleLayout;
import io.lockstep.networks.FeedPlan;
import io.lockstep.networks.FlatImages;
import io.lockstep.networks.InputFeed;
import io.lockstep.networks.NetworkDefinition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.util.GraphIndices;

/**
 * A DL4J network as a graph of the engine, vertex by vertex in DL4J's topological order, which is the order of the flat
 * vectors.
 */
final class GraphTranslator {
    private final ComputationGraph dl4j;
    private final GraphBuilder graph;
    private final LayerTranslator layers;
    private final VertexTranslator vertices;
    private final boolean channelsLast;
    /** The engine's node for a vertex's output. */
    private final Map<String, String> nodeOf = new HashMap<>();
    /** Vertices whose output is several nodes', each of which DL4J has as so many examples more. */
    private final StackedNodes stacks;
    /** Vertices that are all zeros, with the channels they have; they get no node. */
    private final Map<String, Integer> zeros = new HashMap<>();

    /** @param losses whether they are the outputs' own */
    private GraphTranslator(
            ComputationGraph dl4j, NetworkDefinition definition, double labelSmoothing, boolean losses) {
        this.dl4j = dl4j;
        channelsLast = isChannelsLast(dl4j.getConfiguration(), definition.inputs());
        // nodes are called as DL4J's vertices are; those that the engine has beside them give way
        graph = new GraphBuilder()
                .reserve(dl4j.getConfiguration().getVertices().keySet())
                .reserve(dl4j.getConfiguration().getNetworkInputs());
        FeedPlan plan = definition.plan();
        for (int i = 0; i < plan.inputs().size(); i++) {
            InputFeed input = plan.inputs().get(i);
            if (input.mask() != null) {
                throw unsupported(input.input(), "mask of an input");
            }
            Shape shape = shapeOf(input.input(), definition.inputs().get(i), input.layout());
            graph.add(input.input(), new Input(input.column(), shape));
            nodeOf.put(input.input(), input.input());
        }
        layers = new LayerTranslator(graph, channelsLast, labelSmoothing, losses ? plan.outputs() : List.of());
        plan.inputs().forEach(input -> layers.outputs().read(input.column(), input.input()));
        vertices = new VertexTranslator(graph, layers, channelsLast);
        stacks = new StackedNodes(graph, layers, vertices);
    }

    /** Whether DL4J's images are (height, width, channels); those that it makes of vectors never are. */
    private static boolean isChannelsLast(ComputationGraphConfiguration configuration, List<InputType> inputs) {
        for (InputType input : inputs) {
            if (input instanceof InputType.InputTypeConvolutional images) {
                return images.getFormat() == CNN2DFormat.NHWC; // of several in both, layers in the other are refused
            }
        }
        return configuration.getVertices().values().stream().noneMatch(FlatImages::isTurnedBy);
    }

    /**
     * @param dl4j need not be initialised
     * @throws UnsupportedOperationException naming the vertex that the engine cannot run, or what went wrong
     */
    static Graph translate(ComputationGraph dl4j, NetworkDefinition definition, double labelSmoothing) {
        return orUnsupported(() -> new GraphTranslator(dl4j, definition, labelSmoothing, true).translate());
    }

    /** Whatever translation throws is no fault of the network's: DL4J can run what the engine cannot. */
    private static <T> T orUnsupported(Supplier<T> translation) {
        try {
            return translation.get();
        } catch (UnsupportedOperationException e) {
            throw e;
        } catch (RuntimeException e) {
            throw failed("translate", e);
        }
    }

    /** @param what the engine was doing to the network */
    static UnsupportedOperationException failed(String what, RuntimeException cause) {
        return new UnsupportedOperationException(
                "the engine could not " + what + " the network (" + cause + "); DL4J itself can run it (Dl4jReplica)",
                cause);
    }

    private static Shape shapeOf(String name, InputType input, ExampleLayout layout) {
        if (input instanceof InputType.InputTypeConvolutional images) {
            return new Shape(
                    Math.toIntExact(images.getHeight()),
                    Math.toIntExact(images.getWidth()),
                    Math.toIntExact(images.getChannels()));
        } else if (input instanceof InputType.InputTypeConvolutional3D) {
            throw unsupported(name, "volumes");
        }
        return Shape.sequence(layout.places(), layout.channels());
    }

    /**
     * The vertices of a network whose losses are elsewhere, and the node that holds each one's output.
     *
     * @throws UnsupportedOperationException naming the vertex that the engine cannot run, or what went wrong
     */
    static VertexGraph translateVertices(ComputationGraph dl4j, NetworkDefinition definition) {
        return orUnsupported(() -> {
            boolean judges = definition.adversarial() != null; // whose kind the output's loss tells
            var translator = new GraphTranslator(dl4j, definition, 0, judges);
            translator.vertices();
            String output = dl4j.getConfiguration().getNetworkOutputs().get(0);
            String last = translator.node("the end", output);
            translator.graph.add(translator.graph.beside(output, "out"), new Output(), last);
            return new VertexGraph(translator.build(), Map.copyOf(translator.nodeOf));
        });
    }

    /**
     * As {@link #translate}, and the node that holds what the first output answers.
     *
     * @throws UnsupportedOperationException naming the vertex that the engine cannot run, or what went wrong
     */
    static Parts translateAnswering(ComputationGraph dl4j, NetworkDefinition definition, double labelSmoothing) {
        return orUnsupported(() -> {
            var translator = new GraphTranslator(dl4j, definition, labelSmoothing, true);
            Graph whole = translator.translate();
            String output = dl4j.getConfiguration().getNetworkOutputs().get(0);
            return new Parts(whole, translator.layers.outputs().answersOf(output));
        });
    }

    /** @param node what is asked for */
    record Parts(Graph graph, String node) {}

    private Graph translate() {
        vertices();
        List<String> outputs = dl4j.getConfiguration().getNetworkOutputs();
        outputs.subList(1, outputs.size()).forEach(further -> layers.outputs().appendLoss(further, false));
        layers.outputs().appendLoss(outputs.get(0), true); // last, which makes it the graph's own
        return build();
    }

    private void vertices() {
        GraphIndices order = dl4j.calculateIndices(); // known without parameters
        for (int index : order.getTopologicalSortOrder()) {
            String name = order.getIdxToName().get(index);
            if (!dl4j.getConfiguration().getNetworkInputs().contains(name)) {
                vertex(name);
            }
        }
    }

    private Graph build() {
        if (dl4j.getConfiguration().getBackpropType() == BackpropType.TruncatedBPTT) {
            graph.truncation(dl4j.getConfiguration().getTbpttBackLength());
        }
        Graph result = graph.build();
        long parameters = dl4j.getConfiguration().getVertices().values().stream()
                .mapToLong(vertex -> vertex.numParams(true))
                .sum();
        if (result.parameters() != parameters) {
            throw new IllegalStateException(
                    "the engine's graph has " + result.parameters() + " parameters, DL4J's " + parameters);
        }
        return result;
    }

    private void vertex(String name) {
        GraphVertex vertex = thawed(dl4j.getConfiguration().getVertices().get(name));
        List<String> inputs = dl4j.getConfiguration().getVertexInputs().get(name);
        if (stacks.concern(vertex, inputs)) {
            stacked(name, vertex, inputs);
        } else if (Exactly.is(LayerVertex.class, vertex)) {
            nodeOf.put(name, layers.layer(name, (LayerVertex) vertex, node(name, inputs.get(0))));
        } else if (Exactly.is(MergeVertex.class, vertex) && inputs.size() == 2 && zeros.containsKey(inputs.get(1))) {
            padded(name, inputs);
        } else if (Exactly.is(ScaleVertex.class, vertex) && ((ScaleVertex) vertex).getScaleFactor() == 0) {
            zeros.put(name, graph.shapeOf(node(name, inputs.get(0))).channels());
        } else {
            List<String> nodes = inputs.stream().map(input -> node(name, input)).toList();
            nodeOf.put(name, vertices.vertex(name, vertex, nodes));
        }
    }

    /** What is frozen and has no parameters does what it always does. */
    private static GraphVertex thawed(GraphVertex vertex) {
        boolean frozen = Exactly.is(FrozenVertex.class, vertex) && vertex.numParams(true) == 0;
        return frozen ? ((FrozenVertex) vertex).getUnderlying() : vertex;
    }

    private void stacked(String name, GraphVertex vertex, List<String> inputs) {
        if (dl4j.getConfiguration().getNetworkOutputs().contains(name)) {
            throw unsupported(name, "output of stacked examples, which have no labels");
        }
        stacks.append(name, vertex, inputs, input -> node(name, input)).ifPresent(node -> nodeOf.put(name, node));
    }

    /** What is merged with zeros gets channels of padding behind its own. */
    private void padded(String name, List<String> inputs) {
        graph.add(name, new ZeroPadding(0, 0, 0, 0, 0, zeros.get(inputs.get(1))), node(name, inputs.get(0)));
        nodeOf.put(name, name);
    }

    private String node(String reader, String vertex) {
        if (zeros.containsKey(vertex)) {
            throw unsupported(reader, "reading zeros from " + vertex);
        }
        return nodeOf.get(vertex);
    }

    static UnsupportedOperationException unsupported(String vertex, String what) {
        return new UnsupportedOperationException("vertex '" + vertex + "': the engine has no " + what
                + "; DL4J itself can run this network (Dl4jReplica)");
    }
}
