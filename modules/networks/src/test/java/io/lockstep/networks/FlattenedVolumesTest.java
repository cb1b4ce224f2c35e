package io.lockstep.networks;

import static io.lockstep.networks.AgainstDl4j.defined;
import static io.lockstep.networks.AgainstDl4j.graph;
import static io.lockstep.networks.AgainstDl4j.softmax;
import static io.lockstep.networks.AgainstDl4j.trainsAsDl4j;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lockstep.networks.dl4j.Dl4jReplica;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.Convolution3D.DataFormat;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;

/** Networks of volumes that end with a dense layer: what DL4J itself fails at is refused before anything starts. */
class FlattenedVolumesTest {
    private static NetworkDefinition network(DataFormat format, ConvolutionMode mode, boolean pooled) {
        GraphBuilder graph = graph("in")
                .addLayer(
                        "convolution",
                        new Convolution3D.Builder(2, 2, 2)
                                .nOut(3)
                                .dataFormat(format)
                                .convolutionMode(mode)
                                .activation(Activation.TANH)
                                .build(),
                        "in");
        if (pooled) {
            graph.addLayer("pooling", new GlobalPoolingLayer(PoolingType.AVG), "convolution");
        }
        graph.addLayer("out", softmax(3), pooled ? "pooling" : "convolution").setOutputs("out");
        return defined(graph, Feeds.USUAL, InputType.convolutional3D(format, 3, 4, 4, 2));
    }

    @Test
    void whereDl4jForgetsThatChannelsComeFirstTheVertexIsNamed() {
        NetworkDefinition network = network(DataFormat.NCDHW, ConvolutionMode.Truncate, false);
        assertThatThrownBy(() -> Dl4jReplica.requireRuns(network, 0, false))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContainingAll(
                        "vertex 'out' makes rows of the volumes of 'convolution', which are NCDHW",
                        "GlobalPoolingLayer");
    }

    @Test
    void whatIsAdvisedInsteadTrainsAsInDl4j() {
        trainsAsDl4j(
                network(DataFormat.NCDHW, ConvolutionMode.Truncate, true),
                1e-5,
                examples -> examples.input("features", 2, 3, 4, 4).classes("labels", 3, false));
        trainsAsDl4j(
                network(DataFormat.NCDHW, ConvolutionMode.Same, false),
                1e-5,
                examples -> examples.input("features", 2, 3, 4, 4).classes("labels", 3, false));
    }
}
