package io.lockstep.networks.compiled;

import io.lockstep.engine.GraphBuilder;
import io.lockstep.engine.Shape;
import io.lockstep.engine.operations.Formulas.Binary;
import io.lockstep.engine.operations.PairFormula;
import io.lockstep.engine.operations.Rearrangements.Transpose;
import io.lockstep.engine.operations.Sequences.Embedding;
import io.lockstep.engine.operations.Sources.Parameter;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.misc.ElementWiseMultiplicationLayer;

/** Layers with a learned number for each element or channel, which stands before what it changes in the flat vector. */
final class ScalingLayers {
    private final GraphBuilder graph;
    private final LayerTranslator layers;
    private final boolean channelsLast;

    ScalingLayers(GraphBuilder graph, LayerTranslator layers, boolean channelsLast) {
        this.graph = graph;
        this.layers = layers;
        this.channelsLast = channelsLast;
    }

    void addTo(LayerRules rules) {
        rules.add(PReLULayer.class, this::parametricRelu);
        rules.add(ElementWiseMultiplicationLayer.class, this::multiplication);
        rules.add(EmbeddingLayer.class, this::embedding);
        rules.add(EmbeddingSequenceLayer.class, this::embedding);
    }

    private String parameter(String name, Shape shape) {
        graph.add(name, new Parameter(shape));
        return name;
    }

    /** y = w x + b. */
    private String multiplication(String name, ElementWiseMultiplicationLayer layer, String input) {
        if (layer.getIDropout() != null) {
            throw GraphTranslator.unsupported(
                    name, "dropout of an ElementWiseMultiplicationLayer, which DL4J draws and does not apply");
        }
        Shape shape = Shape.vector(graph.shapeOf(input).channels());
        String weights = parameter(graph.beside(name, "weights"), shape);
        String bias = parameter(graph.beside(name, "bias"), shape);
        String scaled = graph.beside(name, "scaled");
        graph.add(scaled, new Binary(PairFormula.PRODUCT), input, weights);
        graph.add(name, new Binary(PairFormula.SUM), scaled, bias);
        return layers.activation(graph.beside(name, "activation"), layer.getActivationFn(), name);
    }

    /** DL4J's slopes lie with the first axis varying fastest, which is their axes in reverse order with the last fastest. */
    private String parametricRelu(String name, PReLULayer layer, String input) {
        long[] axes = layer.getInputShape().clone();
        if (layer.getSharedAxes() != null) {
            for (long shared : layer.getSharedAxes()) {
                axes[(int) shared - 1] = 1; // 0 is the batch
            }
        }
        String slopes = graph.beside(name, "slopes");
        switch (axes.length) {
            case 1 -> parameter(slopes, Shape.vector((int) axes[0]));
            case 2 -> parameter(slopes, Shape.sequence((int) axes[1], (int) axes[0])); // (features, steps)
            case 3 -> {
                Shape reversed = new Shape((int) axes[2], (int) axes[1], (int) axes[0]);
                String asTheyLie = parameter(graph.beside(name, "parameters"), reversed);
                // (width, height, channels) or (channels, width, height) becomes (height, width, channels)
                graph.add(slopes, new Transpose(channelsLast ? List.of(2, 1, 0) : List.of(1, 0, 2)), asTheyLie);
            }
            default -> throw GraphTranslator.unsupported(name, "PReLULayer of volumes");
        }
        graph.add(name, new Binary(PairFormula.PARAMETRIC_RELU), input, slopes);
        return name;
    }

    private String embedding(String name, EmbeddingLayer layer, String input) {
        return embedding(name, layer, layer.hasBias(), input);
    }

    private String embedding(String name, EmbeddingSequenceLayer layer, String input) {
        SequenceTranslator.refuseWeightNoise(name, layer);
        return embedding(name, layer, layer.hasBias(), input);
    }

    /** A row of the table for each number, and a bias if there is one. */
    private String embedding(String name, FeedForwardLayer layer, boolean bias, String input) {
        int units = Math.toIntExact(layer.getNOut());
        graph.add(name, new Embedding(Math.toIntExact(layer.getNIn()), units), input);
        String y = name;
        if (bias) {
            y = graph.beside(name, "biased");
            graph.add(y, new Binary(PairFormula.SUM), name, parameter(graph.beside(name, "bias"), Shape.vector(units)));
        }
        return layers.activation(graph.beside(name, "activation"), layer.getActivationFn(), y);
    }
}
