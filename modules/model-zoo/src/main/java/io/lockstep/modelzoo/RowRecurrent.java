package io.lockstep.modelzoo;

import io.lockstep.networks.Hyperparameters;
import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.layers.Gru;
import io.lockstep.networks.layers.ImageToSequence;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;

/**
 * A recurrent network that reads an image row by row, (N, H, W, C) as H steps of W C numbers, and classifies what it
 * remembers of the last row.
 *
 * @param layers one on the other, all of {@code units}
 * @param bidirectional all layers but the last read in both directions
 */
record RowRecurrent(Cell cell, int layers, int units, boolean bidirectional) implements Model.Architecture {
    /** What a layer is made of. */
    enum Cell {
        LSTM,
        GRU,
        SIMPLE;

        BaseRecurrentLayer layer(int units, double inputDropout) {
            BaseRecurrentLayer.Builder<?> layer =
                    switch (this) {
                        // Gers et al. 2000: what is remembered stays, at first
                        case LSTM -> new LSTM.Builder().forgetGateBiasInit(1);
                        case GRU -> new Gru.Builder();
                        case SIMPLE -> new SimpleRnn.Builder();
                    };
            layer.nOut(units);
            layer.activation(Activation.TANH);
            layer.weightInit(WeightInit.XAVIER);
            if (inputDropout > 0) {
                layer.dropOut(1 - inputDropout); // DL4J's is the probability of keeping
            }
            return layer.build();
        }
    }

    @Override
    public NetworkDefinition build(ModelInput input, Hyperparameters hyperparameters, long seed) {
        InputType type = InputType.convolutional(input.height(), input.width(), input.channels(), CNN2DFormat.NHWC);
        GraphBuilder graph =
                hyperparameters.newConfiguration(seed).graphBuilder().addInputs(ImageGraph.INPUT);
        ImageToSequence rows =
                new ImageToSequence(ImageToSequence.Steps.ROWS, input.height(), input.width(), input.channels());
        String last = ImageGraph.INPUT;
        for (int i = 1; i <= layers; i++) {
            String name = "recurrent" + i;
            Layer layer = layer(i, hyperparameters);
            if (i == 1) {
                graph.addLayer(name, layer, rows, last);
            } else {
                graph.addLayer(name, layer, last);
            }
            last = name;
        }
        OutputLayer output = ImageGraph.softmax(input.classes());
        graph.addLayer("output", output, last).setOutputs("output").setInputTypes(type);
        return new NetworkDefinition(hyperparameters.applyTo(graph.build()), type);
    }

    private Layer layer(int number, Hyperparameters hyperparameters) {
        Layer layer = cell.layer(units, number == 1 ? 0 : hyperparameters.dropout());
        if (number == layers) {
            return new LastTimeStep(layer);
        }
        return bidirectional ? new Bidirectional(Bidirectional.Mode.CONCAT, layer) : layer;
    }
}
