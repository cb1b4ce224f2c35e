package io.lockstep.networks.weights;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One of a network's parameters.
 *
 * @param key within the vertex: W, b, gamma ...
 * @param value a view of the network's own
 * @param image (height, width, channels) of what the rows of a weight matrix read, where the network has the channels last
 *     and other frameworks have them first; otherwise null
 * @param output whether it belongs to one of the network's outputs, which differ with the number of classes
 */
public record NetworkParameter(String vertex, String key, INDArray value, long[] image, boolean output) {
    /** In the order of the flat vector. */
    public static List<NetworkParameter> of(ComputationGraph graph) {
        List<NetworkParameter> parameters = new ArrayList<>();
        Set<String> outputs = Set.copyOf(graph.getConfiguration().getNetworkOutputs());
        for (int index : graph.topologicalSortOrder()) {
            String vertex = graph.getVertices()[index].getVertexName();
            if (graph.getVertices()[index].numParams() == 0) {
                continue;
            }
            long[] image = imageBefore(graph.getConfiguration().getVertices().get(vertex));
            graph.getVertices()[index]
                    .paramTable(false)
                    .forEach((key, value) -> parameters.add(new NetworkParameter(
                            vertex, key, value, value.rank() == 2 ? image : null, outputs.contains(vertex))));
        }
        return parameters;
    }

    private static long[] imageBefore(GraphVertex vertex) {
        boolean flattens = vertex instanceof LayerVertex layer
                && layer.getPreProcessor() instanceof CnnToFeedForwardPreProcessor flat
                && flat.getFormat() == CNN2DFormat.NHWC
                && flat.getInputHeight() * flat.getInputWidth() > 1;
        if (!flattens) {
            return null;
        }
        var flat = (CnnToFeedForwardPreProcessor) ((LayerVertex) vertex).getPreProcessor();
        return new long[] {flat.getInputHeight(), flat.getInputWidth(), flat.getNumChannels()};
    }

    /** As DL4J's table of parameters has it. */
    public String name() {
        return vertex + "_" + key;
    }

    long[] shape() {
        return value.shape();
    }

    /** Without dimensions of size 1, which frameworks have or have not. */
    List<Long> sizes() {
        return Arrays.stream(shape()).filter(size -> size != 1).boxed().toList();
    }

    String shapeText() {
        return TensorInfo.text(Arrays.stream(shape()).boxed().toList());
    }
}
