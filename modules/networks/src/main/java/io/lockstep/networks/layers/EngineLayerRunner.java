package io.lockstep.networks.layers;

import io.lockstep.engine.Graph;
import io.lockstep.engine.Operation.SoftmaxCrossEntropy;
import io.lockstep.engine.Shape;
import io.lockstep.engine.reference.ReferenceNetwork;
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
 * engine's reference backend runs the layer, slowly. Sequences are (N, F, T), vectors (N, F).
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
                ArrayType.ACTIVATIONS, array(y, output, !layerConf().isVector(input.rank() == 2)));
    }

    private double[] forward(boolean training) {
        int steps = input.rank() == 3 ? (int) input.size(2) : 1;
        Graph.Builder builder = new Graph.Builder(Shape.sequence(steps, (int) input.size(1)));
        String last = layerConf().append(builder, "layer", "input");
        output = builder.shapeOf(last);
        Graph graph = builder.add("loss", new SoftmaxCrossEntropy(0), last).build();
        network = new ReferenceNetwork(graph, numbers(paramsFlattened), training, 0, 0);
        return network.forward(stepsFirst(input), (int) input.size(0));
    }

    private static double[] numbers(INDArray array) {
        return array == null
                ? new double[0]
                : array.dup('c').reshape(array.length()).toDoubleVector();
    }

    /** (N, F, T) as (N, T, F). */
    private static double[] stepsFirst(INDArray array) {
        return numbers(array.rank() == 3 ? array.permute(0, 2, 1) : array);
    }

    /** (N, T, F) as (N, F, T), or a vector of each example as (N, F). */
    private INDArray array(double[] values, Shape shape, boolean sequence) {
        INDArray flat = Nd4j.createFromArray(values).castTo(dataType);
        return sequence
                ? flat.reshape(input.size(0), shape.height(), shape.channels())
                        .permute(0, 2, 1)
                        .dup('c')
                : flat.reshape(input.size(0), shape.channels());
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
        assertInputSet(true);
        applyDropOutIfNecessary(true, workspaces);
        forward(true);
        double[] parameters = network.backward(stepsFirst(epsilon));
        Gradient gradient = new DefaultGradient();
        if (parameters.length > 0) {
            gradientsFlattened.assign(
                    Nd4j.createFromArray(parameters).castTo(dataType).reshape(gradientsFlattened.shape()));
            gradientViews.forEach(gradient::setGradientFor);
        }
        boolean sequence = input.rank() == 3;
        Shape shape = Shape.sequence(sequence ? (int) input.size(2) : 1, (int) input.size(1));
        INDArray back = array(network.inputGradient(), shape, sequence);
        INDArray next = workspaces.leverageTo(ArrayType.ACTIVATION_GRAD, back);
        return new Pair<>(gradient, backpropDropOutIfPresent(next));
    }

    @Override
    public boolean isPretrainLayer() {
        return false;
    }
}
