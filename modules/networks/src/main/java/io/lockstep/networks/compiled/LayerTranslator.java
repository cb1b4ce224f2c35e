package io.lockstep.networks.compiled;

import io.lockstep.engine.GraphBuilder;
import io.lockstep.engine.Operation;
import io.lockstep.engine.Shape;
import io.lockstep.engine.operations.Moves.Flatten;
import io.lockstep.engine.operations.Moves.Reshape;
import io.lockstep.engine.operations.Products.Dense;
import io.lockstep.engine.operations.Rearrangements.StopGradient;
import io.lockstep.engine.operations.Rearrangements.Transpose;
import io.lockstep.networks.Exactly;
import io.lockstep.networks.OutputFeed;
import io.lockstep.networks.layers.EngineLayer;
import io.lockstep.networks.layers.VectorToImage;
import java.util.List;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.util.MaskLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.ComposableInputPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.layers.util.IdentityLayer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;

/** Appends the operations of one DL4J layer: preprocessor, dropout of the input, the layer itself, its activation. */
final class LayerTranslator {
    private final GraphBuilder graph;
    private final boolean channelsLast;
    private final SequenceTranslator sequences;
    private final ImageTranslator images;
    private final OutputTranslator outputs;
    private final DropoutProbe dropouts;
    private final LayerRules rules = new LayerRules();
    /** Whether what is appended keeps its parameters, and does in any pass what it does in an evaluation. */
    private boolean frozen;

    LayerTranslator(GraphBuilder graph, boolean channelsLast, double labelSmoothing, List<OutputFeed> feeds) {
        this.graph = graph;
        this.channelsLast = channelsLast;
        dropouts = new DropoutProbe(channelsLast);
        images = new ImageTranslator(graph, this, channelsLast);
        sequences = new SequenceTranslator(graph, this, images);
        outputs = new OutputTranslator(graph, this, images, labelSmoothing, feeds);
        rules.add(DenseLayer.class, this::dense);
        rules.add(ActivationLayer.class, (name, layer, x) -> activation(name, layer.getActivationFn(), x));
        rules.add(DropoutLayer.class, (name, layer, x) -> x);
        rules.add(MaskLayer.class, (name, layer, x) -> x); // there is no mask of features
        rules.add(IdentityLayer.class, (name, layer, x) -> x);
        rules.add(FrozenLayer.class, (name, layer, x) -> {
            String y = frozen(name, layer.getLayer(), x);
            return append(graph.beside(name, "stop"), new StopGradient(), y);
        });
        rules.add(FrozenLayerWithBackprop.class, (name, layer, x) -> frozen(name, layer.getUnderlying(), x));
        new ScalingLayers(graph, this, channelsLast).addTo(rules);
        images.addTo(rules);
        sequences.addTo(rules);
        outputs.addTo(rules);
    }

    /** Whether what is appended now keeps its parameters, and does in any pass what it does in an evaluation. */
    boolean frozen() {
        return frozen;
    }

    private String frozen(String name, Layer layer, String input) {
        boolean before = frozen;
        int first = graph.size();
        frozen = true;
        try {
            String y = unprocessed(name, layer, input);
            graph.freeze(first, graph.size());
            return y;
        } finally {
            frozen = before;
        }
    }

    /** Of the network's outputs. */
    OutputTranslator outputs() {
        return outputs;
    }

    /** @return the node that holds the layer's output */
    String layer(String name, LayerVertex vertex, String input) {
        return unprocessed(name, vertex.getLayerConf().getLayer(), preprocess(name, vertex.getPreProcessor(), input));
    }

    /** A layer without its preprocessor: also what a wrapper holds. */
    String unprocessed(String name, Layer layer, String input) {
        String x = dropout(name, layer, input);
        if (layer instanceof EngineLayer own) {
            SequenceTranslator.refuseWeightNoise(name, layer);
            return own.append(graph, name, x);
        }
        String y = rules.append(name, layer, x);
        if (layer instanceof BaseLayer base && base.getWeightNoise() != null && !frozen) {
            NoiseTranslator.dropConnect(graph, name, base.getWeightNoise());
        }
        return y;
    }

