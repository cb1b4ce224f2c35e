package io.lockstep.modelzoo;

import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;

/**
 * AlexNet: Krizhevsky et al. 2012, section 3.5, on one device: every kernel map sees all of the layer below, where the
 * paper cuts three layers in two halves for two GPUs. Response normalisation and overlapping pooling are the paper's.
 *
 * <p>For images up to 64 pixels the first convolution is 5x5 of stride 1.
 */
final class AlexNet {
    /** Three poolings of 3x3 and stride 2 leave one pixel or more. */
    private static final int SMALLEST = 15;

    private AlexNet() {}

    static NetworkDefinition build(ModelInput input, Hyperparameters hyperparameters, long seed) {
        input.requireAtLeast(SMALLEST, "alexnet");
        ImageGraph graph = new ImageGraph(input, hyperparameters, seed);
        String c1 = input.isSmall()
                ? graph.convolutionRelu("c1", ImageGraph.INPUT, 5, 1, 2, 96)
                : graph.convolutionRelu("c1", ImageGraph.INPUT, 11, 4, 2, 96); // 224 -> 55
        String p1 = graph.maxPooling("p1", graph.responseNorm("n1", c1), 3, 2, 0);
        String c2 = graph.convolutionRelu("c2", p1, 5, 1, 2, 256);
        String p2 = graph.maxPooling("p2", graph.responseNorm("n2", c2), 3, 2, 0);
        String c3 = graph.convolutionRelu("c3", p2, 3, 1, 1, 384);
        String c4 = graph.convolutionRelu("c4", c3, 3, 1, 1, 384);
        String c5 = graph.convolutionRelu("c5", c4, 3, 1, 1, 256);
        String p5 = graph.maxPooling("p5", c5, 3, 2, 0);
        return graph.classify(graph.denseRelu("fc7", graph.denseRelu("fc6", p5, 4096), 4096));
    }
}
