package io.lockstep.spark.ml;

import io.lockstep.networks.LabelKind;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossHinge;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossSquaredHinge;

/** What the layer that a network ends with says of labels. */
final class OutputLayers {
    private OutputLayers() {}

    /** The first output's; null of a network of the zoo. */
    private static Layer of(NetworkText network) {
        if (network.layers() != null) {
            int last = network.layers().getConfs().size() - 1;
            return network.layers().getConf(last).getLayer();
        }
        return network.graph() != null
                        && network.graph().getVertices().get(first(network)) instanceof LayerVertex vertex
                ? vertex.getLayerConf().getLayer()
                : null;
    }

    private static String first(NetworkText network) {
        return network.graph().getNetworkOutputs().get(0);
    }

    /** What whoever made the network has said of its labels; null: nothing. */
    static LabelKind told(NetworkText network) {
        return network.graph() == null ? null : network.feeds().kinds().get(first(network));
    }

    /** Whether a label that is a number is the number of a class: a loss of classifiers, or probabilities that add up to 1. */
    static boolean tellClasses(NetworkText network) {
        if (network.zoo() != null) {
            return true;
        }
        Layer layer = of(network);
        ILossFunction loss = layer instanceof BaseOutputLayer output
                ? output.getLossFn()
                : layer instanceof LossLayer lossLayer ? lossLayer.getLossFn() : null;
        return loss instanceof LossMCXENT // and its relatives of sparse labels and negative log likelihood
                || loss instanceof LossHinge
                || loss instanceof LossSquaredHinge
                || loss instanceof LossBinaryXENT
                || layer instanceof BaseLayer known && known.getActivationFn() instanceof ActivationSoftmax;
    }

    /** Classes that the network tells apart; 0: as many as the data have. */
    static int classes(NetworkText network) {
        return of(network) instanceof FeedForwardLayer layer && layer.getNOut() > 0
                ? Math.max(2, Math.toIntExact(layer.getNOut()))
                : 0;
    }
}
