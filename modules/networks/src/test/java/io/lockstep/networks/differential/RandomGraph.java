package io.lockstep.networks.differential;

import io.lockstep.networks.NetworkDefinition;
import io.lockstep.networks.layers.LayerNormalization;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.lang3.SerializationUtils;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.graph.AttentionVertex;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.graph.L2Vertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PoolHelperVertex;
import org.deeplearning4j.nn.conf.graph.ReshapeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.graph.rnn.DuplicateToTimeSeriesVertex;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.deeplearning4j.nn.conf.graph.rnn.ReverseTimeSeriesVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;

/** Grows a network from its input, vertex by vertex, out of the classes that the engine compiles. */
final class RandomGraph {
    private final Draw draw;
    private final RandomOptions options;
    private final RandomLayers others;
    private final double rate;
    private final CNN2DFormat format;
    private final RandomImages pictures;
    private final RandomUnits units;
    private final RandomOutputs ends;
    private final List<String> names = new ArrayList<>();
    private final List<InputType> types = new ArrayList<>();
    private GraphBuilder graph;
    private boolean weighted;

    RandomGraph(long seed) {
        draw = new Draw(seed);
        rate = draw.between(0.001, 0.1);
        options = new RandomOptions(draw, rate);
        format = draw.one(CNN2DFormat.values());
        others = new RandomLayers(draw, options, format);
        pictures = new RandomImages(draw, options, format);
        units = new RandomUnits(draw, options, format);
        ends = new RandomOutputs(draw, options);
    }

    RandomNetwork network(long seed) {
        InputType input = input();
        graph = options.network(seed).graphBuilder();
        String in = draw.one("in", "input", "data", "layer1");
        graph.addInputs(in);
        grown(in, input);
        boolean tokens = input instanceof InputType.InputTypeRecurrent && draw.chance(0.4);
        if (tokens) {
            layer(units.embedding(input));
        } else if (input instanceof InputType.InputTypeFeedForward && draw.chance(0.1)) {
            EmbeddingLayer.Builder table = new EmbeddingLayer.Builder()
                    .nIn(Math.toIntExact(input.arrayElementsPerExample()))
                    .nOut(draw.between(1, 6))
                    .hasBias(draw.chance(0.5));
            layer(table.activation(options.activation()).build());
        }
        int vertices = draw.between(0, 6);
        for (int i = 0; i < vertices; i++) {
            grow();
        }
        finish();
        ComputationGraphConfiguration configuration = graph.setInputTypes(input).build();
        new ComputationGraph(SerializationUtils.clone(configuration)).init(); // refuses sizes below 1
        NetworkDefinition definition = new NetworkDefinition(configuration, input);
        return new RandomNetwork(
                seed, definition, rate, options.noisy(), weighted || ends.weighted(), draw.between(1, 5));
    }

    private InputType input() {
        return switch (draw.between(0, 4)) {
            case 0 -> InputType.feedForward(draw.between(1, 9));
            case 1 -> InputType.recurrent(draw.between(1, 6), draw.between(1, 6));
            default -> InputType.convolutional(draw.between(1, 9), draw.between(1, 9), draw.between(1, 4), format);
        };
    }

    // ------------------------------------------------------------------ growing

    private InputType last() {
        return types.get(types.size() - 1);
    }

    private void grown(String name, InputType type) {
        names.add(name);
        types.add(type);
    }

    private void layer(Layer layer) {
        // of what works in place when it is only tested, and has no parameters or slopes alone, DL4J overwrites the
        // input
        boolean inPlace = layer instanceof ActivationLayer || layer instanceof PReLULayer;
        boolean frozen = draw.chance(names.size() == 1 ? 0.2 : 0.06) && !inPlace;
        layer(frozen ? frozen(layer) : layer, names.get(names.size() - 1), last());
    }

    /** DL4J's FrozenLayer passes nothing on, and DL4J's backward fails where something before it waits for that. */
    private Layer frozen(Layer layer) {
        return names.size() == 1 && draw.chance(0.7) ? new FrozenLayer(layer) : new FrozenLayerWithBackprop(layer);
    }

    private void layer(Layer layer, String input, InputType type) {
        String name = options.name(names.size(), names);
        graph.addLayer(name, layer, input);
        grown(name, layer.clone().getOutputType(0, fitted(layer, type)));
    }

    /** What the preprocessor that DL4J puts before a layer makes of a type. */
    private static InputType fitted(Layer layer, InputType type) {
        boolean vectors = layer instanceof DenseLayer || layer instanceof OutputLayer || layer instanceof LossLayer;
        if (vectors && type instanceof InputType.InputTypeConvolutional) {
            return InputType.feedForward(type.arrayElementsPerExample());
        }
        if (vectors && type instanceof InputType.InputTypeRecurrent sequence) {
            return InputType.feedForward(sequence.getSize());
        }
        return type;
    }

