package io.lockstep.modelzoo;

import io.lockstep.modelzoo.RowRecurrent.Cell;
import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;
import java.util.Locale;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.inputs.InputType;

/**
 * A recurrent language model of characters: Graves 2013, section 3, without its skip connections and peepholes, and the
 * same of other cells. Its state begins anew with each example, so a gradient reaches at most as far back as an example
 * is long.
 *
 * @param layers one on the other, all of {@code units}
 * @param embedding width of what the first layer reads
 */
record CharRecurrent(Cell cell, int layers, int units, int embedding) implements Model.Architecture {
    @Override
    public NetworkDefinition build(ModelInput input, Hyperparameters hyperparameters, long seed) {
        InputType type = InputType.recurrent(input.classes(), Texts.stepsOf(input));
        GraphBuilder graph = hyperparameters
                .newConfiguration(seed)
                .graphBuilder()
                .addInputs(ImageGraph.INPUT)
                .addLayer("embedding", Texts.embedding(input, embedding), ImageGraph.INPUT);
        String last = "embedding";
        for (int i = 1; i <= layers; i++) {
            String name = cell.name().toLowerCase(Locale.ROOT) + i; // lstm1, gru1, simple1
            graph.addLayer(name, cell.layer(units, i == 1 ? 0 : hyperparameters.dropout()), last);
            last = name;
        }
        graph.addLayer("output", Texts.nextCharacter(input, true), last)
                .setOutputs("output")
                .setInputTypes(type);
        return new NetworkDefinition(hyperparameters.applyTo(graph.build()), type);
    }
}
