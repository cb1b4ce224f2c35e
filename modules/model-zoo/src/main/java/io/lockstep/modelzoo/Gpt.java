package io.lockstep.modelzoo;

import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.weights.NameTable;
import java.util.List;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.inputs.InputType;

/**
 * A decoder-only language model: Radford et al. 2019, section 2.3, in nanoGPT's form (its model.py): learned positions,
 * norm before each branch, GELU, no biases. The output's weights are not the embedding's, which DL4J's flat vector
 * cannot hold once for two layers.
 *
 * @param blocks of attention and perceptron
 */
record Gpt(int blocks, int heads, int width) implements Model.Architecture {
    @Override
    public List<NameTable> weightNames() {
        return WeightNames.gpt();
    }

    @Override
    public NetworkDefinition build(ModelInput input, Hyperparameters hyperparameters, long seed) {
        int steps = Texts.stepsOf(input);
        InputType type = InputType.recurrent(input.classes(), steps);
        GraphBuilder builder =
                hyperparameters.newConfiguration(seed).graphBuilder().addInputs(ImageGraph.INPUT);
        SequenceGraph graph = new SequenceGraph(builder, hyperparameters, blocks, false);
        String last = graph.layer("embedding", ImageGraph.INPUT, Texts.embedding(input, width));
        last = graph.transformer(last, width, heads, true);
        builder.addLayer("output", Texts.nextCharacter(input, false), last)
                .setOutputs("output")
                .setInputTypes(type);
        return new NetworkDefinition(hyperparameters.applyTo(builder.build()), type);
    }
}
