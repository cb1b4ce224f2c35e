package io.lockstep.modelzoo;

import io.lockstep.datasets.text.MaskedText;
import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;

/**
 * An encoder that reads both ways: Devlin et al. 2019, section 3, on bytes, as in ByT5 (Xue et al. 2022), so that one network
 * reads all texts. Blocks are pre-norm, as GPT-2's, which needs no long warm-up.
 *
 * <p>Two heads on one body, whose layers have the same names, so that {@code init-from} carries what was learned from one to
 * the other: softmax over bytes at each step, for what {@link MaskedText} has hidden; or softmax over classes of the mean over
 * all steps (instead of the paper's first step, whose output pre-training without its second task leaves untrained).
 */
record Bert(int blocks, int heads, int width, Head head) implements Model.Architecture {
    enum Head {
        HIDDEN_BYTES,
        CLASSES
    }

    /** Of DL4J's (N, F, T). */
    private static final int TIME_AXIS = 2;

    @Override
    public NetworkDefinition build(ModelInput input, Hyperparameters hyperparameters, long seed) {
        int steps = Texts.stepsOf(input);
        InputType type = InputType.recurrent(MaskedText.VOCABULARY, steps);
        GraphBuilder builder =
                hyperparameters.newConfiguration(seed).graphBuilder().addInputs(ImageGraph.INPUT);
        SequenceGraph graph = new SequenceGraph(builder, hyperparameters, blocks, true);
        String last = graph.layer("embedding", ImageGraph.INPUT, Texts.embedding(MaskedText.VOCABULARY, steps, width));
        last = graph.transformer(last, width, heads, false);
        if (head == Head.HIDDEN_BYTES) {
            builder.addLayer("output", Texts.eachStep(input.classes(), MaskedText.hidden(steps), true), last);
        } else {
            GlobalPoolingLayer mean = new GlobalPoolingLayer.Builder(PoolingType.AVG)
                    .poolingDimensions(TIME_AXIS)
                    .build();
            last = graph.layer("mean", last, mean);
            builder.addLayer("classes", ImageGraph.softmax(input.classes()), last);
        }
        builder.setOutputs(head == Head.HIDDEN_BYTES ? "output" : "classes").setInputTypes(type);
        return new NetworkDefinition(hyperparameters.applyTo(builder.build()), type);
    }

    @Override
    public boolean readsMaskedText() {
        return head == Head.HIDDEN_BYTES;
    }
}