    private void vertex(GraphVertex vertex, List<Integer> inputs) {
        String name = options.name(names.size(), names);
        InputType[] of = inputs.stream().map(types::get).toArray(InputType[]::new);
        graph.addVertex(name, vertex, inputs.stream().map(names::get).toArray(String[]::new));
        grown(name, vertex.clone().getOutputType(0, of));
    }

    private void grow() {
        if (draw.chance(0.25)) {
            combination();
        } else if (draw.chance(0.3)) {
            layer(others.of(last()));
        } else if (last() instanceof InputType.InputTypeConvolutional images) {
            image(images);
        } else if (last() instanceof InputType.InputTypeRecurrent) {
            sequence();
        } else {
            vector();
        }
    }

    /** Of what was grown so far, the last and others of its shape, among them perhaps the last again. */
    private void combination() {
        int last = names.size() - 1;
        List<Integer> alike = new ArrayList<>();
        for (int i = 0; i <= last; i++) {
            if (types.get(i).equals(types.get(last))) {
                alike.add(i);
            }
        }
        int count = draw.one(1, 2, 2, 2, 3, 4);
        List<Integer> inputs = new ArrayList<>(List.of(last));
        while (inputs.size() < count) {
            inputs.add(draw.one(alike));
        }
        switch (draw.between(0, 11)) {
            case 0, 1 -> vertex(new ElementWiseVertex(ElementWiseVertex.Op.Add), inputs);
            case 2 -> vertex(new ElementWiseVertex(ElementWiseVertex.Op.Product), inputs);
            case 3 -> vertex(new ElementWiseVertex(ElementWiseVertex.Op.Average), inputs);
            case 4 ->
                vertex(
                        new ElementWiseVertex(ElementWiseVertex.Op.Max),
                        inputs.stream().distinct().toList());
            case 5 -> vertex(new ElementWiseVertex(ElementWiseVertex.Op.Subtract), List.of(last, draw.one(alike)));
            case 6 -> merge(inputs);
            case 7 -> distance(last, draw.one(alike));
            case 8 -> place(last);
            case 10 -> vertex(new L2NormalizeVertex(), List.of(last));
            case 11 -> vertex(draw.one(new ScaleVertex(draw.between(-2.0, 2.0)), new ShiftVertex(1)), List.of(last));
            default -> subset(last);
        }
    }

    /** Of vectors: ND4J's EuclideanDistance pairs wrong elements of arrays of which one lies permuted in memory. */
    private void distance(int last, int other) {
        boolean vectors = last() instanceof InputType.InputTypeFeedForward;
        GraphVertex vertex = vectors ? new L2Vertex() : new ElementWiseVertex(ElementWiseVertex.Op.Subtract);
        vertex(vertex, List.of(last, other));
    }

    /** What takes some places of its input, or gives it other places. */
    private void place(int last) {
        List<Integer> from = List.of(last);
        if (last() instanceof InputType.InputTypeRecurrent) {
            if (draw.chance(0.3)) {
                vertex(new ReverseTimeSeriesVertex(), from);
            } else if (draw.chance(0.5)) {
                vertex(new LastTimeStepVertex(names.get(0)), from);
            } else {
                vertex(attention(), List.of(last, last, last));
            }
        } else if (last() instanceof InputType.InputTypeConvolutional images) {
            if (format == CNN2DFormat.NCHW && images.getHeight() == images.getWidth() && images.getHeight() > 1) {
                // whose gradient DL4J has for squares alone, and whose size it takes for its input's
                vertex(new PoolHelperVertex(), from);
                layer(pictures.globalPooling());
            }
        } else if (types.get(0) instanceof InputType.InputTypeRecurrent && draw.chance(0.5)) {
            vertex(new DuplicateToTimeSeriesVertex(names.get(0)), from);
        } else {
            vertex(new ReshapeVertex(-1, (int) last().arrayElementsPerExample()), from);
        }
    }

    private GraphVertex attention() {
        int features = (int) ((InputType.InputTypeRecurrent) last()).getSize();
        return new AttentionVertex.Builder()
                .nInQueries(features)
                .nInKeys(features)
                .nInValues(features)
                .nHeads(draw.between(1, 3))
                .headSize(draw.between(1, 4))
                .nOut(draw.between(1, 6))
                .weightInit(WeightInit.XAVIER)
                .projectInput(true)
                .build();
    }

    private void merge(List<Integer> inputs) {
        MergeVertex merge = new MergeVertex();
        if (last() instanceof InputType.InputTypeConvolutional) {
            merge.setMergeAxis(format == CNN2DFormat.NHWC ? 3 : 1);
        }
        if (draw.chance(0.2)) { // zeros behind, as residual networks of option A pad
            vertex(new ScaleVertex(0), List.of(names.size() - 1));
            vertex(merge, List.of(names.size() - 2, names.size() - 1));
        } else {
            vertex(merge, inputs);
        }
    }

