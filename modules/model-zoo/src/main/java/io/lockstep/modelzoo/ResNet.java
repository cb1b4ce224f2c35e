package io.lockstep.modelzoo;

import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;

/**
 * The residual networks of basic blocks for ImageNet: He et al. 2015, table 1, with projections where a stage begins
 * with other channels (option B). Stages of 64, 128, 256 and 512 channels.
 *
 * <p>The stem is the paper's (7x7 convolution and 3x3 max pooling, both of stride 2) for images above 64 pixels; for
 * smaller ones, which it would shrink to nothing, a 3x3 convolution of stride 1.
 */
record ResNet(int blocks1, int blocks2, int blocks3, int blocks4) implements Model.Architecture {
    private static final int STEM_CHANNELS = 64;
    private static final int LARGEST_SMALL_IMAGE = 64;

    @Override
    public NetworkDefinition build(ModelInput input, Hyperparameters hyperparameters, long seed) {
        ImageGraph graph = new ImageGraph(input, hyperparameters, seed);
        String last = Math.max(input.height(), input.width()) <= LARGEST_SMALL_IMAGE
                ? graph.relu("stem", graph.convolutionAndNorm("stem", ImageGraph.INPUT, 3, 1, STEM_CHANNELS))
                : imageNetStem(graph);
        int[] blocks = {blocks1, blocks2, blocks3, blocks4};
        for (int stage = 0; stage < blocks.length; stage++) {
            for (int block = 0; block < blocks[stage]; block++) {
                boolean halves = stage > 0 && block == 0;
                last = block(graph, "s" + (stage + 1) + "b" + (block + 1), last, STEM_CHANNELS << stage, halves);
            }
        }
        return graph.poolAndClassify(last);
    }

    private static String imageNetStem(ImageGraph graph) {
        String convolution = graph.convolutionAndNorm("stem", ImageGraph.INPUT, 7, 2, STEM_CHANNELS);
        return graph.maxPooling("stem_pool", graph.relu("stem", convolution), 3, 2, 1);
    }

    private static String block(ImageGraph graph, String name, String from, int channels, boolean halves) {
        int stride = halves ? 2 : 1;
        String first = graph.convolutionAndNorm(name + "_1", from, 3, stride, channels);
        String second = graph.convolutionAndNorm(name + "_2", graph.relu(name + "_1", first), 3, 1, channels);
        String shortcut = halves ? graph.convolutionAndNorm(name + "_shortcut", from, 1, stride, channels) : from;
        return graph.relu(name, graph.add(name, second, shortcut));
    }
}
