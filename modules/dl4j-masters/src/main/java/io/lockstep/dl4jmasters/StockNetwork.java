package io.lockstep.dl4jmasters;

import io.lockstep.datasets.FeatureLayout;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.layers.EngineLayer;
import io.lockstep.training.Replica;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.apache.commons.lang3.SerializationUtils;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;

/** A network as DL4J itself runs it: its own layers, and the run's learning rate as a schedule of its updaters. */
final class StockNetwork {
    private StockNetwork() {}

    /** All layers must be DL4J's, and {@link WorkerProbe} reads predictions at the input of the output layer. */
    static void requireTrainable(NetworkDefinition definition) {
        if (!(definition.input() instanceof InputType.InputTypeConvolutional)) {
            throw new IllegalArgumentException(
                    "its examples are no pictures, and DL4J's masters are handed pictures here");
        }
        ComputationGraphConfiguration configuration = definition.configuration();
        configuration.getVertices().forEach((name, vertex) -> {
            if (vertex instanceof LayerVertex layerVertex
                    && layerVertex.getLayerConf().getLayer() instanceof EngineLayer) {
                throw new IllegalArgumentException(
                        "its layer '" + name + "' is Lockstep's own, and a baseline is one of DL4J's layers");
            }
        });
        if (configuration.getNetworkOutputs().size() > 1) {
            throw new IllegalArgumentException(
                    "it has auxiliary classifiers, and DL4J's masters are handed one array of labels here");
        }
        String name = configuration.getNetworkOutputs().get(0);
        boolean readable = configuration.getVertices().get(name) instanceof LayerVertex vertex
                && vertex.getLayerConf().getLayer() instanceof OutputLayer
                && vertex.getPreProcessor() == null;
        if (!readable) {
            throw new IllegalArgumentException(
                    "its output '" + name + "' is no OutputLayer of DL4J's on plain vectors");
        }
    }

    /** How the network reads pictures. */
    static FeatureLayout layout(NetworkDefinition definition) {
        return definition.input() instanceof InputType.InputTypeConvolutional images
                        && images.getFormat() == CNN2DFormat.NHWC
                ? FeatureLayout.NHWC
                : FeatureLayout.NCHW;
    }

    static ComputationGraph initialized(NetworkDefinition definition, RunSchedule schedule) {
        var configuration = new RunConfiguration(SerializationUtils.clone(definition.configuration()));
        for (GraphVertex vertex : configuration.getVertices().values()) {
            if (vertex instanceof LayerVertex layerVertex
                    && layerVertex.getLayerConf().getLayer() instanceof BaseLayer layer) {
                follow(layer.getIUpdater(), schedule);
                follow(layer.getBiasUpdater(), schedule);
            }
        }
        ComputationGraph graph = new ComputationGraph(configuration);
        graph.init();
        return graph;
    }

    private static void follow(IUpdater updater, RunSchedule schedule) {
        if (updater != null && updater.hasLearningRate()) {
            updater.setLrAndSchedule(Double.NaN, schedule); // as DL4J's NetworkUtils does: a schedule comes first
        }
    }

    /** Parameters and updater state; the replica is of the same definition, so both have one layout. */
    static void copyInto(Replica replica, ComputationGraph graph) {
        copy("parameters", graph.params(), replica.parameters());
        copy("updater state", graph.getUpdater().getUpdaterStateViewArray(), replica.updaterState());
    }

    private static void copy(String what, INDArray from, ByteBuffer to) {
        FloatBuffer target = to.asFloatBuffer();
        long length = from == null ? 0 : from.length();
        if (length != target.remaining()) {
            throw new IllegalStateException(
                    "DL4J's network has " + length + " elements of " + what + ", the replica " + target.remaining());
        }
        if (length > 0) {
            target.put(from.dup('c')
                    .data()
                    .pointer()
                    .asByteBuffer()
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer());
        }
    }
}
