package io.lockstep.networks.layers;

import io.lockstep.engine.Graph;
import io.lockstep.engine.GraphBuilder;
import io.lockstep.engine.Operation.Output;
import io.lockstep.engine.Shape;
import io.lockstep.engine.operations.Moves.ChannelRange;
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
import org.nd4j.linalg.indexing.NDArrayIndex;

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
        applyDropOutIfNecessary(training, workspaces);
        double[] y = forward(training);
        return workspaces.leverageTo(
                ArrayType.ACTIVATIONS, array(y, output, layerConf().isVector(input.rank() == 2) ? 2 : input.rank()));
    }

    private double[] forward(boolean training) {
        Shape shape = shapeOfInput();
        GraphBuilder builder = new GraphBuilder(isMasked() ? withMask(shape) : shape);
        String last = isMasked() ? appendMasked(builder, shape) : layerConf().append(builder, "layer", "input");
        output = builder.shapeOf(last);
        Graph graph = builder.add("out", new Output(), last).build();
        // of the step and the rank, as for the noise that ND4J draws; backward draws what forward drew
        long seed = (Nd4j.getRandom().getSeed() + getIterationCount()) * 1_000_003L + getIndex();
        network = new ReferenceNetwork(graph, numbers(paramsFlattened), training, seed, 0);
        return network.forward(channelsLast(isMasked() ? withMask(input) : input), (int) input.size(0));
    }

    private boolean isMasked() {
        return maskArray != null && input.rank() == 3;
    }

    /** The engine's graphs have one input: the mask is a feature more. */
    private static Shape withMask(Shape shape) {
        return Shape.sequence(shape.height(), shape.channels() + 1);
    }

    private INDArray withMask(INDArray sequences) {
        INDArray mask = maskArray.castTo(sequences.dataType());
        return Nd4j.concat(1, sequences, mask.reshape(mask.size(0), 1, mask.size(1)));
    }

    private String appendMasked(GraphBuilder builder, Shape shape) {
        builder.add("features", new ChannelRange(0, shape.channels()), "input");
        builder.add("mask", new ChannelRange(shape.channels(), 1), "input");
        return layerConf().appendMasked(builder, "layer", "features", "mask");
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
        Shape shape = shapeOfInput();
        INDArray back = array(network.inputGradient(), isMasked() ? withMask(shape) : shape, input.rank());
        if (isMasked()) {
            back = back.get(NDArrayIndex.all(), NDArrayIndex.interval(0, shape.channels()), NDArrayIndex.all())
                    .dup('c');
        }
        INDArray next = workspaces.leverageTo(ArrayType.ACTIVATION_GRAD, back);
        return new Pair<>(gradient, backpropDropOutIfPresent(next));
    }

    @Override
    public boolean isPretrainLayer() {
        return false;
    }
}
