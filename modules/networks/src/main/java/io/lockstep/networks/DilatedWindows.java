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
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;

/** The windows of dilated maxima and means, which ND4J computes wrongly or, where they lie beyond their input, not at all. */
public final class DilatedWindows {
    private DilatedWindows() {}

    public static boolean areIn(SubsamplingLayer layer) {
        int[] dilation = layer.getDilation();
        PoolingType type = layer.getPoolingType();
        return (dilation[0] > 1 || dilation[1] > 1) && (type == PoolingType.MAX || type == PoolingType.AVG);
    }

    /** @throws IllegalArgumentException if a window does not fit the input, or sees nothing of it */
    public static Window of(SubsamplingLayer layer, Shape input) {
        Window window = Windows.of(
                input,
                layer.getKernelSize(),
                layer.getStride(),
                layer.getPadding(),
                layer.getDilation(),
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

    /** @throws IllegalArgumentException naming a layer whose windows cannot be computed */
    static void require(ComputationGraphConfiguration configuration, List<InputType> inputs) {
        Map<String, InputType> types = null;
        for (Map.Entry<String, GraphVertex> vertex : configuration.getVertices().entrySet()) {
            if (vertex.getValue() instanceof LayerVertex layer
                    && Wrapped.innermost(layer.getLayerConf().getLayer()) instanceof SubsamplingLayer pooling
                    && areIn(pooling)) {
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
        if (seen instanceof InputType.InputTypeConvolutional images) {
            Shape shape = new Shape((int) images.getHeight(), (int) images.getWidth(), (int) images.getChannels());
            try {
                of(pooling, shape);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "layer '" + name + "' reads " + shape.height() + "x" + shape.width() + ": " + e.getMessage(),
                        e);
            }
        }
    }
}
