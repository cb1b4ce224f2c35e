package io.lockstep.networks;

import io.lockstep.engine.Shape;
import io.lockstep.engine.Window;
import io.lockstep.networks.layers.Windows;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.Subsampling1DLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;

/**
 * The windows of maxima and means. ND4J computes dilated ones wrongly or, where they lie beyond their input, not at all; and
 * where a window of any pooling sees padding alone, ND4J writes beyond its arrays, which spoils the memory of the process.
 */
public final class PoolingWindows {
    private PoolingWindows() {}

    /** Whether ND4J's own code is wrong about the layer. */
    public static boolean areDilated(SubsamplingLayer layer) {
        int[] dilation = layer.getDilation();
        return (dilation[0] > 1 || dilation[1] > 1) && isOfPixels(layer);
    }

    private static boolean isOfPixels(SubsamplingLayer layer) {
        return layer.getPoolingType() == PoolingType.MAX || layer.getPoolingType() == PoolingType.AVG;
    }

    /** @throws IllegalArgumentException if a window does not fit the input, or sees nothing of it */
    public static Window of(SubsamplingLayer layer, Shape input) {
        boolean steps = layer instanceof Subsampling1DLayer; // which has no width
        Window window = Windows.of(
                input,
                sizes(steps, layer.getKernelSize(), 1),
                sizes(steps, layer.getStride(), 1),
                sizes(steps, layer.getPadding(), 0),
                sizes(steps, layer.getDilation(), 1),
                layer.getConvolutionMode());
        window.outputHeight(input.height());
        window.outputWidth(input.width());
        boolean needsPixels = layer.getPoolingType() == PoolingType.MAX || !layer.isAvgPoolIncludePadInDivisor();
        if (needsPixels && window.seesPaddingAlone(input)) {
            throw new IllegalArgumentException(
                    "has windows that see padding alone, of which there is no maximum and no mean");
        }
        return window;
    }

    private static int[] sizes(boolean steps, int[] of, int width) {
        return steps ? new int[] {of[0], width} : of;
    }

    /** @throws IllegalArgumentException naming a layer whose windows cannot be computed */
    static void require(ComputationGraphConfiguration configuration, List<InputType> inputs) {
        Map<String, InputType> types = null;
        for (Map.Entry<String, GraphVertex> vertex : configuration.getVertices().entrySet()) {
            if (vertex.getValue() instanceof LayerVertex layer
                    && Wrapped.innermost(layer.getLayerConf().getLayer()) instanceof SubsamplingLayer pooling
                    && isOfPixels(pooling)) {
                InputType[] all = inputs.toArray(InputType[]::new);
                types = types == null ? configuration.clone().getLayerActivationTypes(true, false, all) : types;
                String from =
                        configuration.getVertexInputs().get(vertex.getKey()).get(0);
                int input = configuration.getNetworkInputs().indexOf(from);
                InputType seen = input >= 0 ? inputs.get(input) : types.get(from);
                require(vertex.getKey(), pooling, preprocessed(layer, seen));
            }
        }
    }

    private static InputType preprocessed(LayerVertex layer, InputType seen) {
        return layer.getPreProcessor() == null ? seen : layer.getPreProcessor().getOutputType(seen);
    }

    private static void require(String name, SubsamplingLayer pooling, InputType seen) {
        Shape shape = shape(seen);
        if (shape == null) {
            return;
        }
        try {
            of(pooling, shape);
        } catch (IllegalArgumentException e) {
            String read = shape.height() + (pooling instanceof Subsampling1DLayer ? " steps" : "x" + shape.width());
            throw new IllegalArgumentException("layer '" + name + "' reads " + read + ": " + e.getMessage(), e);
        }
    }

    /** Null for what a pooling of pixels or steps does not read. */
    private static Shape shape(InputType seen) {
        if (seen instanceof InputType.InputTypeConvolutional images) {
            return new Shape((int) images.getHeight(), (int) images.getWidth(), (int) images.getChannels());
        }
        return seen instanceof InputType.InputTypeRecurrent sequence && sequence.getTimeSeriesLength() > 0
                ? new Shape((int) sequence.getTimeSeriesLength(), 1, (int) sequence.getSize())
                : null;
    }
}
