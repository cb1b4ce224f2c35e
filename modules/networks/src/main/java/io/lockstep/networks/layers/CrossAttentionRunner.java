package io.lockstep.networks.layers;

import io.lockstep.engine.Graph;
import io.lockstep.engine.GraphBuilder;
import io.lockstep.engine.Operation.Output;
import io.lockstep.engine.Shape;
import io.lockstep.engine.operations.Attention;
import io.lockstep.engine.operations.Moves.ChannelRange;
import io.lockstep.engine.operations.Moves.Reshape;
import io.lockstep.engine.reference.ReferenceNetwork;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.BaseGraphVertex;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** A {@link CrossAttention} in DL4J itself: the engine's reference backend runs it, slowly. */
final class CrossAttentionRunner extends BaseGraphVertex {
    private static final long serialVersionUID = 1L;

    private final transient Attention operation;
    private transient ReferenceNetwork network;

    CrossAttentionRunner(ComputationGraph graph, String name, int index, DataType type, Attention operation) {
        super(graph, name, index, null, null, type);
        this.operation = operation;
    }

    @Override
    public boolean hasLayer() {
        return false;
    }

    @Override
    public Layer getLayer() {
        return null;
    }

    /** The engine's graphs have one input: an example's queries, then its keys and values, as one vector. */
    @Override
    public INDArray doForward(boolean training, LayerWorkspaceMgr workspaces) {
        Shape queries = shape(inputs[0]);
        Shape keys = shape(inputs[1]);
        Graph graph = new GraphBuilder(Shape.vector(queries.elements() + keys.elements()))
                .add("first", new ChannelRange(0, queries.elements()), "input")
                .add("queries", new Reshape(queries), "first")
                .add("second", new ChannelRange(queries.elements(), keys.elements()), "input")
                .add("keys", new Reshape(keys), "second")
                .add("attention", operation, "queries", "keys")
                .add("out", new Output(), "attention")
                .build();
        network = new ReferenceNetwork(graph, new double[0], training, 0, 0);
        INDArray both = Nd4j.concat(1, rows(inputs[0]), rows(inputs[1]));
        double[] y = network.forward(both.reshape(both.length()).toDoubleVector(), (int) inputs[0].size(0));
        INDArray output = Nd4j.createFromArray(y).reshape(inputs[0].size(0), queries.elements());
        return workspaces.leverageTo(ArrayType.ACTIVATIONS, sequences(output, queries));
    }

    @Override
    public Pair<Gradient, INDArray[]> doBackward(boolean tbptt, LayerWorkspaceMgr workspaces) {
        Shape queries = shape(inputs[0]);
        INDArray above = rows(epsilon);
        network.backward(above.reshape(above.length()).toDoubleVector());
        INDArray both = Nd4j.createFromArray(network.inputGradient()).reshape(inputs[0].size(0), -1);
        INDArray[] split = {
            sequences(columns(both, 0, queries.elements()), queries),
            sequences(columns(both, queries.elements(), both.size(1)), shape(inputs[1]))
        };
        for (int i = 0; i < split.length; i++) {
            split[i] = workspaces.leverageTo(ArrayType.ACTIVATION_GRAD, split[i]);
        }
        return new Pair<>(null, split);
    }

    /** Of DL4J's (N, F, T). */
    private static Shape shape(INDArray sequences) {
        return Shape.sequence((int) sequences.size(2), (int) sequences.size(1));
    }

    /** (N, F, T) to (N, T F), as the engine has an example. */
    private static INDArray rows(INDArray sequences) {
        return sequences.permute(0, 2, 1).dup('c').reshape(sequences.size(0), -1);
    }

    private INDArray sequences(INDArray rows, Shape shape) {
        return rows.reshape(rows.size(0), shape.height(), shape.channels())
                .permute(0, 2, 1)
                .castTo(dataType)
                .dup('c');
    }

    private static INDArray columns(INDArray rows, long from, long to) {
        return rows.get(NDArrayIndex.all(), NDArrayIndex.interval(from, to)).dup('c');
    }

    @Override
    public void setBackpropGradientsViewArray(INDArray gradients) {
        if (gradients != null) {
            throw new IllegalArgumentException("CrossAttention has no parameters");
        }
    }

    @Override
    public Pair<INDArray, MaskState> feedForwardMaskArrays(INDArray[] masks, MaskState state, int examples) {
        return masks == null || masks.length == 0 ? null : new Pair<>(masks[0], state);
    }

    @Override
    public String toString() {
        return "CrossAttention(" + getVertexName() + ")";
    }
}
