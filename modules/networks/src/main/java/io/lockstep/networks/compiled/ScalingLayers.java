package io.lockstep.networks.compiled;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Shape;
import io.lockstep.engine.Window;
import io.lockstep.engine.operations.Elementwise.Activation;
import io.lockstep.engine.operations.Elementwise.Add;
import io.lockstep.engine.operations.Elementwise.Combination;
import io.lockstep.engine.operations.Elementwise.Function;
import io.lockstep.engine.operations.Moves.Reshape;
import io.lockstep.engine.operations.Products.Convolution;
import io.lockstep.engine.operations.Sequences.Embedding;
import io.lockstep.engine.operations.Sequences.Positions;
import java.util.Arrays;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.misc.ElementWiseMultiplicationLayer;

/** Layers with a learned number for each element or channel; a number for each channel is a convolution of single pixels. */
final class ScalingLayers {
    private static final Window PIXEL = Window.square(1, 1, 0);

    private final Graph.Builder graph;
    private final LayerTranslator layers;
    private final boolean channelsLast;

    ScalingLayers(Graph.Builder graph, LayerTranslator layers, boolean channelsLast) {
        this.graph = graph;
        this.layers = layers;
        this.channelsLast = channelsLast;
    }

    void addTo(LayerRules rules) {
        rules.add(PReLULayer.class, this::parametricRelu);
        rules.add(ElementWiseMultiplicationLayer.class, this::multiplication);
        rules.add(EmbeddingLayer.class, this::embedding);
    }

    /** y = w x + b. */
    private String multiplication(String name, ElementWiseMultiplicationLayer layer, String input) {
        if (layer.getIDropout() != null) {
            throw GraphTranslator.unsupported(
                    name, "dropout of an ElementWiseMultiplicationLayer, which DL4J draws and does not apply");
        }
        String scaled = scaled(graph.beside(name, "scaled"), input);
        graph.add(name, new Positions(true), scaled);
        return layers.activation(graph.beside(name, "activation"), layer.getActivationFn(), name);
    }

    private String scaled(String name, String input) {
        int channels = graph.shapeOf(input).channels();
        graph.add(name, new Convolution(channels, PIXEL, channels, false), input);
        return name;
    }

    /** y = relu(x) + alpha (x - relu(x)). */
    private String parametricRelu(String name, PReLULayer layer, String input) {
        Shape shape = graph.shapeOf(input);
        String relu = graph.beside(name, "relu");
        graph.add(relu, new Activation(Function.RELU), input);
        String below = graph.beside(name, "below");
        graph.add(below, new Combination(Combination.How.DIFFERENCE), input, relu);
        String slope;
        if (isOfChannels(layer, shape)) {
            slope = scaled(graph.beside(name, "slope"), below);
        } else if (shape.width() == 1 && layer.getSharedAxes() == null) {
            // DL4J's (features, steps), of which features vary fastest, are the engine's (steps, features)
            String flat = graph.beside(name, "flat");
            graph.add(flat, new Reshape(Shape.vector(shape.elements())), below);
            slope = graph.beside(name, "slope");
            graph.add(slope, new Reshape(shape), scaled(graph.beside(name, "scaled"), flat));
        } else {
            throw GraphTranslator.unsupported(
                    name, "PReLULayer with other shared axes than all of an image's or a sequence's places");
        }
        graph.add(name, new Add(), relu, slope);
        return name;
    }

    /** Whether there is one slope for each channel; a vector's elements are its channels. */
    private boolean isOfChannels(PReLULayer layer, Shape shape) {
        if (shape.pixels() == 1) {
            return layer.getSharedAxes() == null;
        }
        boolean sequence = layer.getInputShape().length == 2;
        long[] places = sequence ? new long[] {2} : channelsLast ? new long[] {1, 2} : new long[] {2, 3};
        return Arrays.equals(layer.getSharedAxes(), places);
    }

    /** A row of the table for each number, and a bias if there is one. */
    private String embedding(String name, EmbeddingLayer layer, String input) {
        int units = Math.toIntExact(layer.getNOut());
        graph.add(name, new Embedding(Math.toIntExact(layer.getNIn()), units), input);
        String y = name;
        if (layer.hasBias()) {
            y = graph.beside(name, "bias");
            graph.add(y, new Positions(true), name);
        }
        return layers.activation(graph.beside(name, "activation"), layer.getActivationFn(), y);
    }
}
