package io.lockstep.networks;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;

/** Images that come as rows of (channels, height, width), as {@link InputType#convolutionalFlat} says: DL4J makes images of them. */
public final class FlatImages {
    private FlatImages() {}

    /** The row that DL4J's preprocessor reads where flat images are told; any other type as it is. */
    static InputType asRow(InputType input) {
        return input instanceof InputType.InputTypeConvolutionalFlat flat
                ? InputType.feedForward(flat.getFlattenedSize())
                : input;
    }

    /** Whether the first input of a network is such a row; pictures of a data set lie in it with their channels first. */
    public static boolean areReadBy(NetworkDefinition definition) {
        ComputationGraphConfiguration configuration = definition.configuration();
        String input = configuration.getNetworkInputs().get(0);
        return definition.input() instanceof InputType.InputTypeFeedForward
                && configuration.getVertices().entrySet().stream()
                        .anyMatch(vertex -> isTurnedBy(vertex.getValue())
                                && configuration
                                        .getVertexInputs()
                                        .get(vertex.getKey())
                                        .contains(input));
    }

    /** Whether a vertex makes images of the rows that it reads. */
    public static boolean isTurnedBy(GraphVertex vertex) {
        InputPreProcessor preprocessor = null;
        if (vertex instanceof LayerVertex layer) {
            preprocessor = layer.getPreProcessor();
        } else if (vertex instanceof PreprocessorVertex of) {
            preprocessor = of.getPreProcessor();
        }
        return preprocessor instanceof FeedForwardToCnnPreProcessor;
    }
}
