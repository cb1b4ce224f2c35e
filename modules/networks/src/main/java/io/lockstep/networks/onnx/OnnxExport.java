package io.lockstep.networks.onnx;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Graph.Node;
import io.lockstep.engine.Operation.Input;
import io.lockstep.engine.Shape;
import io.lockstep.engine.operations.Sequences.Embedding;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.compiled.CompiledReplica;
import io.lockstep.networks.dl4j.Dl4jReplica;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import onnx.Onnx.GraphProto;
import onnx.Onnx.ModelProto;
import onnx.Onnx.OperatorSetIdProto;
import onnx.Onnx.TensorProto;

/**
 * A network as an ONNX file, as it is in an evaluation: no noise, batch norm by its running statistics. Inputs have the names
 * of the network's: images (N, channels, height, width), texts (N, T) int64, sequences (N, T, features), vectors (N,
 * features). The output, {@link #OUTPUT}, is what the network's first output answers: the scores of the classes, of which
 * softmax makes probabilities, or the numbers that it predicts.
 */
public final class OnnxExport {
    public static final String OUTPUT = "output";
    private static final long IR_VERSION = 8;
    private static final long OPSET = 17;
    private static final String PRODUCER = "lockstep";

    private final Graph graph;
    private final FloatBuffer parameters;
    private final OnnxBuilder out;
    private final OnnxRules rules = new OnnxRules();
    private final Map<Integer, OnnxValue> values = new HashMap<>();

    private OnnxExport(String name, Graph graph, FloatBuffer parameters) {
        this.graph = graph;
        this.parameters = parameters;
        out = new OnnxBuilder(name);
    }

    /**
     * Writes a network with its parameters.
     *
     * @param name of the network, for people
     * @throws UnsupportedOperationException naming the layer that cannot be written
     */
    public static void write(String name, Dl4jReplica network, NetworkDefinition definition, OutputStream to)
            throws IOException {
        if (definition.game() != null) {
            throw new UnsupportedOperationException("networks that play against each other are not written as ONNX");
        }
        Graph graph = CompiledReplica.graphOf(network, definition);
        FloatBuffer parameters =
                network.parameters().order(ByteOrder.nativeOrder()).asFloatBuffer();
        GraphProto written = new OnnxExport(name, graph, parameters).export();
        ModelProto.newBuilder()
                .setIrVersion(IR_VERSION)
                .setProducerName(PRODUCER)
                .setGraph(written)
                .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
                .build()
                .writeTo(to);
    }

    private GraphProto export() {
        Node answer = answer();
        for (int index : leadingTo(answer)) {
            Node node = graph.node(index);
            values.put(index, node.operation() instanceof Input ? input(node) : append(node));
        }
        Shape shape = answer.shape();
        OnnxValue value = values.get(answer.index());
        if (shape.width() > 1) {
            out.addNamed("Identity", OUTPUT, List.of(value.channelsFirst()));
            out.output(OUTPUT, shape.channels(), shape.height(), shape.width());
        } else {
            long[] sizes =
                    shape.height() > 1 ? new long[] {shape.height(), shape.channels()} : new long[] {shape.channels()};
            String whole = out.integers(
                    OUTPUT + ".shape",
                    shape.height() > 1
                            ? new long[] {0, shape.height(), shape.channels()}
                            : new long[] {0, shape.channels()});
            out.addNamed("Reshape", OUTPUT, List.of(value.channelsLast(), whole));
            out.output(OUTPUT, sizes);
        }
        return out.build();
    }

    /** What a test looks at: told by the graph, or else what the last loss reads first. */
    private Node answer() {
        return graph.nodes().stream()
                .filter(graph::isOutput)
                .findFirst()
                .orElseGet(() -> graph.node(graph.last().input()));
    }

    /** In the graph's order, in which each reads those before it. */
    private Set<Integer> leadingTo(Node answer) {
        Set<Integer> wanted = new TreeSet<>(Set.of(answer.index()));
        for (int index = answer.index(); index >= 0; index--) {
            if (wanted.contains(index)) {
                wanted.addAll(graph.node(index).inputs());
            }
        }
        return wanted;
    }

    private OnnxValue input(Node node) {
        Shape shape = node.shape();
        String name = node.name();
        boolean numbersOfTexts =
                graph.consumersOf(node).stream().anyMatch(reader -> reader.operation() instanceof Embedding);
        if (numbersOfTexts) {
            out.input(name, TensorProto.DataType.INT64, shape.height());
            return OnnxValue.channelsLast(out, name);
        } else if (shape.width() > 1) {
            out.input(name, TensorProto.DataType.FLOAT, shape.channels(), shape.height(), shape.width());
            return OnnxValue.channelsFirst(out, name);
        }
        long[] sizes =
                shape.height() > 1 ? new long[] {shape.height(), shape.channels()} : new long[] {shape.channels()};
        out.input(name, TensorProto.DataType.FLOAT, sizes);
        String whole = out.integers(name + ".shape", 0, shape.height(), 1, shape.channels());
        return OnnxValue.channelsLast(out, out.add("Reshape", name + "/Reshape", List.of(name, whole)));
    }

    private OnnxValue append(Node node) {
        float[] own = new float[node.parameters()];
        parameters.get(Math.toIntExact(node.parametersAt()), own);
        List<OnnxValue> inputs = node.inputs().stream().map(values::get).toList();
        try {
            return rules.append(
                    node.operation(),
                    new OnnxNode(out, node.name(), inputs, graph.inputShapesOf(node), node.shape(), own));
        } catch (UnsupportedOperationException e) {
            throw new UnsupportedOperationException("layer '" + node.name() + "': " + e.getMessage(), e);
        }
    }
}
