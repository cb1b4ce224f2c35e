package io.lockstep.networks.compiled;

import io.lockstep.engine.Shape;
import io.lockstep.networks.layers.EngineLayer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.lang3.SerializationUtils;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Tells whether DL4J applies the dropout that a layer is configured with. Some kinds of layers do, others leave it alone, and
 * which are which is no rule but DL4J's code; so DL4J is asked: its own implementation of the layer runs once, on one
 * example of zeros, with a dropout that only tells that it was called.
 */
final class DropoutProbe {
    /** Outputs of a layer that is tried, where their number makes no difference. */
    private static final int FEW = 2;

    private final boolean channelsLast;
    private final Map<Class<?>, Boolean> known = new HashMap<>();

    DropoutProbe(boolean channelsLast) {
        this.channelsLast = channelsLast;
    }

    /**
     * @param input what the layer reads
     * @throws UnsupportedOperationException if DL4J cannot run the layer alone
     */
    boolean isApplied(String name, Layer layer, Shape input) {
        if (layer instanceof EngineLayer) {
            return true; // EngineLayerRunner does
        }
        return known.computeIfAbsent(layer.getClass(), type -> findOut(name, layer, input));
    }

    private boolean findOut(String name, Layer layer, Shape input) {
        List<RuntimeException> reasons = new ArrayList<>();
        for (InputType type : possibleTypes(input)) {
            for (boolean few : new boolean[] {true, false}) {
                try {
                    return isCalled(layer, type, few);
                } catch (RuntimeException e) { // not an input, or not a size, for this layer
                    reasons.add(e);
                }
            }
        }
        UnsupportedOperationException unknown = GraphTranslator.unsupported(
                name, "dropout on " + layer.getClass().getSimpleName() + ", which DL4J could not be tried with");
        reasons.forEach(unknown::addSuppressed);
        throw unknown;
    }

    /** What the engine's shape may be in DL4J, the likeliest first. */
    private List<InputType> possibleTypes(Shape shape) {
        List<InputType> types = new ArrayList<>();
        if (shape.pixels() == 1) {
            types.add(InputType.feedForward(shape.channels()));
        }
        if (shape.width() == 1) {
            types.add(InputType.recurrent(shape.channels(), shape.height()));
        }
        CNN2DFormat format = channelsLast ? CNN2DFormat.NHWC : CNN2DFormat.NCHW;
        types.add(InputType.convolutional(shape.height(), shape.width(), shape.channels(), format));
        return types;
    }

    private static boolean isCalled(Layer original, InputType type, boolean few) {
        Layer layer = SerializationUtils.clone(original);
        layer.setIDropout(new Witness());
        layer.setNIn(type, true);
        if (few && layer instanceof FeedForwardLayer sized && sized.getNIn() != sized.getNOut()) {
            sized.setNOut(FEW);
        }
        try {
            run(layer, type);
            return false;
        } catch (Called e) {
            return true;
        }
    }

    /** As in training, where the forward pass of an output layer is part of its backward pass. */
    private static void run(Layer layer, InputType type) {
        LayerWorkspaceMgr workspaces = LayerWorkspaceMgr.noWorkspaces();
        NeuralNetConfiguration configuration = new NeuralNetConfiguration();
        configuration.setLayer(layer);
        long parameters = layer.initializer().numParams(configuration);
        INDArray values = parameters == 0 ? null : Nd4j.zeros(DataType.FLOAT, 1, parameters);
        var running = layer.instantiate(configuration, null, 0, values, false, DataType.FLOAT);
        running.setInput(oneOf(type), workspaces);
        if (running instanceof IOutputLayer output) {
            if (parameters > 0) {
                running.setBackpropGradientsViewArray(Nd4j.zeros(DataType.FLOAT, 1, parameters));
            }
            // a LossLayer passes on what it reads, and need not know how much that is
            output.setLabels(oneOf(layer instanceof LossLayer ? type : layer.getOutputType(0, type)));
            running.backpropGradient(null, workspaces);
        } else {
            running.activate(true, workspaces);
        }
    }

    private static INDArray oneOf(InputType type) {
        long[] shape = type.getShape(true);
        shape[0] = 1;
        return Nd4j.zeros(DataType.FLOAT, shape);
    }

    /** Ends what runs as soon as the question is answered. */
    private static final class Called extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Called() {
            super(null, null, false, false);
        }
    }

    private static final class Witness implements IDropout {
        private static final long serialVersionUID = 1L;

        @Override
        public INDArray applyDropout(
                INDArray input, INDArray result, int iteration, int epoch, LayerWorkspaceMgr workspaces) {
            throw new Called();
        }

        @Override
        public INDArray backprop(INDArray dy, INDArray dx, int iteration, int epoch) {
            throw new Called();
        }

        @Override
        public void clear() {
            // has nothing
        }

        @Override
        public IDropout clone() {
            return this;
        }
    }
}
