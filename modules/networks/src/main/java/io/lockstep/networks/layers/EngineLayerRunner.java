package io.lockstep.networks.layers;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Operation.Flatten;
import io.lockstep.engine.Operation.SoftmaxCrossEntropy;
import io.lockstep.engine.Shape;
import io.lockstep.engine.reference.ReferenceNetwork;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * An {@link EngineLayer} in a DL4J network: DL4J keeps its parameters, and where DL4J itself runs the network, the
 * engine's reference backend runs the layer, slowly. Sequences are (N, F, T), vectors (N, F), images as
 * the layer says.
 */
final class EngineLayerRunner extends BaseLayer<EngineLayer> {
    private static final long serialVersionUID = 1L;

    private transient ReferenceNetwork network;
    private transient Shape output;

    EngineLayerRunner(NeuralNetConfiguration configuration, DataType type) {
        super(configuration, type);
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
        assertInputSet(false);
        if (maskArray != null) {
            throw new UnsupportedOperationException(
                    "layer '" + layerConf().getLayerName() + "' takes no mask of its steps");
        }
        applyDropOutIfNecessary(training, workspaces);
        double[] y = forward(training);
        return workspaces.leverageTo(
                ArrayType.ACTIVATIONS, array(y, output, layerConf().isVector(input.rank() == 2) ? 2 : input.rank()));
    }

    private double[] forward(boolean training) {
        Graph.Builder builder = new Graph.Builder(shapeOfInput());
        String last = layerConf().append(builder, "layer", "input");
        output = builder.shapeOf(last);
        if (input.rank() == 4) {
            builder.add("flat", new Flatten(false), last); // a loss takes no image
            last = "flat";
        }
        Graph graph = builder.add("loss", new SoftmaxCrossEntropy(0), last).build();
        network = new ReferenceNetwork(graph, numbers(paramsFlattened), training, 0, 0);
        return network.forward(channelsLast(input), (int) input.size(0));
    }

    private static double[] numbers(INDArray array) {
        return array == null
                ? new double[0]
                : array.dup('c').reshape(array.length()).toDoubleVector();
    }

    private Shape shapeOfInput() {
        if (input.rank() == 4) {
            INDArray images = isChannelsFirst() ? input.permute(0, 2, 3, 1) : input;
            return new Shape((int) images.size(1), (int) images.size(2), (int) images.size(3));
        }
        return Shape.sequence(input.rank() == 3 ? (int) input.size(2) : 1, (int) input.size(1));
    }

    private boolean isChannelsFirst() {
        return layerConf().imageFormat() == CNN2DFormat.NCHW;
    }

    /** As the engine has them: (N, T, F), (N, H, W, C). */
    private double[] channelsLast(INDArray array) {
        if (array.rank() == 3) {
            return numbers(array.permute(0, 2, 1));
        }
        return numbers(array.rank() == 4 && isChannelsFirst() ? array.permute(0, 2, 3, 1) : array);
    }

    /** From there to what DL4J has for an array of that rank. */
    private INDArray array(double[] values, Shape shape, int rank) {
        INDArray flat = Nd4j.createFromArray(values).castTo(dataType);
        long examples = input.size(0);
        if (rank == 4) {
            INDArray images = flat.reshape(examples, shape.height(), shape.width(), shape.channels());
            return isChannelsFirst() ? images.permute(0, 3, 1, 2).dup('c') : images;
        }
        return rank == 3
                ? flat.reshape(examples, shape.height(), shape.channels())
                        .permute(0, 2, 1)
                        .dup('c')
                : flat.reshape(examples, shape.channels());
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
        assertInputSet(true);
        applyDropOutIfNecessary(true, workspaces);
        forward(true);
        double[] parameters = network.backward(channelsLast(epsilon));
        Gradient gradient = new DefaultGradient();
        if (parameters.length > 0) {
            gradientsFlattened.assign(
                    Nd4j.createFromArray(parameters).castTo(dataType).reshape(gradientsFlattened.shape()));
            gradientViews.forEach(gradient::setGradientFor);
        }
        INDArray back = array(network.inputGradient(), shapeOfInput(), input.rank());
        INDArray next = workspaces.leverageTo(ArrayType.ACTIVATION_GRAD, back);
        return new Pair<>(gradient, backpropDropOutIfPresent(next));
    }

    @Override
    public boolean isPretrainLayer() {
        return false;
    }
}
