package io.lockstep.modelzoo;

import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;

/**
 * Network in network: Lin et al. 2014, section 4 and the authors' configuration for CIFAR-10: three convolutions, each
 * followed by two of 1x1, the last of which has a channel for each class; their means over the picture are the scores.
 */
final class NetworkInNetwork {
    /** Two poolings of 3x3 and stride 2 leave one pixel or more. */
    private static final int SMALLEST = 4;

    private NetworkInNetwork() {}

    static NetworkDefinition build(ModelInput input, Hyperparameters hyperparameters, long seed) {
        input.requireAtLeast(SMALLEST, "nin");
        ImageGraph graph = new ImageGraph(input, hyperparameters, seed);
        String one = block(graph, "b1", ImageGraph.INPUT, 5, 192, 160, 96);
        String pooled = graph.dropout("d1", graph.maxPoolingOfAll("p1", one, 3, 2));
        String two = block(graph, "b2", pooled, 5, 192, 192, 192);
        String again = graph.dropout("d2", graph.averagePoolingOfAll("p2", two, 3, 2));
        return graph.poolToClasses(block(graph, "b3", again, 3, 192, 192, input.classes()));
    }

    private static String block(ImageGraph graph, String name, String from, int kernel, int a, int b, int c) {
        String convolution = graph.convolutionRelu(name + "_1", from, kernel, a, false);
        String first = graph.convolutionRelu(name + "_2", convolution, 1, b, false);
        return graph.convolutionRelu(name + "_3", first, 1, c, false);
    }
}