    private void subset(int last) {
        if (types.get(last) instanceof InputType.InputTypeConvolutional && format == CNN2DFormat.NHWC) {
            vertex(draw.one(new ScaleVertex(draw.between(-2.0, 2.0)), new ShiftVertex(1)), List.of(last));
            return; // DL4J's subset takes rows of such images
        }
        int channels = (int) channels(types.get(last));
        int from = draw.between(0, channels - 1);
        vertex(new SubsetVertex(from, draw.between(from, channels - 1)), List.of(last));
    }

    private static long channels(InputType type) {
        if (type instanceof InputType.InputTypeConvolutional images) {
            return images.getChannels();
        }
        return type instanceof InputType.InputTypeRecurrent sequence
                ? sequence.getSize()
                : type.arrayElementsPerExample();
    }

    // ------------------------------------------------------------------ vectors

    private void vector() {
        switch (draw.between(0, 5)) {
            case 0 -> layer(units.norm().build());
            case 1 -> layer(units.activation());
            case 2 -> layer(units.dropout());
            default -> layer(units.dense());
        }
    }

    // ------------------------------------------------------------------ images

    private void image(InputType.InputTypeConvolutional images) {
        boolean small = images.getHeight() * images.getWidth() <= 150;
        switch (draw.between(0, 13)) {
            case 0 -> layer(units.norm().build());
            case 1 -> layer(units.activation());
            case 2, 3, 4 -> layer(pictures.convolution());
            case 5 -> layer(small ? pictures.transposed() : pictures.subsampling());
            case 6, 7 -> layer(pictures.subsampling());
            case 8 ->
                layer(
                        small
                                ? new Upsampling2D.Builder()
                                        .size(pictures.pair(1, 3))
                                        .dataFormat(format)
                                        .build()
                                : pictures.subsampling());
            case 9 -> layer(units.dropout());
            case 10 -> layer(pictures.globalPooling());
            case 11 -> layer(pictures.grouped((int) images.getChannels()));
            case 12 -> layer(pictures.groups((int) images.getChannels()));
            default -> layer(units.dense());
        }
    }

    // ------------------------------------------------------------------ sequences

    private void sequence() {
        switch (draw.between(0, 8)) {
            case 0 -> layer(new TimeDistributed(units.dense()));
            case 1 -> layer(units.dropout());
            case 2 -> layer(new Bidirectional(draw.one(Bidirectional.Mode.values()), units.recurrent()));
            case 3 -> layer(new LastTimeStep(units.recurrent()));
            case 4 -> layer(new MaskZeroLayer(units.recurrent(), 0));
            case 5 -> layer(new LayerNormalization.Builder().build());
            case 6 -> layer(units.activation());
            default -> layer(units.recurrent());
        }
    }

    // ------------------------------------------------------------------ the end

    private void finish() {
        InputType type = last();
        String input = names.get(names.size() - 1);
        if (type instanceof InputType.InputTypeRecurrent) {
            graph.addLayer("out", ends.stepwise(), input).setOutputs("out");
            return;
        }
        if (type instanceof InputType.InputTypeConvolutional && draw.chance(0.5)) {
            layer(draw.chance(0.5) ? pictures.globalPooling() : units.dense());
            input = names.get(names.size() - 1);
        }
        int classes = draw.between(2, 5);
        if (draw.chance(0.15)) {
            layer(new DenseLayer.Builder()
                    .nOut(classes)
                    .activation(Activation.IDENTITY)
                    .build());
            LossLayer loss = new LossLayer.Builder(ends.crossEntropy(0))
                    .activation(Activation.SOFTMAX)
                    .build();
            graph.addLayer("out", loss, names.get(names.size() - 1)).setOutputs("out");
        } else if (draw.chance(0.15)) {
            OutputLayer.Builder sigmoid = new OutputLayer.Builder(new LossBinaryXENT(draw.chance(0.3) ? 0.1 : 1e-5))
                    .nOut(1)
                    .hasBias(draw.chance(0.8));
            options.decorate(sigmoid);
            graph.addLayer("out", sigmoid.activation(Activation.SIGMOID).build(), input)
                    .setOutputs("out");
        } else {
            graph.addLayer("out", ends.softmax(classes, 0), input);
            auxiliaries(classes);
        }
    }

    private void auxiliaries(int classes) {
        int at = draw.between(0, names.size() - 1);
        if (draw.chance(0.8) || types.get(at) instanceof InputType.InputTypeRecurrent) {
            graph.setOutputs("out");
            return;
        }
        weighted = true;
        graph.addLayer("auxiliary", ends.softmax(classes, draw.chance(0.5) ? classes : 0), names.get(at))
                .setOutputs("out", "auxiliary");
    }
}
