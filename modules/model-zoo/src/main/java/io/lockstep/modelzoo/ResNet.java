package io.lockstep.modelzoo;

import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.weights.NameTable;
import java.util.List;

/**
 * The residual networks for ImageNet: He et al. 2015, table 1, with projections where a stage begins with other channels
 * (option B). Stages of 64, 128, 256 and 512 channels; bottleneck blocks end with four times as many, and halve the
 * picture in their 3x3 convolution (Goyal et al. 2017, section 5.1), not in the first of 1x1.
 *
 * <p>The stem is the paper's (7x7 convolution and 3x3 max pooling, both of stride 2) for images above 64 pixels; for
 * smaller ones, which it would shrink to nothing, a 3x3 convolution of stride 1.
 */
record ResNet(boolean bottleneck, int blocks1, int blocks2, int blocks3, int blocks4) implements Model.Architecture {
    private static final int STEM_CHANNELS = 64;
    private static final int EXPANSION = 4;

    @Override
    public List<NameTable> weightNames() {
        return WeightNames.residual();
    }

    @Override
    public NetworkDefinition build(ModelInput input, Hyperparameters hyperparameters, long seed) {
        ImageGraph graph = new ImageGraph(input, hyperparameters, seed);
        String last = input.isSmall()
                ? graph.relu("stem", graph.convolutionAndNorm("stem", ImageGraph.INPUT, 3, 1, STEM_CHANNELS))
                : imageNetStem(graph);
        int[] blocks = {blocks1, blocks2, blocks3, blocks4};
        for (int stage = 0; stage < blocks.length; stage++) {
            for (int block = 0; block < blocks[stage]; block++) {
                int stride = stage > 0 && block == 0 ? 2 : 1;
                boolean projects = block == 0 && (stage > 0 || bottleneck);
                String name = "s" + (stage + 1) + "b" + (block + 1);
                last = block(graph, name, last, STEM_CHANNELS << stage, stride, projects);
            }
        }
        return graph.poolAndClassify(last);
    }

    private static String imageNetStem(ImageGraph graph) {
        String convolution = graph.convolutionAndNorm("stem", ImageGraph.INPUT, 7, 2, STEM_CHANNELS);
        return graph.maxPooling("stem_pool", graph.relu("stem", convolution), 3, 2, 1);
    }

    private String block(ImageGraph graph, String name, String from, int channels, int stride, boolean projects) {
        int outputs = bottleneck ? EXPANSION * channels : channels;
        String last = bottleneck
                ? bottleneck(graph, name, from, channels, stride)
                : basic(graph, name, from, channels, stride);
        String shortcut = projects ? graph.convolutionAndNorm(name + "_shortcut", from, 1, stride, outputs) : from;
        return graph.relu(name, graph.add(name, last, shortcut));
    }

    private static String basic(ImageGraph graph, String name, String from, int channels, int stride) {
        String first = graph.convolutionAndNorm(name + "_1", from, 3, stride, channels);
        return graph.convolutionAndNorm(name + "_2", graph.relu(name + "_1", first), 3, 1, channels);
    }

    private static String bottleneck(ImageGraph graph, String name, String from, int channels, int stride) {
        String first = graph.relu(name + "_1", graph.convolutionAndNorm(name + "_1", from, 1, 1, channels));
        String second = graph.relu(name + "_2", graph.convolutionAndNorm(name + "_2", first, 3, stride, channels));
        return graph.convolutionAndNorm(name + "_3", second, 1, 1, EXPANSION * channels);
    }
}
