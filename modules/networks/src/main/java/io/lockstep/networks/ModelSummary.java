package io.lockstep.networks;

import io.lockstep.networks.layers.EngineLayer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;

/**
 * A network in numbers, from its configuration alone: nothing is allocated.
 *
 * @param layers in topological order
 */
public record ModelSummary(List<Row> layers) {
    /**
     * A layer, or a vertex without parameters.
     *
     * @param type DL4J's name of the class
     * @param outputShape of one example
     * @param parameters without running statistics
     * @param statistics running means and variances of batch norm
     * @param multiplyAdds of forward for one example, as in inference: convolutions and dense layers, whose products are
     *     nearly all; 0 for an auxiliary classifier's
     */
    public record Row(
            String name, String type, List<Long> outputShape, long parameters, long statistics, long multiplyAdds) {
        private Row forTrainingAlone() {
            return new Row(name, type, outputShape, parameters, statistics, 0);
        }
    }

    public ModelSummary {
        layers = List.copyOf(layers);
    }

    public static ModelSummary of(NetworkDefinition definition) {
        // a copy, as DL4J sets preprocessors while it walks, and without that forgets the ones that are set
        ComputationGraphConfiguration configuration = definition.configuration().clone();
        Map<String, InputType> outputs = configuration.getLayerActivationTypes(true, definition.input());
        Set<String> inferred = new HashSet<>();
        addWithSources(configuration.getNetworkOutputs().get(0), configuration, inferred);
        List<Row> rows = new ArrayList<>();
        outputs.forEach((name, output) -> {
            GraphVertex vertex = configuration.getVertices().get(name);
            if (vertex != null) { // null: the input
                InputType input =
                        outputs.get(configuration.getVertexInputs().get(name).get(0));
                Row row = row(name, vertex, input, output);
                rows.add(inferred.contains(name) ? row : row.forTrainingAlone());
            }
        });
        return new ModelSummary(rows);
    }

    private static void addWithSources(String vertex, ComputationGraphConfiguration configuration, Set<String> found) {
        if (found.add(vertex)) {
            configuration
                    .getVertexInputs()
                    .getOrDefault(vertex, List.of())
                    .forEach(source -> addWithSources(source, configuration, found));
        }
    }

    /** Without running statistics. */
    public long parameters() {
        return layers.stream().mapToLong(Row::parameters).sum();
    }

    public long statistics() {
        return layers.stream().mapToLong(Row::statistics).sum();
    }

    /** Of forward for one example. */
    public long multiplyAdds() {
        return layers.stream().mapToLong(Row::multiplyAdds).sum();
    }

    /** Of forward for one example, a multiplication and an addition counted as two. */
    public long flops() {
        return 2 * multiplyAdds();
    }

    private static Row row(String name, GraphVertex vertex, InputType input, InputType output) {
        List<Long> shape = Arrays.stream(output.getShape()).boxed().toList();
        if (!(vertex instanceof LayerVertex layerVertex)) {
            return new Row(name, vertex.getClass().getSimpleName(), shape, 0, 0, 0);
        }
        Layer layer = layerVertex.getLayerConf().getLayer();
        long all = layer.initializer().numParams(layerVertex.getLayerConf());
        long statistics = layer instanceof BatchNormalization norm ? 2 * norm.getNOut() : 0;
        return new Row(
                name,
                layer.getClass().getSimpleName(),
                shape,
                all - statistics,
                statistics,
                multiplyAdds(layer, input, output, steps(layerVertex, input, output)));
    }

    /** Of the sequence that a layer reads; 1 where it reads none. */
    private static long steps(LayerVertex vertex, InputType input, InputType output) {
        InputType read = vertex.getPreProcessor() == null
                ? input
                : vertex.getPreProcessor().getOutputType(input);
        long steps = 1;
        for (InputType type : new InputType[] {input, read, output}) {
            if (type instanceof InputType.InputTypeRecurrent sequence) {
                steps = Math.max(steps, sequence.getTimeSeriesLength());
            }
        }
        return steps;
    }

    private static long multiplyAdds(Layer layer, InputType input, InputType output, long steps) {
        if (layer instanceof Deconvolution2D transposed) {
            int[] kernel = transposed.getKernelSize();
            return input.arrayElementsPerExample() * kernel[0] * kernel[1] * transposed.getNOut();
        }
        return multiplyAdds(layer, output, steps);
    }

    private static long multiplyAdds(Layer layer, InputType output, long steps) {
        if (layer.getClass() == ConvolutionLayer.class) {
            ConvolutionLayer convolution = (ConvolutionLayer) layer;
            int[] kernel = convolution.getKernelSize();
            return output.arrayElementsPerExample() * kernel[0] * kernel[1] * convolution.getNIn();
        } else if (layer instanceof DepthwiseConvolution2D depthwise) {
            int[] kernel = depthwise.getKernelSize();
            return output.arrayElementsPerExample() * kernel[0] * kernel[1];
        } else if (layer instanceof SeparableConvolution2D separable) {
            int[] kernel = separable.getKernelSize();
            long between = separable.getNIn() * separable.getDepthMultiplier(); // channels
            return pixels(output) * between * (kernel[0] * kernel[1] + separable.getNOut());
        } else if (layer instanceof EngineLayer own) {
            return own.multiplyAdds(steps * pixels(output));
        } else if (Wrapped.in(layer) != null) {
            return multiplyAdds(Wrapped.in(layer), output, steps);
        } else if (layer instanceof Bidirectional both) {
            return 2 * multiplyAdds(both.getFwd(), output, steps);
        } else if (layer instanceof LSTM || layer instanceof SimpleRnn) {
            FeedForwardLayer recurrent = (FeedForwardLayer) layer;
            long gates = layer instanceof LSTM ? 4 : 1;
            return steps * gates * recurrent.getNOut() * (recurrent.getNIn() + recurrent.getNOut());
        } else if (layer instanceof DenseLayer || layer instanceof BaseOutputLayer) {
            FeedForwardLayer dense = (FeedForwardLayer) layer;
            return steps * dense.getNIn() * dense.getNOut();
        }
        return 0;
    }

    /** 1 of what is no image. */
    private static long pixels(InputType type) {
        return type instanceof InputType.InputTypeConvolutional images ? images.getHeight() * images.getWidth() : 1;
    }
}