    private String append(String name, Operation operation, String input) {
        graph.add(name, operation, input);
        return name;
    }

    /** @return the node that holds what the preprocessor makes of the input */
    String preprocess(String name, InputPreProcessor preprocessor, String input) {
        if (preprocessor == null) {
            return input;
        }
        if (Exactly.is(VectorToImage.class, preprocessor)) {
            VectorToImage image = (VectorToImage) preprocessor;
            Shape shape = new Shape(
                    Math.toIntExact(image.height()), Math.toIntExact(image.width()), Math.toIntExact(image.channels()));
            return append(graph.beside(name, "image"), new Reshape(shape), input);
        }
        if (preprocessor.getClass() == ComposableInputPreProcessor.class) {
            String y = input;
            for (InputPreProcessor each : ((ComposableInputPreProcessor) preprocessor).getInputPreProcessors()) {
                y = preprocess(name, each, y);
            }
            return y;
        }
        if (preprocessor.getClass() == FeedForwardToCnnPreProcessor.class) {
            return image(name, (FeedForwardToCnnPreProcessor) preprocessor, input);
        }
        if (preprocessor.getClass() != CnnToFeedForwardPreProcessor.class) {
            return sequences.preprocess(name, preprocessor, input);
        }
        images.requireFormat(name, ((CnnToFeedForwardPreProcessor) preprocessor).getFormat());
        return append(graph.beside(name, "flat"), new Flatten(!channelsLast), input);
    }

    /** DL4J's image is (channels, height, width) in whatever network. */
    private String image(String name, FeedForwardToCnnPreProcessor preprocessor, String input) {
        if (graph.shapeOf(input).pixels() > 1) {
            return input; // is an image already
        }
        Shape shape = new Shape(
                Math.toIntExact(preprocessor.getInputHeight()),
                Math.toIntExact(preprocessor.getInputWidth()),
                Math.toIntExact(preprocessor.getNumChannels()));
        if (shape.channels() == 1 || shape.pixels() == 1) {
            return append(graph.beside(name, "image"), new Reshape(shape), input);
        }
        Shape channelsFirst = new Shape(shape.channels(), shape.height(), shape.width());
        String planes = append(graph.beside(name, "planes"), new Reshape(channelsFirst), input);
        return append(graph.beside(name, "image"), new Transpose(List.of(1, 2, 0)), planes);
    }

    /**
     * A dropout that is set for the whole network is on every layer, also on those that DL4J leaves alone.
     *
     * @return the node that the layer reads
     */
    String dropout(String name, Layer layer, String input) {
        if (frozen || layer.getIDropout() == null || !dropouts.isApplied(name, layer, graph.shapeOf(input))) {
            return input;
        }
        return append(graph.beside(name, "dropout"), NoiseTranslator.noise(name, layer.getIDropout()), input);
    }

    private String dense(String name, DenseLayer layer, String input) {
        if (layer.isHasLayerNorm()) {
            throw unsupported(name, "layer norm");
        }
        append(name, new Dense(Math.toIntExact(layer.getNOut()), layer.hasBias()), input);
        return activation(graph.beside(name, "activation"), layer.getActivationFn(), name);
    }

    /** @return the node that has the function's values: a new one, or the input for the identity */
    String activation(String name, IActivation function, String input) {
        if (graph.shapeOf(input).pixels() > 1 && Exactly.is(ActivationSoftmax.class, function)) {
            throw unsupported(name, "softmax of images or steps, but of outputs");
        }
        return activationOfRows(name, function, input);
    }

    /** The same where DL4J reads each step or pixel as an example of its own. */
    String activationOfRows(String name, IActivation function, String input) {
        if (Exactly.is(ActivationIdentity.class, function)) {
            return input;
        }
        return append(name, ActivationTranslator.activation(name, function), input);
    }

    private static UnsupportedOperationException unsupported(String vertex, String what) {
        return GraphTranslator.unsupported(vertex, what);
    }
}
