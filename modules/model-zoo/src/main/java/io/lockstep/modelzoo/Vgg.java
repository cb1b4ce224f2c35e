package io.lockstep.modelzoo;

import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.weights.NameTable;
import java.util.List;
import java.util.Map;

/**
 * VGG: Simonyan and Zisserman 2015, table 1, configurations A, B, D and E: five groups of 3x3 convolutions of 64, 128,
 * 256, 512 and 512 channels, each followed by 2x2 max pooling, then layers of 4096, 4096 and one unit a class.
 *
 * <p>For images up to 64 pixels one linear layer takes the place of the three, as is usual on CIFAR: what five poolings
 * leave is a vector. With batch norm after each convolution, convolutions have no bias.
 */
record Vgg(int depth, boolean norm) implements Model.Architecture {
    /** Five times halved, one pixel. */
    private static final int SMALLEST = 32;

    private static final int[] CHANNELS = {64, 128, 256, 512, 512};
    /** Convolutions in each group. */
    private static final Map<Integer, int[]> GROUPS = Map.of(
            11, new int[] {1, 1, 2, 2, 2},
            13, new int[] {2, 2, 2, 2, 2},
            16, new int[] {2, 2, 3, 3, 3},
            19, new int[] {2, 2, 4, 4, 4});

    /** As torchvision counts them: all convolutions, norms, ReLUs and poolings in one row. */
    @Override
    public List<NameTable> weightNames() {
        NameTable table = NameTable.of("torchvision")
                .layer("fc6", "classifier.0")
                .layer("fc7", "classifier.3")
                .layer("output", "classifier.6", "classifier", "classifier.0");
        int index = 0;
        for (int group = 0; group < CHANNELS.length; group++) {
            for (int i = 1; i <= GROUPS.get(depth)[group]; i++) {
                String name = "c" + (group + 1) + "_" + i;
                table = norm ? withNorm(table, name, index) : table.layer(name, "features." + index);
                index += norm ? 3 : 2; // with the ReLU
            }
            index++; // pooling
        }
        return List.of(table);
    }

    /** torchvision's convolutions have a bias before the norm. */
    private static NameTable withNorm(NameTable table, String name, int index) {
        String norm = "features." + (index + 1);
        return table.layer(name + "_conv", "features." + index)
                .meanWithout(name + "_norm", norm + ".running_mean", "features." + index + ".bias")
                .layer(name + "_norm", norm);
    }

    @Override
    public NetworkDefinition build(ModelInput input, Hyperparameters hyperparameters, long seed) {
        input.requireAtLeast(SMALLEST, "vgg" + depth);
        ImageGraph graph = new ImageGraph(input, hyperparameters, seed);
        String last = ImageGraph.INPUT;
        for (int group = 0; group < CHANNELS.length; group++) {
            for (int i = 1; i <= GROUPS.get(depth)[group]; i++) {
                String name = "c" + (group + 1) + "_" + i;
                last = graph.convolutionRelu(name, last, 3, CHANNELS[group], norm);
            }
            last = graph.maxPooling("pool" + (group + 1), last, 2, 2, 0);
        }
        if (input.isSmall()) {
            return graph.classify(graph.dropout("drop", last));
        }
        return graph.classify(graph.dropout("drop", graph.denseRelu("fc7", graph.denseRelu("fc6", last, 4096), 4096)));
    }
}
