package io.lockstep.networks;

import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/** A configuration of layers that come one after the other, as the graph that DL4J makes of it. */
final class LayersInARow {
    private LayersInARow() {}

    static NetworkDefinition definition(MultiLayerConfiguration configuration, InputType input) {
        configuration.getConfs().forEach(ConfigurationCheck::require);
        MultiLayerNetwork network = new MultiLayerNetwork(configuration.clone());
        network.init();
        ComputationGraph graph = network.toComputationGraph();
        ComputationGraphConfiguration copy = graph.getConfiguration();
        long seed = configuration.getConf(0).getSeed(); // which DL4J forgets on the way
        copy.getDefaultConfiguration().setSeed(seed);
        copy.getDefaultConfiguration().setMiniBatch(configuration.getConf(0).isMiniBatch());
        for (GraphVertex vertex : copy.getVertices().values()) {
            if (vertex instanceof LayerVertex layer) {
                layer.getLayerConf().setSeed(seed);
            }
        }
        copy.setBackpropType(configuration.getBackpropType());
        copy.setTbpttFwdLength(configuration.getTbpttFwdLength());
        copy.setTbpttBackLength(configuration.getTbpttBackLength());
        NetworkDefinition definition = new NetworkDefinition(copy, input);
        OffHeap.free(network);
        OffHeap.free(graph);
        return definition;
    }
}
