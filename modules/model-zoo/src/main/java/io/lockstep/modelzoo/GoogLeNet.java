package io.lockstep.modelzoo;

import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.weights.NameTable;
import java.util.List;
import java.util.Set;

/**
 * Inception v1: Szegedy et al. 2015, table 1, with the two auxiliary classifiers of section 5, whose losses count 0.3 each in
 * training and which inference leaves out. With batch norm (Ioffe and Szegedy 2015) after each convolution, those have no
 * bias, and response normalisation and the auxiliary classifiers go: gradients reach the first layers without them.
 *
 * <p>For images up to 64 pixels the stem keeps the picture: its first convolution is 3x3 of stride 1 and its two
 * poolings are left out.
 */
record GoogLeNet(boolean norm) implements Model.Architecture {
    /** Output channels: 1x1; 3x3 after its 1x1; 5x5 after its 1x1; 1x1 after pooling. */
    private record Inception(String name, int one, int before3, int three, int before5, int five, int pooled) {}

    private static final Inception[] STAGE3 = {
        new Inception("i3a", 64, 96, 128, 16, 32, 32), new Inception("i3b", 128, 128, 192, 32, 96, 64),
    };
    private static final Inception[] STAGE4 = {
        new Inception("i4a", 192, 96, 208, 16, 48, 64),
        new Inception("i4b", 160, 112, 224, 24, 64, 64),
        new Inception("i4c", 128, 128, 256, 24, 64, 64),
        new Inception("i4d", 112, 144, 288, 32, 64, 64),
        new Inception("i4e", 256, 160, 320, 32, 128, 128),
    };
    private static final Inception[] STAGE5 = {
        new Inception("i5a", 256, 160, 320, 32, 128, 128), new Inception("i5b", 384, 192, 384, 48, 128, 128),
    };

    /** Of an auxiliary classifier's pooling: what it reads must have as many pixels. */
    private static final int AUXILIARY_WINDOW = 5;

    private static final double AUXILIARY_WEIGHT = 0.3;
    private static final Set<String> AUXILIARY_BEHIND = Set.of("i4a", "i4d");

    @Override
    public List<NameTable> weightNames() {
        return norm ? WeightNames.inception() : List.of(); // torchvision has it with batch norm only
    }

    @Override
    public NetworkDefinition build(ModelInput input, Hyperparameters hyperparameters, long seed) {
        ImageGraph graph = new ImageGraph(input, hyperparameters, seed);
        String last = input.isSmall() ? smallStem(graph) : stem(graph);
        last = stage(graph, last, STAGE3);
        if (!norm) {
            // through the stem, a fourth, and half of that; or half of the picture
            input.requireAtLeast(input.isSmall() ? 2 * AUXILIARY_WINDOW - 1 : 16 * AUXILIARY_WINDOW - 15, "googlenet");
        }
        last = stage(graph, graph.maxPoolingOfAll("p3", last, 3, 2), STAGE4);
        last = stage(graph, graph.maxPoolingOfAll("p4", last, 3, 2), STAGE5);
        return graph.classify(graph.dropout("drop", graph.globalMean(last)));
    }

    private String stem(ImageGraph graph) {
        String c1 = norm
                ? graph.relu("c1", graph.convolutionAndNorm("c1", ImageGraph.INPUT, 7, 2, 64))
                : graph.convolutionRelu("c1", ImageGraph.INPUT, 7, 2, 3, 64);
        String p1 = graph.maxPoolingOfAll("p1", c1, 3, 2);
        String n1 = norm ? p1 : graph.responseNorm("n1", p1);
        String c3 = graph.convolutionRelu("c3", graph.convolutionRelu("c2", n1, 1, 64, norm), 3, 192, norm);
        String n2 = norm ? c3 : graph.responseNorm("n2", c3);
        return graph.maxPoolingOfAll("p2", n2, 3, 2);
    }

    private String smallStem(ImageGraph graph) {
        String c1 = graph.convolutionRelu("c1", ImageGraph.INPUT, 3, 64, norm);
        return graph.convolutionRelu("c3", graph.convolutionRelu("c2", c1, 1, 64, norm), 3, 192, norm);
    }

    private String stage(ImageGraph graph, String from, Inception... blocks) {
        String last = from;
        for (Inception block : blocks) {
            last = inception(graph, block, last);
            if (!norm && AUXILIARY_BEHIND.contains(block.name())) {
                auxiliary(graph, block.name() + "_aux", last);
            }
        }
        return last;
    }

    private void auxiliary(ImageGraph graph, String name, String from) {
        String pooled = graph.averagePooling(name + "_pool", from, AUXILIARY_WINDOW, 3);
        String reduced = graph.convolutionRelu(name + "_conv", pooled, 1, 128, false);
        String units = graph.denseRelu(name + "_fc", reduced, 1024, false);
        graph.classifyBeside(name, graph.dropout(name + "_drop", units), AUXILIARY_WEIGHT);
    }

    private String inception(ImageGraph graph, Inception block, String from) {
        String name = block.name();
        String one = graph.convolutionRelu(name + "_1", from, 1, block.one(), norm);
        String before3 = graph.convolutionRelu(name + "_3a", from, 1, block.before3(), norm);
        String three = graph.convolutionRelu(name + "_3", before3, 3, block.three(), norm);
        String before5 = graph.convolutionRelu(name + "_5a", from, 1, block.before5(), norm);
        String five = graph.convolutionRelu(name + "_5", before5, 5, block.five(), norm);
        String pool = graph.maxPooling(name + "_pool", from, 3, 1, 1);
        String pooled = graph.convolutionRelu(name + "_p", pool, 1, block.pooled(), norm);
        return graph.concatenation(name, one, three, five, pooled);
    }
}
