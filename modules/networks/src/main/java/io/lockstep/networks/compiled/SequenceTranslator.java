package io.lockstep.networks.compiled;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Operation;
import io.lockstep.engine.operations.Elementwise.Add;
import io.lockstep.engine.operations.Moves.Concatenation;
import io.lockstep.engine.operations.Moves.Pixels;
import io.lockstep.engine.operations.Moves.Rows;
import io.lockstep.engine.operations.Products.Dense;
import io.lockstep.engine.operations.Recurrent;
import io.lockstep.engine.operations.Recurrent.Lstm;
import io.lockstep.engine.operations.Sequences.Embedding;
import io.lockstep.engine.operations.Sequences.StepMask;
import io.lockstep.engine.operations.Sequences.TakeStep;
import io.lockstep.networks.Exactly;
import io.lockstep.networks.layers.EngineLayer;
import io.lockstep.networks.layers.Gru;
import io.lockstep.networks.layers.ImageToSequence;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToFeedForwardPreProcessor;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationTanH;

/** The layers and preprocessors of sequences, in whichever format: the engine's sequences are (N, T, F) throughout. */
final class SequenceTranslator {
    private final Graph.Builder graph;
    private final LayerTranslator layers;

    SequenceTranslator(Graph.Builder graph, LayerTranslator layers) {
        this.graph = graph;
        this.layers = layers;
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

    String layer(String name, Layer layer, String x) {
        refuseWeightNoise(name, layer);
        // the exact classes: a subclass does something else
        Class<?> type = layer.getClass();
        if (layer instanceof EngineLayer own) {
            return own.append(graph, name, x);
        } else if (type == LSTM.class || type == SimpleRnn.class) {
            graph.add(name, recurrent(name, layer, false, false), x);
            return name;
        } else if (type == MaskZeroLayer.class) {
            return masked(name, (MaskZeroLayer) layer, x, graph.beside(name, "mask"));
        } else if (type == Bidirectional.class) {
            return bidirectional(name, (Bidirectional) layer, x);
        } else if (type == LastTimeStep.class) {
            return lastStep(name, ((LastTimeStep) layer).getUnderlying(), x);
        } else if (type == TimeDistributed.class) {
            return layers.unprocessed(name, ((TimeDistributed) layer).getUnderlying(), x);
        } else if (type == EmbeddingSequenceLayer.class) {
            return embedding(name, (EmbeddingSequenceLayer) layer, x);
        } else if (type == RnnOutputLayer.class) {
            return output(name, (RnnOutputLayer) layer, x);
        }
        throw GraphTranslator.unsupported(name, type.getSimpleName());
    }

    /** Dense and output layers may have it. */
    private static void refuseWeightNoise(String name, Layer layer) {
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
            graph.add(name, new TakeStep(TakeStep.Which.LAST, true), all, mask);
        } else {
            graph.add(name, new TakeStep(TakeStep.Which.LAST), layers.unprocessed(steps, layer, input));
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
        graph.add(mask, new StepMask(wrapper.getMaskingValue()), input);
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
                    case AVERAGE, MUL -> throw GraphTranslator.unsupported(name, "Bidirectional by " + layer.getMode());
                };
        graph.add(name, joined, forward, backward);
        return name;
    }

    private String embedding(String name, EmbeddingSequenceLayer layer, String input) {
        if (layer.hasBias() || !Exactly.is(ActivationIdentity.class, layer.getActivationFn())) {
            throw GraphTranslator.unsupported(name, "embedding with a bias or an activation");
        }
        int vocabulary = Math.toIntExact(layer.getNIn());
        graph.add(name, new Embedding(vocabulary, Math.toIntExact(layer.getNOut())), input);
        return name;
    }

    private String output(String name, RnnOutputLayer layer, String input) {
        Operation loss = layers.softmaxCrossEntropy(name, layer.getActivationFn(), layer.getLossFn());
        graph.add(name, new Dense(Math.toIntExact(layer.getNOut()), layer.hasBias()), input);
        return layers.lose(name, loss, name);
    }
}
