package io.lockstep.networks.dl4j;

import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.normalization.LocalResponseNormalization;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * DL4J's local response normalisation with the gradient of what it computes: DL4J divides the sum over a channel's
 * neighbours by the channel's own scale instead of each neighbour's, which is some percent off.
 */
final class ExactResponseNorm extends LocalResponseNormalization {
    private static final long serialVersionUID = 1L;

    ExactResponseNorm(LocalResponseNormalization original) {
        super(original.conf(), DataType.FLOAT);
        helper = null;
    }

    /** dx_i = dy_i u_i^-beta - 2 alpha beta x_i times the sum over j near i of dy_j x_j u_j^(-beta - 1). */
    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
        assertInputSet(true);
        double alpha = layerConf().getAlpha();
        double beta = layerConf().getBeta();
        INDArray unit = nearby(input.mul(input)).muli(alpha).addi(layerConf().getK());
        INDArray slope = Transforms.pow(unit, -beta, true).muli(epsilon);
        INDArray shared = nearby(slope.mul(input).divi(unit)).muli(input).muli(2 * alpha * beta);
        INDArray dx = workspaces.createUninitialized(
                ArrayType.ACTIVATION_GRAD, epsilon.dataType(), epsilon.shape(), epsilon.ordering());
        return new Pair<>(new DefaultGradient(), slope.subi(shared, dx));
    }

    /** The sum over the channels near each one. */
    private INDArray nearby(INDArray x) {
        int dimension = layerConf().getDataFormat() == CNN2DFormat.NCHW ? 1 : 3;
        long channels = x.size(dimension);
        INDArray sum = x.dup();
        for (long away = 1; away <= Math.min((long) layerConf().getN() / 2, channels - 1); away++) {
            part(sum, dimension, away, channels).addi(part(x, dimension, 0, channels - away));
            part(sum, dimension, 0, channels - away).addi(part(x, dimension, away, channels));
        }
        return sum;
    }

    private static INDArray part(INDArray x, int dimension, long from, long to) {
        INDArrayIndex[] all = {NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.all()};
        all[dimension] = NDArrayIndex.interval(from, to);
        return x.get(all);
    }
}
