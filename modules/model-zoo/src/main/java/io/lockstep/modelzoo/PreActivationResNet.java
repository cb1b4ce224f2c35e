package io.lockstep.modelzoo;

import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;

/**
 * Residual networks whose blocks begin with batch norm and ReLU, so that shortcuts are clean: He et al. 2016, Identity
 * Mappings in Deep Residual Networks, figure 1b; and their wide variants: Zagoruyko and Komodakis 2016, table 1, with
 * dropout between the convolutions of a block (figure 1d) where the hyper-parameters say so. For small images: a 3x3
 * stem of stride 1, stages at full, half, quarter ... size. Where the channels change, the shortcut is a 1x1 convolution
 * of what batch norm and ReLU gave.
 *
 * @param stem channels of the first convolution
 * @param channels of the stages' 3x3 convolutions
 * @param blocks in each stage
 * @param bottleneck 1x1, 3x3 and 1x1 with four times the channels, instead of two of 3x3
 */
record PreActivationResNet(int stem, int[] channels, int[] blocks, boolean bottleneck) implements Model.Architecture {
    private static final int EXPANSION = 4;

    /** Three stages of 16, 32 and 64 channels times the width; depth = 6n + 4. */
    static PreActivationResNet wide(int depth, int width) {
        int inStage = (depth - 4) / 6;
        return new PreActivationResNet(
                16, new int[] {16 * width, 32 * width, 64 * width}, new int[] {inStage, inStage, inStage}, false);
    }

    @Override
    public NetworkDefinition build(ModelInput input, Hyperparameters hyperparameters, long seed) {
        ImageGraph graph = new ImageGraph(input, hyperparameters, seed);
        String last = graph.plainConvolution("stem", ImageGraph.INPUT, 3, 1, stem);
        int inputs = stem;
        for (int stage = 0; stage < channels.length; stage++) {
            int outputs = bottleneck ? EXPANSION * channels[stage] : channels[stage];
            for (int block = 0; block < blocks[stage]; block++) {
                int stride = stage > 0 && block == 0 ? 2 : 1;
                String name = "s" + (stage + 1) + "b" + (block + 1);
                last = block(graph, name, last, channels[stage], outputs, stride, inputs != outputs);
                inputs = outputs;
            }
        }
        return graph.poolAndClassify(graph.relu("last", graph.norm("last", last)));
    }

    private String block(
            ImageGraph graph, String name, String from, int inner, int outputs, int stride, boolean projects) {
        String activated = graph.relu(name, graph.norm(name, from));
        String shortcut = projects ? graph.plainConvolution(name + "_shortcut", activated, 1, stride, outputs) : from;
        String last = bottleneck
                ? bottleneck(graph, name, activated, inner, outputs, stride)
                : basic(graph, name, activated, inner, stride);
        return graph.add(name, last, shortcut);
    }

    private static String basic(ImageGraph graph, String name, String from, int channels, int stride) {
        String first = graph.convolutionAndNorm(name + "_1", from, 3, stride, channels);
        String dropped = graph.dropout(name + "_drop", graph.relu(name + "_1", first));
        return graph.plainConvolution(name + "_2", dropped, 3, 1, channels);
    }

    private static String bottleneck(ImageGraph graph, String name, String from, int inner, int outputs, int stride) {
        String first = graph.relu(name + "_1", graph.convolutionAndNorm(name + "_1", from, 1, 1, inner));
        String second = graph.relu(name + "_2", graph.convolutionAndNorm(name + "_2", first, 3, stride, inner));
        return graph.plainConvolution(name + "_3", second, 1, 1, outputs);
    }
}
