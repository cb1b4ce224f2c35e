package io.lockstep.networks.compiled;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Operation;
import io.lockstep.engine.Shape;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.layers.CrossAttention;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;

/**
 * A DL4J network as a graph of the engine, vertex by vertex in DL4J's topological order, which is the order of the flat
 * vectors.
 */
final class GraphTranslator {
    private final ComputationGraph dl4j;
    private final Graph.Builder graph;
    private final LayerTranslator layers;
    private final boolean channelsLast;
    /** The engine's node for a vertex's output. */
    private final Map<String, String> nodeOf = new HashMap<>();
    /** Vertices that are all zeros, with the channels they have; they get no node. */
    private final Map<String, Integer> zeros = new HashMap<>();

    private GraphTranslator(ComputationGraph dl4j, NetworkDefinition definition, double labelSmoothing) {
        this.dl4j = dl4j;
        InputType input = definition.input();
        channelsLast =
                !(input instanceof InputType.InputTypeConvolutional images) || images.getFormat() == CNN2DFormat.NHWC;
        graph = new Graph.Builder(definition.tokens() ? Shape.sequence(definition.featureSize(), 1) : shapeOf(input));
        layers = new LayerTranslator(graph, channelsLast, labelSmoothing);
        nodeOf.put(dl4j.getConfiguration().getNetworkInputs().get(0), "input");
    }

    /** @throws UnsupportedOperationException naming the vertex that the engine cannot run */
    static Graph translate(ComputationGraph dl4j, NetworkDefinition definition, double labelSmoothing) {
        return new GraphTranslator(dl4j, definition, labelSmoothing).translate();
    }

    private static Shape shapeOf(InputType input) {
        if (input instanceof InputType.InputTypeConvolutional images) {
            return new Shape(
                    Math.toIntExact(images.getHeight()),
                    Math.toIntExact(images.getWidth()),
                    Math.toIntExact(images.getChannels()));
        }
        if (input instanceof InputType.InputTypeRecurrent sequence) {
            return Shape.sequence(Math.toIntExact(sequence.getTimeSeriesLength()), Math.toIntExact(sequence.getSize()));
        }
        return Shape.vector(Math.toIntExact(input.arrayElementsPerExample()));
    }

    /** As {@link #translate}, and the node that holds a vertex's output. */
    static Parts translate(ComputationGraph dl4j, NetworkDefinition definition, String vertex) {
        var translator = new GraphTranslator(dl4j, definition, 0);
        return new Parts(translator.translate(), translator.nodeOf.get(vertex));
    }

    /** @param node where the graph is to be cut */
    record Parts(Graph graph, String node) {}

    private Graph translate() {
        for (int index : dl4j.topologicalSortOrder()) {
            String name = dl4j.getVertices()[index].getVertexName();
            if (!dl4j.getConfiguration().getNetworkInputs().contains(name)) {
                vertex(name);
            }
        }
        List<String> outputs = dl4j.getConfiguration().getNetworkOutputs();
        outputs.subList(1, outputs.size()).forEach(auxiliary -> layers.appendLoss(auxiliary, false));
        layers.appendLoss(outputs.get(0), true); // last, which makes it the graph's own
        if (dl4j.getConfiguration().getBackpropType() == BackpropType.TruncatedBPTT) {
            graph.truncation(dl4j.getConfiguration().getTbpttBackLength());
        }
        Graph result = graph.build();
        if (result.parameters() != dl4j.numParams()) {
            throw new IllegalStateException(
                    "the engine's graph has " + result.parameters() + " parameters, DL4J's " + dl4j.numParams());
        }
        return result;
    }

    private void vertex(String name) {
        GraphVertex vertex = dl4j.getConfiguration().getVertices().get(name);
        List<String> inputs = dl4j.getConfiguration().getVertexInputs().get(name);
        if (vertex instanceof LayerVertex layer) {
            nodeOf.put(name, layers.layer(name, layer, node(name, inputs.get(0))));
        } else if (vertex instanceof ElementWiseVertex elementWise) {
            graph.add(name, combination(elementWise.getOp()), alike(name, inputs));
            nodeOf.put(name, name);
        } else if (vertex instanceof CrossAttention attention) {
            graph.add(name, attention.operation(), node(name, inputs.get(0)), node(name, inputs.get(1)));
            nodeOf.put(name, name);
        } else if (vertex instanceof PreprocessorVertex preprocessor) {
            nodeOf.put(name, layers.preprocess(name, preprocessor.getPreProcessor(), node(name, inputs.get(0))));
        } else if (vertex instanceof SubsetVertex subset) {
            int count = subset.getTo() - subset.getFrom() + 1; // inclusive
            graph.add(name, new Operation.ChannelRange(subset.getFrom(), count), node(name, inputs.get(0)));
            nodeOf.put(name, name);
        } else if (vertex instanceof MergeVertex merge) {
            merge(name, merge, inputs);
        } else if (vertex instanceof ScaleVertex scale && scale.getScaleFactor() == 0) {
            zeros.put(name, graph.shapeOf(node(name, inputs.get(0))).channels());
        } else {
            throw unsupported(name, vertex.getClass().getSimpleName());
        }
    }

    /** What a vertex reads element by element: DL4J also repeats a vector of one element. */
    private String[] alike(String name, List<String> inputs) {
        String[] parts = inputs.stream().map(input -> node(name, input)).toArray(String[]::new);
        for (String part : parts) {
            if (!graph.shapeOf(part).equals(graph.shapeOf(parts[0]))) {
                throw unsupported(name, "vertex of inputs of different shapes");
            }
        }
        return parts;
    }

    private static Operation combination(ElementWiseVertex.Op operation) {
        return switch (operation) {
            case Add -> new Operation.Add();
            case Subtract -> new Operation.Combination(Operation.Combination.How.DIFFERENCE);
            case Product -> new Operation.Combination(Operation.Combination.How.PRODUCT);
            case Average -> new Operation.Combination(Operation.Combination.How.MEAN);
            case Max -> new Operation.Combination(Operation.Combination.How.MAXIMUM);
        };
    }

    private void merge(String name, MergeVertex merge, List<String> inputs) {
        String first = node(name, inputs.get(0));
        boolean images = graph.shapeOf(first).pixels() > 1;
        if (images && merge.getMergeAxis() != (channelsLast ? 3 : 1)) {
            throw unsupported(name, "merging along axis " + merge.getMergeAxis());
        }
        if (inputs.size() == 2 && zeros.containsKey(inputs.get(1))) {
            graph.add(name, new Operation.ZeroPadding(0, 0, 0, 0, 0, zeros.get(inputs.get(1))), first);
        } else {
            String[] parts = inputs.stream().map(input -> node(name, input)).toArray(String[]::new);
            graph.add(name, new Operation.Concatenation(), parts);
        }
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
