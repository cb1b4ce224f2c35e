package io.lockstep.modelzoo;

import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.weights.NameTable;
import java.util.List;

/**
 * The residual networks for small images: He et al. 2015, section 4.2. A 3x3 convolution with 16 channels, then three
 * stages of n basic blocks with 16, 32 and 64 channels at full, half and quarter size: 6n + 2 layers with weights.
 * Shortcuts are identities; where a stage begins, every second pixel and zeros for the new channels (option A).
 */
record CifarResNet(int blocksInStage) implements Model.Architecture {
    private static final int STAGES = 3;
    private static final int STEM_CHANNELS = 16;

    static CifarResNet ofDepth(int depth) {
        return new CifarResNet((depth - 2) / 6);
    }

    @Override
    public List<NameTable> weightNames() {
        return WeightNames.residual();
    }

    @Override
    public NetworkDefinition build(ModelInput input, Hyperparameters hyperparameters, long seed) {
        ImageGraph graph = new ImageGraph(input, hyperparameters, seed);
        String last = graph.relu("stem", graph.convolutionAndNorm("stem", ImageGraph.INPUT, 3, 1, STEM_CHANNELS));
        for (int stage = 0; stage < STAGES; stage++) {
            for (int block = 0; block < blocksInStage; block++) {
                boolean halves = stage > 0 && block == 0;
                last = block(graph, "s" + (stage + 1) + "b" + (block + 1), last, STEM_CHANNELS << stage, halves);
            }
        }
        return graph.poolAndClassify(last);
    }

    private static String block(ImageGraph graph, String name, String from, int channels, boolean halves) {
        String first = graph.convolutionAndNorm(name + "_1", from, 3, halves ? 2 : 1, channels);
        String second = graph.convolutionAndNorm(name + "_2", graph.relu(name + "_1", first), 3, 1, channels);
        String shortcut = halves ? graph.halvedWithTwiceTheChannels(name + "_shortcut", from) : from;
        return graph.relu(name, graph.add(name, second, shortcut));
    }
}
