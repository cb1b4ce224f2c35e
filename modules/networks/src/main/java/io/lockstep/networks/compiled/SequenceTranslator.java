package io.lockstep.networks.compiled;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Operation;
import io.lockstep.engine.SequenceOperation;
import io.lockstep.engine.SequenceOperation.Recurrent;
import io.lockstep.engine.SequenceOperation.TakeStep;
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
        } else if (preprocessor instanceof ImageToSequence images) {
            Operation operation = images.steps() == ImageToSequence.Steps.ROWS
                    ? new SequenceOperation.Rows()
                    : new SequenceOperation.Pixels();
            graph.add(name + ".sequence", operation, input);
            return name + ".sequence";
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
            return masked(name, (MaskZeroLayer) layer, x);
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
        String steps = name + ".steps";
        String all = layers.unprocessed(steps, layer, input);
        if (layer instanceof MaskZeroLayer) {
            graph.add(name, new TakeStep(TakeStep.Which.LAST, true), all, maskOf(steps));
        } else {
            graph.add(name, new TakeStep(TakeStep.Which.LAST), all);
        }
        return name;
    }

    private static String maskOf(String name) {
        return name + ".mask";
    }

    /** The mask is of what the wrapper reads, before the layer's dropout. */
    private String masked(String name, MaskZeroLayer wrapper, String input) {
        Layer layer = wrapper.getUnderlying();
        refuseWeightNoise(name, layer);
        String mask = maskOf(name);
        graph.add(mask, new SequenceOperation.StepMask(wrapper.getMaskingValue()), input);
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
            if (!lstm.getActivationFn().equals(new ActivationTanH())
                    || !lstm.getGateActivationFn().equals(new ActivationSigmoid())) {
                throw GraphTranslator.unsupported(name, "LSTM other than of tanh and sigmoid");
            }
            return new SequenceOperation.Lstm(Math.toIntExact(lstm.getNOut()), reversed, masked);
        } else if (layer.getClass() == SimpleRnn.class) {
            SimpleRnn simple = (SimpleRnn) layer;
            if (!simple.getActivationFn().equals(new ActivationTanH()) || simple.hasLayerNorm()) {
                throw GraphTranslator.unsupported(name, "SimpleRnn other than of tanh, without layer norm");
            }
            return new SequenceOperation.SimpleRnn(Math.toIntExact(simple.getNOut()), reversed, masked);
        } else if (layer instanceof Gru gru) {
            return new SequenceOperation.Gru(Math.toIntExact(gru.getNOut()), reversed, masked);
        }
        throw GraphTranslator.unsupported(
                name,
                (masked ? "MaskZeroLayer of " : "Bidirectional of ")
                        + layer.getClass().getSimpleName());
    }

    private String bidirectional(String name, Bidirectional layer, String input) {
        String forward = name + ".forward";
        String backward = name + ".backward";
        graph.add(
                forward, recurrent(name, layer.getFwd(), false, false), layers.dropout(forward, layer.getFwd(), input));
        graph.add(
                backward,
                recurrent(name, layer.getBwd(), true, false),
                layers.dropout(backward, layer.getBwd(), input));
        Operation joined =
                switch (layer.getMode()) {
                    case CONCAT -> new Operation.Concatenation();
                    case ADD -> new Operation.Add();
                    case AVERAGE, MUL -> throw GraphTranslator.unsupported(name, "Bidirectional by " + layer.getMode());
                };
        graph.add(name, joined, forward, backward);
        return name;
    }

    private String embedding(String name, EmbeddingSequenceLayer layer, String input) {
        if (layer.hasBias() || !(layer.getActivationFn() instanceof ActivationIdentity)) {
            throw GraphTranslator.unsupported(name, "embedding with a bias or an activation");
        }
        int vocabulary = Math.toIntExact(layer.getNIn());
        graph.add(name, new SequenceOperation.Embedding(vocabulary, Math.toIntExact(layer.getNOut())), input);
        return name;
    }

    private String output(String name, RnnOutputLayer layer, String input) {
        Operation loss = layers.softmaxCrossEntropy(name, layer.getActivationFn(), layer.getLossFn());
        graph.add(name, new Operation.Dense(Math.toIntExact(layer.getNOut()), layer.hasBias()), input);
        return layers.lose(name, loss, name);
    }
}
