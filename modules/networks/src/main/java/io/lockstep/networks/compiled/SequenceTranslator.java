package io.lockstep.networks.compiled;

import io.lockstep.engine.GraphBuilder;
import io.lockstep.engine.Operation;
import io.lockstep.engine.Shape;
import io.lockstep.engine.Window;
import io.lockstep.engine.operations.Elementwise.Add;
import io.lockstep.engine.operations.Elementwise.Combination;
import io.lockstep.engine.operations.Moves.Concatenation;
import io.lockstep.engine.operations.Moves.Pixels;
import io.lockstep.engine.operations.Moves.Rows;
import io.lockstep.engine.operations.Products.Convolution;
import io.lockstep.engine.operations.Products.WeightOrder;
import io.lockstep.engine.operations.Recurrent;
import io.lockstep.engine.operations.Recurrent.Lstm;
import io.lockstep.engine.operations.Sequences.TakeTimeStep;
import io.lockstep.engine.operations.Sequences.TimeStepMask;
import io.lockstep.networks.Exactly;
import io.lockstep.networks.layers.EngineLayer;
import io.lockstep.networks.layers.Gru;
import io.lockstep.networks.layers.ImageToSequence;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.SelfAttentionLayer;
import org.deeplearning4j.nn.conf.layers.Subsampling1DLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling1D;
import org.deeplearning4j.nn.conf.layers.ZeroPadding1DLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping1D;
import org.deeplearning4j.nn.conf.layers.misc.RepeatVector;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToFeedForwardPreProcessor;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationTanH;

/** The layers and preprocessors of sequences, in whichever format: the engine's sequences are (N, T, F) throughout. */
final class SequenceTranslator {
    private static final int[] NONE = {0, 0};
    private static final int[] EACH = {1, 1};

    private final GraphBuilder graph;
    private final LayerTranslator layers;
    private final ImageTranslator images;
    private final MovingLayers moving;

    SequenceTranslator(GraphBuilder graph, LayerTranslator layers, ImageTranslator images) {
        this.graph = graph;
        this.layers = layers;
        this.images = images;
        moving = new MovingLayers(graph);
    }

    String preprocess(String name, InputPreProcessor preprocessor, String input) {
        Class<?> type = preprocessor.getClass();
        if (type == RnnToFeedForwardPreProcessor.class || type == FeedForwardToRnnPreProcessor.class) {
            return input; // DL4J's (N T, F) is the same memory
        } else if (Exactly.is(ImageToSequence.class, preprocessor)) {
            Operation operation =
                    ((ImageToSequence) preprocessor).steps() == ImageToSequence.Steps.ROWS ? new Rows() : new Pixels();
            String sequence = graph.beside(name, "sequence");
            graph.add(sequence, operation, input);
            return sequence;
        }
        throw GraphTranslator.unsupported(name, type.getSimpleName());
    }

    void addTo(LayerRules rules) {
        AttentionTranslator attention = new AttentionTranslator(graph);
        rules.add(LSTM.class, this::recurrent);
        rules.add(SimpleRnn.class, this::recurrent);
        rules.add(MaskZeroLayer.class, (name, layer, x) -> masked(name, layer, x, graph.beside(name, "mask")));
        rules.add(Bidirectional.class, this::bidirectional);
        rules.add(LastTimeStep.class, (name, layer, x) -> lastStep(name, layer.getUnderlying(), x));
        rules.add(TimeDistributed.class, (name, layer, x) -> layers.unprocessed(name, layer.getUnderlying(), x));
        rules.add(SelfAttentionLayer.class, attention::selfAttention);
        rules.add(ZeroPadding1DLayer.class, (name, layer, x) -> moving.pad(name, layer.getPadding(), x));
        rules.add(Cropping1D.class, (name, layer, x) -> moving.crop(name, layer.getCropping(), x));
        rules.add(Upsampling1D.class, (name, layer, x) -> moving.repeat(name, layer.getSize()[0], x));
        rules.add(RepeatVector.class, (name, layer, x) -> moving.repeat(name, layer.getN(), x));
        rules.add(Subsampling1DLayer.class, this::pooling);
        rules.add(Convolution1DLayer.class, this::convolution);
    }

    private String recurrent(String name, Layer layer, String x) {
        refuseWeightNoise(name, layer);
        graph.add(name, recurrent(name, layer, false, false), x);
        return name;
    }

    /** Dense and output layers may have it. */
    static void refuseWeightNoise(String name, Layer layer) {
        if (layer instanceof Bidirectional both) {
            refuseWeightNoise(name, both.getFwd());
        } else if (layer instanceof BaseLayer base
                && base.getWeightNoise() != null
                && !(layer instanceof BaseOutputLayer)) {
            throw GraphTranslator.unsupported(
                    name, "weight noise in " + layer.getClass().getSimpleName());
        }
    }

    /** Of a masked layer the last step that is there. */
    private String lastStep(String name, Layer layer, String input) {
        String steps = graph.beside(name, "steps");
        if (Exactly.is(MaskZeroLayer.class, layer)) {
            String mask = graph.beside(steps, "mask");
            String all = masked(steps, (MaskZeroLayer) layer, input, mask);
            graph.add(name, new TakeTimeStep(TakeTimeStep.Which.LAST, true), all, mask);
        } else {
            graph.add(name, new TakeTimeStep(TakeTimeStep.Which.LAST), layers.unprocessed(steps, layer, input));
        }
        return name;
    }

