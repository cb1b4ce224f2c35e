package io.lockstep.networks;

import java.util.List;
import java.util.Objects;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;

/**
 * A classifier to train: DL4J's configuration, and what DL4J's configuration does not keep, the shape of an example.
 *
 * @param configuration with one input and one output layer of shape (N, classes)
 * @param input {@link InputType#convolutional(long, long, long, CNN2DFormat)} for images, in the layout that the
 *     network reads, or {@link InputType#feedForward(long)} for vectors
 */
public record NetworkDefinition(ComputationGraphConfiguration configuration, InputType input) {
    public NetworkDefinition {
        Objects.requireNonNull(configuration, "configuration");
        Objects.requireNonNull(input, "input");
        requireOne("input", configuration.getNetworkInputs());
        requireOne("output", configuration.getNetworkOutputs());
        if (!(input instanceof InputType.InputTypeConvolutional)
                && !(input instanceof InputType.InputTypeFeedForward)) {
            throw new IllegalArgumentException("images or vectors can be trained on, not " + input);
        }
    }

    /** Classes to tell apart; 1 for a single sigmoid output. */
    public int classes() {
        String output = configuration.getNetworkOutputs().get(0);
        GraphVertex vertex = configuration.getVertices().get(output);
        if (vertex instanceof LayerVertex layerVertex) {
            Layer layer = layerVertex.getLayerConf().getLayer();
            if (layer instanceof FeedForwardLayer feedForward) {
                return Math.toIntExact(feedForward.getNOut());
            }
        }
        throw new IllegalArgumentException("output '" + output + "' is no layer of classes");
    }

    /** Elements of an example. */
    public int featureSize() {
        return Math.toIntExact(input.arrayElementsPerExample());
    }

    private static void requireOne(String what, List<String> names) {
        if (names.size() != 1) {
            throw new IllegalArgumentException("a classifier has one " + what + ", this network has " + names);
        }
    }
}
