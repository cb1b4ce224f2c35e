package io.lockstep.networks.dl4j;

import io.lockstep.kernels.VectorPasses;
import io.lockstep.networks.Exactly;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.ActivationLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** DL4J's activation layer for max(0, x), in one pass over memory each way; DL4J copies the input first, both ways. */
final class VectorRelu extends ActivationLayer {
    private static final long serialVersionUID = 1L;

    VectorRelu(ActivationLayer original) {
        super(original.conf(), DataType.FLOAT);
    }

    /** Whether this class does what the original is configured to do: no slope, threshold or ceiling. */
    static boolean canReplace(ActivationLayer original) {
        return Exactly.equal(new ActivationReLU(), original.layerConf().getActivationFn());
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
        assertInputSet(false);
        INDArray x = ArrayMemory.contiguous(input, ArrayType.FF_WORKING_MEM, workspaces);
        INDArray y = workspaces.createUninitialized(ArrayType.ACTIVATIONS, DataType.FLOAT, x.shape(), 'c');
        int elements = Math.toIntExact(x.length());
        VectorPasses.get().relu(ArrayMemory.bytes(x), 0, elements, ArrayMemory.bytes(y));
        return y;
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
        assertInputSet(true);
        INDArray x = ArrayMemory.contiguous(input, ArrayType.BP_WORKING_MEM, workspaces);
        INDArray dy = ArrayMemory.contiguous(epsilon, ArrayType.BP_WORKING_MEM, workspaces);
        INDArray dx = workspaces.createUninitialized(ArrayType.ACTIVATION_GRAD, DataType.FLOAT, x.shape(), 'c');
        int elements = Math.toIntExact(x.length());
        // x is positive where the output is
        VectorPasses.get()
                .reluGradient(ArrayMemory.bytes(dy), ArrayMemory.bytes(x), 0, elements, ArrayMemory.bytes(dx));
        return new Pair<>(new DefaultGradient(), dx);
    }
}