    /**
     * The mask is of what the wrapper reads, before the layer's dropout.
     *
     * @param mask name of its node
     */
    private String masked(String name, MaskZeroLayer wrapper, String input, String mask) {
        Layer layer = wrapper.getUnderlying();
        refuseWeightNoise(name, layer);
        graph.add(mask, new TimeStepMask(wrapper.getMaskingValue()), input);
        String x = layers.dropout(name, layer, input);
        if (layer instanceof EngineLayer own) {
            return own.appendMasked(graph, name, x, mask);
        } else if (layer instanceof Bidirectional) {
            throw GraphTranslator.unsupported(name, "MaskZeroLayer of Bidirectional");
        }
        graph.add(name, recurrent(name, layer, false, true), x, mask);
        return name;
    }

    private static Recurrent recurrent(String name, Layer layer, boolean reversed, boolean masked) {
        if (layer.getClass() == LSTM.class) {
            LSTM lstm = (LSTM) layer;
            if (!Exactly.is(ActivationTanH.class, lstm.getActivationFn())
                    || !Exactly.is(ActivationSigmoid.class, lstm.getGateActivationFn())) {
                throw GraphTranslator.unsupported(
                        name,
                        "LSTM of " + nameOf(lstm.getActivationFn()) + " and " + nameOf(lstm.getGateActivationFn())
                                + "; it has that of tanh and sigmoid");
            }
            return new Lstm(Math.toIntExact(lstm.getNOut()), reversed, masked);
        } else if (layer.getClass() == SimpleRnn.class) {
            SimpleRnn simple = (SimpleRnn) layer;
            if (!Exactly.is(ActivationTanH.class, simple.getActivationFn()) || simple.hasLayerNorm()) {
                throw GraphTranslator.unsupported(
                        name,
                        "SimpleRnn of " + nameOf(simple.getActivationFn())
                                + "; it has that of tanh, without layer norm");
            }
            return new Recurrent.SimpleRnn(Math.toIntExact(simple.getNOut()), reversed, masked);
        } else if (layer.getClass() == Gru.class) {
            return new Recurrent.Gru(Math.toIntExact(((Gru) layer).getNOut()), reversed, masked);
        }
        throw GraphTranslator.unsupported(
                name,
                (masked ? "MaskZeroLayer of " : "Bidirectional of ")
                        + layer.getClass().getSimpleName());
    }

    private static String nameOf(IActivation function) {
        return function.getClass().getSimpleName();
    }

    private String bidirectional(String name, Bidirectional layer, String input) {
        refuseWeightNoise(name, layer);
        String forward = graph.beside(name, "forward");
        String backward = graph.beside(name, "backward");
        graph.add(
                forward, recurrent(name, layer.getFwd(), false, false), layers.dropout(forward, layer.getFwd(), input));
        graph.add(
                backward,
                recurrent(name, layer.getBwd(), true, false),
                layers.dropout(backward, layer.getBwd(), input));
        Operation joined =
                switch (layer.getMode()) {
                    case CONCAT -> new Concatenation();
                    case ADD -> new Add();
                    case AVERAGE -> new Combination(Combination.How.MEAN);
                    case MUL -> new Combination(Combination.How.PRODUCT);
                };
        graph.add(name, joined, forward, backward);
        return name;
    }

    private String pooling(String name, Subsampling1DLayer layer, String input) {
        if (layer.getPadding()[0] != 0 || layer.getDilation()[0] != 1) {
            throw GraphTranslator.unsupported(
                    name, "Subsampling1DLayer with padding or dilation, which DL4J itself gets wrong");
        }
        int[] kernel = {layer.getKernelSize()[0], 1};
        int[] stride = {layer.getStride()[0], 1};
        Window window = ImageTranslator.window(
                name, graph.shapeOf(input), kernel, stride, NONE, EACH, layer.getConvolutionMode());
        return images.pooled(name, layer, window, input);
    }

    /** DL4J's weights are (outputs, inputs, kernel), which it takes for (kernel, inputs, outputs). */
    private String convolution(String name, Convolution1DLayer layer, String input) {
        refuseWeightNoise(name, layer);
        int kernel = layer.getKernelSize()[0];
        int stride = layer.getStride()[0];
        int dilation = layer.getDilation()[0];
        Shape shape = graph.shapeOf(input);
        Window window = layer.getConvolutionMode() == ConvolutionMode.Causal
                ? causal(kernel, stride, dilation)
                : ImageTranslator.window(
                        name,
                        shape,
                        new int[] {kernel, 1},
                        new int[] {stride, 1},
                        new int[] {layer.getPadding()[0], 0},
                        new int[] {dilation, 1},
                        layer.getConvolutionMode());
        int outputs = Math.toIntExact(layer.getNOut());
        graph.add(name, new Convolution(outputs, window, 1, layer.hasBias(), WeightOrder.OUTPUTS_LAST), input);
        return layers.activation(graph.beside(name, "activation"), layer.getActivationFn(), name);
    }

    /** A step sees itself and those before it. */
    private static Window causal(int kernel, int stride, int dilation) {
        return Window.of(kernel, 1)
                .strided(stride, 1)
                .padded((kernel - 1) * dilation, 0, 0, 0)
                .dilated(dilation, 1);
    }
}
