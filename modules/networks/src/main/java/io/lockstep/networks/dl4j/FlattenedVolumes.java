package io.lockstep.networks.dl4j;

import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.Wrapped;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.Convolution3D.DataFormat;
import org.deeplearning4j.nn.conf.layers.Deconvolution3D;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.Subsampling3DLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling3D;
import org.deeplearning4j.nn.conf.preprocessor.Cnn3DToFeedForwardPreProcessor;

/**
 * Where DL4J makes rows of volumes. What it notes of a layer of volumes forgets that its channels come first (except of
 * convolutions and poolings in the mode Same), and then the preprocessor in front of the next dense layer takes the last dimension for
 * the channels and fails in training.
 */
final class FlattenedVolumes {
    private final NetworkDefinition definition;
    private final ComputationGraphConfiguration configuration;

    private FlattenedVolumes(NetworkDefinition definition) {
        this.definition = definition;
        configuration = definition.configuration();
    }

    /** @throws UnsupportedOperationException naming the vertex that reads volumes in another order than they have */
    static void require(NetworkDefinition definition) {
        FlattenedVolumes volumes = new FlattenedVolumes(definition);
        definition.configuration().getVertices().forEach(volumes::require);
    }

    private void require(String name, GraphVertex vertex) {
        InputPreProcessor preprocessor = null;
        if (vertex instanceof LayerVertex layer) {
            preprocessor = layer.getPreProcessor();
        } else if (vertex instanceof PreprocessorVertex of) {
            preprocessor = of.getPreProcessor();
        }
        if (!(preprocessor instanceof Cnn3DToFeedForwardPreProcessor flat)) {
            return;
        }
        String from = configuration.getVertexInputs().get(name).get(0);
        DataFormat format = formatOf(from);
        DataFormat read = flat.isNCDHW() ? DataFormat.NCDHW : DataFormat.NDHWC;
        if (format != null && format != read) {
            throw new UnsupportedOperationException("vertex '" + name + "' makes rows of the volumes of '" + from
                    + "', which are " + format + ", and DL4J 1.0.0-M2.1 has noted that they are " + read
                    + ", so that it fails in training; put a GlobalPoolingLayer between the two, or take"
                    + " ConvolutionMode.Same for '" + from + "'");
        }
    }

    /** Of what comes out of a vertex; null where nothing says it. */
    private DataFormat formatOf(String vertex) {
        int input = configuration.getNetworkInputs().indexOf(vertex);
        if (input >= 0) {
            return definition.inputs().get(input) instanceof InputType.InputTypeConvolutional3D volumes
                    ? volumes.getDataFormat()
                    : null;
        }
        Layer layer = configuration.getVertices().get(vertex) instanceof LayerVertex of
                ? Wrapped.innermost(of.getLayerConf().getLayer())
                : null;
        if (layer instanceof Convolution3D convolution) {
            return convolution.getDataFormat();
        } else if (layer instanceof Deconvolution3D deconvolution) {
            return deconvolution.getDataFormat();
        } else if (layer instanceof Subsampling3DLayer pooling) {
            return pooling.getDataFormat();
        } else if (layer instanceof Upsampling3D upsampling) {
            return upsampling.getDataFormat();
        }
        List<String> from = configuration.getVertexInputs().get(vertex);
        return from.isEmpty() ? null : formatOf(from.get(0));
    }
}
